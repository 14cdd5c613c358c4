import * as z from 'zod/mini';
import type { RouteContract } from '../route-contract.ts';
import { flag, once, region, slug } from '../schemas.ts';
import { read } from './pieces.ts';

const issueCodes = [
  'not_found',
  'not_the_requester',
  'not_eligible',
  'not_approved',
  'not_started',
  'grant_over',
  'outside_hours',
  'revoked',
  'on_hold',
  'policy_changed',
  'step_up_required',
  'limit_reached',
  'ledger_conflict',
  'ledger_unavailable',
  'aws_unavailable',
] as const;

/** The routes of `functions/credentials.ts`. */
export const credentialsRoutes = {
  'POST /v1/requests/{id}/credentials': {
    ...read,
    operationId: 'issueCredentials',
    summary: 'Temporary credentials for an approved request, in the form of the AWS CLI’s credential_process.',
    function: 'credentials',
    answers: { 200: 'Credentials' },
    codes: issueCodes,
  },
  'POST /v1/requests/{id}/console': {
    ...read,
    operationId: 'openConsole',
    summary: 'A console sign-in URL for an approved request; a plain form post is sent there with a 303.',
    function: 'credentials',
    body: once(() =>
      z.strictObject({
        destination: z.exactOptional(slug()),
        region: z.exactOptional(region()),
        logoutFirst: z.exactOptional(z.union([z.boolean(), flag()])),
        once: z.exactOptional(z.string().check(z.regex(/^[A-Za-z0-9_-]{22,64}$/))),
      }),
    ),
    accepts: ['json', 'form'],
    // The portal's form, in a tab of its own.
    page: true,
    answers: { 200: 'ConsoleUrl', 303: 'redirect' },
    codes: [...issueCodes, 'already_decided'],
  },
} as const satisfies Record<string, RouteContract>;
