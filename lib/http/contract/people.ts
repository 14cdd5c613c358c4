import * as z from 'zod/mini';
import type { RouteContract } from '../route-contract.ts';
import { once, reason } from '../schemas.ts';
import { read } from './pieces.ts';

/** Served by `functions/requests.ts`, for those who may hold. To everybody else there is nobody. */
export const peopleRoutes = {
  'DELETE /v1/people/{id}/sessions': {
    ...read,
    operationId: 'endSessionsOfPerson',
    summary: 'Ends all sessions of a person or a job, by all identities that are linked; for the security team.',
    function: 'requests',
    body: once(() => z.strictObject({ reason: reason() })),
    accepts: ['json'],
    bodyRequired: true,
    answers: { 200: 'Ended' },
    codes: ['not_found', 'ledger_conflict', 'ledger_unavailable'],
  },
} as const satisfies Record<string, RouteContract>;
