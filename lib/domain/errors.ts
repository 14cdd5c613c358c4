/**
 * Every code that an answer may carry. The HTTP status, the title and the client's text of each stand in one table
 * (`lib/http/problem.ts`); clients rely on the codes, so one is added, never renamed.
 */
export type ErrorCode =
  | 'invalid_input'
  | 'invalid_cursor'
  | 'not_signed_in'
  | 'session_expired'
  | 'invalid_token'
  | 'cross_origin'
  | 'csrf_missing'
  | 'not_eligible'
  | 'self_approval'
  | 'not_an_approver'
  | 'not_an_auditor'
  | 'not_the_requester'
  | 'not_approved'
  | 'not_started'
  | 'grant_over'
  | 'revoked'
  | 'on_hold'
  | 'policy_changed'
  | 'outside_hours'
  | 'channel_not_allowed'
  | 'review_overdue'
  | 'step_up_required'
  | 'not_found'
  | 'wrong_status'
  | 'already_decided'
  | 'idempotency_conflict'
  | 'ledger_conflict'
  | 'too_large'
  | 'unsupported_media_type'
  | 'limit_reached'
  | 'internal'
  | 'ledger_unavailable'
  | 'provider_unavailable'
  | 'ticket_unavailable'
  | 'aws_unavailable';

/** One thing wrong with the input. `pointer` is a JSON Pointer (RFC 6901) into the body, `''` for the whole of it. */
export interface InputFault {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** A decision against the caller: a value, so that a dry run and a real one share it. */
export interface Refusal {
  readonly code: ErrorCode;
  /** For the operator's log; the client reads the fixed text of the code. */
  readonly reason: string;
  /** Which rule of the decider is against it, and in what case it would not be: for the client too, but never where there is nothing for them. */
  readonly rule?: { readonly name: string; readonly detail: string };
  readonly faults?: readonly InputFault[];
  /** Whole seconds until trying again may help; sent as Retry-After. */
  readonly retryAfterSeconds?: number;
  /** With `step_up_required`: what the next sign-in must bring. */
  readonly stepUp?: 'mfa' | 'fresh';
}

/** The one error that carries a refusal or a failure out of a use case. Anything else thrown is a bug, and a 500. */
export class HatcheckError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: { cause?: unknown }) {
    super(`${refusal.code}: ${refusal.reason}`, options);
    this.name = 'HatcheckError';
    this.refusal = refusal;
  }

  get code(): ErrorCode {
    return this.refusal.code;
  }
}

export const refuse = (code: ErrorCode, reason: string): Refusal => ({ code, reason });

/** A bad member of the input, found by a rule rather than by the schema. */
export const badInput = (pointer: string, code: string, detail: string): Refusal => ({
  code: 'invalid_input',
  reason: `${pointer}: ${detail}`,
  faults: [{ pointer, code, detail }],
});
