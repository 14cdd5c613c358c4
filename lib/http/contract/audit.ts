import * as z from 'zod/mini';
import { EVENT_TYPES } from '../../domain/event-types.ts';
import type { RouteContract } from '../route-contract.ts';
import { accountId, count, handle, instant, line, once, queriedSeq, roleArn, slug, stream, yes } from '../schemas.ts';
import { read } from './pieces.ts';

/** The routes of `functions/audit.ts`: for auditors, and to nobody else is anything said. */
export const auditRoutes = {
  'GET /v1/audit': {
    ...read,
    operationId: 'searchAudit',
    summary:
      'What happened, newest first; with from, first who could do what from then on, however long before it was granted. For auditors.',
    function: 'audit',
    query: once(() =>
      z.strictObject({
        person: z.exactOptional(handle()),
        account: z.exactOptional(accountId()),
        role: z.exactOptional(roleArn()),
        entitlement: z.exactOptional(slug()),
        ticket: z.exactOptional(line(128)),
        type: z.exactOptional(z.enum(EVENT_TYPES)),
        breakGlass: z.exactOptional(yes()),
        refusals: z.exactOptional(yes()),
        from: z.exactOptional(instant()),
        to: z.exactOptional(instant()),
        limit: count(200, 50),
        cursor: z.exactOptional(line(2048)),
      }),
    ),
    answers: { 200: 'Found' },
    codes: ['not_an_auditor', 'invalid_cursor', 'ledger_unavailable'],
  },
  'GET /v1/audit/requests/{id}': {
    ...read,
    operationId: 'getDossier',
    summary:
      'One request as a timeline, with what was decided on, by whom, and which checkpoint proves it. For auditors.',
    function: 'audit',
    answers: { 200: 'Dossier' },
    codes: ['not_an_auditor', 'not_found', 'ledger_unavailable', 'aws_unavailable'],
  },
  'GET /v1/audit/verify': {
    ...read,
    operationId: 'verifyRecord',
    summary:
      'Whether the record is as it was written: one stream, with proofs if asked, or checkpoints with all that they cover. For auditors.',
    function: 'audit',
    query: once(() =>
      z.strictObject({
        stream: z.exactOptional(stream()),
        from: z._default(queriedSeq(), 0),
        to: z.exactOptional(queriedSeq()),
        proofs: z.exactOptional(yes()),
      }),
    ),
    answers: { 200: 'Verdict' },
    codes: ['not_an_auditor', 'not_found', 'ledger_unavailable', 'aws_unavailable'],
  },
} as const satisfies Record<string, RouteContract>;
