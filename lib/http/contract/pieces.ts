import * as z from 'zod/mini';
import { once } from '../schemas.ts';

/** No member and no parameter. */
export const nothing = once(() => z.strictObject({}));

/** What most routes are: for principals, without a body. */
export const read = {
  caller: 'principal',
  csrf: 'cookie',
  query: nothing,
  accepts: [],
  bodyRequired: false,
  idempotencyKey: false,
  errors: 'problem',
} as const;

/** For anybody. */
export const open = { ...read, caller: 'anyone', csrf: 'exempt' } as const;

export const signInCodes = ['ledger_unavailable'] as const;
