import * as z from 'zod/mini';
import type { RouteContract } from '../route-contract.ts';
import { line, once, slug } from '../schemas.ts';
import { read } from './pieces.ts';

/** Served by `functions/signin.ts`. */
export const identitiesRoutes = {
  'GET /v1/identities': {
    ...read,
    operationId: 'listIdentities',
    summary:
      'The caller’s identities that are linked, the current one first; their chat accounts; and where others can be proved.',
    function: 'signin',
    answers: { 200: 'Identities' },
    codes: ['ledger_unavailable'],
  },
  'POST /v1/identities': {
    ...read,
    operationId: 'beginLink',
    summary: 'Where this browser goes to prove another identity of the caller’s, which is linked then.',
    function: 'signin',
    body: once(() =>
      z.strictObject({
        provider: slug(),
        returnTo: z.exactOptional(line(2048)),
        loginHint: z.exactOptional(line(320)),
      }),
    ),
    accepts: ['json'],
    bodyRequired: true,
    answers: { 200: 'LinkUrl' },
    codes: ['channel_not_allowed', 'provider_unavailable', 'ledger_unavailable'],
  },
  'DELETE /v1/identities/{id}': {
    ...read,
    operationId: 'unlinkIdentity',
    summary: 'Unlinks an identity; those that are left come back. For self-approval it stays the same person’s.',
    function: 'signin',
    answers: { 200: 'Identities' },
    codes: ['not_found', 'ledger_conflict', 'ledger_unavailable'],
  },
} as const satisfies Record<string, RouteContract>;
