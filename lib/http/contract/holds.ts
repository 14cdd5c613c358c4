import * as z from 'zod/mini';
import type { RouteContract } from '../route-contract.ts';
import { accountId, handle, once, reason, slug } from '../schemas.ts';
import { read } from './pieces.ts';

/** Served by `functions/requests.ts`. To whoever may not see holds there are none. */
export const holdsRoutes = {
  'GET /v1/holds': {
    ...read,
    operationId: 'listHolds',
    summary: 'The holds in force, for the security team and auditors.',
    function: 'requests',
    answers: { 200: 'Holds' },
    codes: ['not_found', 'ledger_unavailable'],
  },
  'POST /v1/holds': {
    ...read,
    operationId: 'placeHold',
    summary:
      'Holds a person, an entitlement, an account or everything: nothing that it covers is asked for, approved or issued.',
    function: 'requests',
    body: once(() =>
      z.strictObject({
        on: z.enum(['person', 'entitlement', 'account', 'all']),
        handle: z.exactOptional(handle()),
        entitlementId: z.exactOptional(slug()),
        accountId: z.exactOptional(accountId()),
        reason: reason(),
      }),
    ),
    accepts: ['json'],
    bodyRequired: true,
    answers: { 200: 'OneHold' },
    codes: ['not_found', 'limit_reached', 'ledger_conflict', 'ledger_unavailable'],
  },
  'DELETE /v1/holds/{id}': {
    ...read,
    operationId: 'liftHold',
    summary: 'Lifts a hold; those that are left come back.',
    function: 'requests',
    body: once(() => z.strictObject({ reason: z.exactOptional(reason()) })),
    accepts: ['json'],
    answers: { 200: 'Holds' },
    codes: ['not_found', 'on_hold', 'step_up_required', 'ledger_conflict', 'ledger_unavailable'],
  },
} as const satisfies Record<string, RouteContract>;
