import * as z from 'zod/mini';
import type { RouteContract } from '../route-contract.ts';
import { count, durationSeconds, flag, instant, line, once, reason, seq, slug, words } from '../schemas.ts';
import { read } from './pieces.ts';

/** An act on one request: `{request}` comes back. */
const act = {
  ...read,
  function: 'requests',
  idempotencyKey: true,
  answers: { 200: 'OneRequest' },
} as const;

const actCodes = [
  ...(['not_found', 'wrong_status', 'idempotency_conflict'] as const),
  ...(['ledger_conflict', 'ledger_unavailable'] as const),
] as const;

/** What more there is of them would not fit into a session policy. */
const patterns = () => z.array(line(600)).check(z.minLength(1), z.maxLength(50));

/** The routes of `functions/requests.ts`. */
export const requestsRoutes = {
  'GET /v1/entitlements': {
    ...read,
    operationId: 'listEntitlements',
    summary: 'What the caller is eligible to request.',
    function: 'requests',
    answers: { 200: 'Entitlements' },
    codes: ['ledger_unavailable'],
  },
  'POST /v1/requests': {
    ...read,
    operationId: 'submitRequest',
    summary: 'Asks for an entitlement, or for several at once; with dryRun, says only what would be decided.',
    function: 'requests',
    query: once(() => z.strictObject({ dryRun: z._default(flag(), false) })),
    body: once(() =>
      z
        .strictObject({
          entitlementId: z.exactOptional(slug()),
          entitlementIds: z.exactOptional(z.array(slug()).check(z.minLength(1), z.maxLength(10))),
          justification: words(2000),
          durationSeconds: durationSeconds(),
          ticket: z.exactOptional(line(128)),
          scope: z.exactOptional(z.strictObject({ actions: patterns(), resources: patterns() })),
          startAt: z.exactOptional(instant()),
          breakGlass: z.exactOptional(z.boolean()),
        })
        .check(
          z.refine(({ entitlementId, entitlementIds }) => entitlementId !== undefined || entitlementIds !== undefined, {
            path: ['entitlementId'],
            params: { code: 'required' },
          }),
        ),
    ),
    accepts: ['json'],
    bodyRequired: true,
    idempotencyKey: true,
    answers: { 200: 'DryRun', 201: 'Submitted' },
    codes: [
      'not_eligible',
      'on_hold',
      'outside_hours',
      'review_overdue',
      'step_up_required',
      'idempotency_conflict',
      'limit_reached',
      'ledger_conflict',
      'ticket_unavailable',
      'ledger_unavailable',
    ],
  },
  'GET /v1/requests': {
    ...read,
    operationId: 'listRequests',
    summary: 'Requests of the caller, or that wait for the caller, or all for an auditor; newest first.',
    function: 'requests',
    query: once(() =>
      z.strictObject({
        as: z._default(z.enum(['requester', 'approver', 'auditor']), 'requester'),
        status: z.exactOptional(z.enum(['pending', 'approved', 'denied', 'cancelled', 'expired', 'revoked', 'ended'])),
        limit: count(200, 50),
        cursor: z.exactOptional(line(2048)),
      }),
    ),
    answers: { 200: 'Requests' },
    codes: ['invalid_cursor', 'not_found', 'ledger_unavailable'],
  },
  'GET /v1/requests/{id}': {
    ...read,
    operationId: 'getRequest',
    summary: 'One request with its events; with evidence, also what whoever decides should know besides.',
    function: 'requests',
    query: once(() => z.strictObject({ evidence: z._default(flag(), false) })),
    answers: { 200: 'RequestWithEvents' },
    codes: ['not_found', 'ledger_unavailable'],
  },
  'POST /v1/requests/{id}/approve': {
    ...act,
    operationId: 'approveRequest',
    summary:
      'Says yes, perhaps to less or to later than was asked: to a request, or to the pending extension of a grant.',
    body: once(() =>
      z.strictObject({
        comment: z.exactOptional(words(2000)),
        durationSeconds: z.exactOptional(durationSeconds()),
        startAt: z.exactOptional(instant()),
        bundle: z.exactOptional(z.boolean()),
        seq: z.exactOptional(seq()),
      }),
    ),
    accepts: ['json'],
    answers: { 200: 'Decided' },
    codes: [
      ...actCodes,
      'self_approval',
      'not_an_approver',
      'on_hold',
      'policy_changed',
      'channel_not_allowed',
      'step_up_required',
      'already_decided',
    ],
  },
  'POST /v1/requests/{id}/deny': {
    ...act,
    operationId: 'denyRequest',
    summary: 'Says no to a pending request, or to the pending extension of a grant.',
    body: once(() =>
      z.strictObject({ reason: reason(), bundle: z.exactOptional(z.boolean()), seq: z.exactOptional(seq()) }),
    ),
    accepts: ['json'],
    bodyRequired: true,
    answers: { 200: 'Decided' },
    codes: [...actCodes, 'not_an_approver', 'self_approval', 'step_up_required'],
  },
  'POST /v1/requests/{id}/revoke': {
    ...act,
    operationId: 'revokeRequest',
    summary: 'Ends what another person was granted, sessions included that outlive the grant.',
    body: once(() => z.strictObject({ reason: reason() })),
    accepts: ['json'],
    bodyRequired: true,
    codes: [...actCodes, 'not_an_approver', 'step_up_required'],
  },
  'POST /v1/requests/{id}/cancel': {
    ...act,
    operationId: 'cancelRequest',
    summary: 'Takes back a pending request, or the pending extension of a grant.',
    codes: [...actCodes, 'not_the_requester'],
  },
  'POST /v1/requests/{id}/extend': {
    ...act,
    operationId: 'extendRequest',
    summary: 'Gets, or asks for, more time on a live grant.',
    body: once(() => z.strictObject({ durationSeconds: durationSeconds(), justification: words(2000) })),
    accepts: ['json'],
    bodyRequired: true,
    codes: [
      ...actCodes,
      'not_the_requester',
      'not_eligible',
      'on_hold',
      'policy_changed',
      'limit_reached',
      'step_up_required',
    ],
  },
  'POST /v1/requests/{id}/review': {
    ...act,
    operationId: 'reviewRequest',
    summary: 'Says what somebody else’s break-glass was, during it or afterwards.',
    body: once(() => z.strictObject({ verdict: z.enum(['justified', 'unjustified']), comment: reason() })),
    accepts: ['json'],
    bodyRequired: true,
    codes: [...actCodes, 'not_an_approver', 'self_approval', 'already_decided'],
  },
  'POST /v1/requests/{id}/end': {
    ...act,
    operationId: 'endRequest',
    summary: 'Gives a granted role back early.',
    codes: [...actCodes, 'not_the_requester'],
  },
} as const satisfies Record<string, RouteContract>;
