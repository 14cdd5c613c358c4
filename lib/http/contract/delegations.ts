import * as z from 'zod/mini';
import type { RouteContract } from '../route-contract.ts';
import { handle, instant, once, reason } from '../schemas.ts';
import { read } from './pieces.ts';

/** Served by `functions/requests.ts`. */
export const delegationsRoutes = {
  'GET /v1/delegations': {
    ...read,
    operationId: 'listDelegations',
    summary: 'The delegations that the caller gave or received, and that are not over.',
    function: 'requests',
    answers: { 200: 'Delegations' },
    codes: ['ledger_unavailable'],
  },
  'POST /v1/delegations': {
    ...read,
    operationId: 'makeDelegation',
    summary: 'Lets somebody else approve in the caller’s place for a time; the same again is the same delegation.',
    function: 'requests',
    body: once(() =>
      z.strictObject({
        to: handle(),
        from: z.exactOptional(instant()),
        until: instant(),
        reason: z.exactOptional(reason()),
      }),
    ),
    accepts: ['json'],
    bodyRequired: true,
    answers: { 200: 'OneDelegation' },
    codes: ['not_eligible', 'step_up_required', 'limit_reached', 'ledger_conflict', 'ledger_unavailable'],
  },
  'DELETE /v1/delegations/{id}': {
    ...read,
    operationId: 'removeDelegation',
    summary: 'Ends a delegation, by either of its two people; those that are left come back.',
    function: 'requests',
    answers: { 200: 'Delegations' },
    codes: ['not_found', 'ledger_conflict', 'ledger_unavailable'],
  },
} as const satisfies Record<string, RouteContract>;
