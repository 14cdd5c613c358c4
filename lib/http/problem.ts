import type { ErrorCode, InputFault, Refusal } from '../domain/errors.ts';

interface ProblemText {
  readonly status: number;
  readonly title: string;
  /** What the client reads: what happened and what to do next. Never more than that. */
  readonly detail: string;
}

/** The one table from a code to what the client is told. `docs/errors.md` repeats it, and a test compares them. */
export const problems = {
  invalid_input: {
    status: 400,
    title: 'Invalid input',
    detail: 'Something in the call is not as it should be. Correct what "errors" names and call again.',
  },
  invalid_cursor: {
    status: 400,
    title: 'Invalid cursor',
    detail: 'The cursor is not one that this list gave to you. Begin again without a cursor.',
  },
  not_signed_in: {
    status: 401,
    title: 'Not signed in',
    detail: 'Nobody is signed in. Sign in and call again.',
  },
  session_expired: {
    status: 401,
    title: 'Session expired',
    detail: 'Your session has ended. Sign in again.',
  },
  invalid_token: {
    status: 401,
    title: 'Invalid token',
    detail: 'The token was not accepted. Get a new one and call again.',
  },
  cross_origin: {
    status: 403,
    title: 'Call from elsewhere',
    detail: 'A call with the session cookie must come from our own page. Open the portal and try there.',
  },
  csrf_missing: {
    status: 403,
    title: 'No proof that the call was meant',
    detail: 'Send the header "Hatcheck-CSRF: 1", or in a form the current csrf field. Reload the page and try again.',
  },
  not_eligible: {
    status: 403,
    title: 'Not eligible',
    detail: 'You are not eligible for this entitlement. See GET /v1/entitlements for what you may request.',
  },
  self_approval: {
    status: 403,
    title: 'Own request',
    detail: 'Nobody decides on their own request. Ask another approver.',
  },
  not_an_approver: {
    status: 403,
    title: 'Not an approver',
    detail: 'You may read this request, but this decision is for others.',
  },
  not_an_auditor: {
    status: 403,
    title: 'Not an auditor',
    detail: 'The record is for those whom access.yml calls auditors.',
  },
  not_the_requester: {
    status: 403,
    title: 'Not the requester',
    detail: 'Only whoever made this request may do this.',
  },
  not_approved: {
    status: 403,
    title: 'Not approved',
    detail: 'The request is not approved. Nothing is issued before it is; see its status.',
  },
  not_started: {
    status: 403,
    title: 'Not started',
    detail: 'The request is approved, but its window has not begun. Come back when it starts.',
  },
  grant_over: {
    status: 403,
    title: 'Grant over',
    detail: 'The window of this request is over. Make a new request.',
  },
  revoked: {
    status: 403,
    title: 'Revoked',
    detail: 'The request was revoked. Its reason is on the request.',
  },
  on_hold: {
    status: 403,
    title: 'On hold',
    detail: 'The security team holds this, or you, for now. Ask them; nothing is given out until the hold is lifted.',
  },
  policy_changed: {
    status: 403,
    title: 'Policy changed',
    detail:
      'The entitlement is no longer what was approved: make a new request. With Retry-After, another access policy is being deployed: try again then.',
  },
  outside_hours: {
    status: 403,
    title: 'Outside the hours',
    detail: 'This entitlement is for certain hours only, as GET /v1/entitlements says. Come back then.',
  },
  channel_not_allowed: {
    status: 403,
    title: 'Not in this way',
    detail: 'This entitlement takes decisions in the portal only. Open the request there.',
  },
  review_overdue: {
    status: 403,
    title: 'Review overdue',
    detail: 'A break-glass of yours was not reviewed in time. Ask one of its reviewers; the next one waits for that.',
  },
  step_up_required: {
    status: 403,
    title: 'Stronger sign-in required',
    detail: 'This needs a more recent or a stronger sign-in. Go to "loginUrl" and try again.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such thing, or it is not yours to see.',
  },
  wrong_status: {
    status: 409,
    title: 'Wrong status',
    detail: 'The request is in a status in which this cannot be done. Read it again.',
  },
  already_decided: {
    status: 409,
    title: 'Already decided',
    detail: 'This was decided, or given out, before. Read it again.',
  },
  idempotency_conflict: {
    status: 409,
    title: 'Idempotency conflict',
    detail: 'This Idempotency-Key was used with another body. Use a new key for a new request.',
  },
  ledger_conflict: {
    status: 409,
    title: 'Conflict',
    detail: 'Somebody else acted on this at the same time. Read it again and decide anew.',
  },
  too_large: {
    status: 413,
    title: 'Too large',
    detail: 'The body is larger than 64 KiB. Send less.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'The body has a content type that this route does not take. Send application/json in UTF-8.',
  },
  limit_reached: {
    status: 429,
    title: 'Limit reached',
    detail: 'This was done as often as is allowed for now. Wait as long as Retry-After says.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    detail: 'Something went wrong on our side. If it stays so, report the id in "instance".',
  },
  ledger_unavailable: {
    status: 503,
    title: 'Ledger unavailable',
    detail: 'The record could not be read or written, so nothing was given out. Try again shortly.',
  },
  provider_unavailable: {
    status: 503,
    title: 'Identity provider unavailable',
    detail: 'The identity provider does not answer as it should, so nobody was signed in. Try again shortly.',
  },
  ticket_unavailable: {
    status: 503,
    title: 'Ticket service unavailable',
    detail:
      'The service that knows the ticket does not answer as it should, so the request was not made. Try again shortly.',
  },
  aws_unavailable: {
    status: 503,
    title: 'AWS unavailable',
    detail: 'AWS did not do what was asked of it. Try again shortly.',
  },
} as const satisfies Record<ErrorCode, ProblemText>;

/** RFC 9457, with our members `code`, `errors` and `loginUrl`. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly instance: string;
  readonly errors?: readonly InputFault[];
  readonly loginUrl?: string;
}

export const problemDocument = (refusal: Refusal, callId: string): ProblemDocument => {
  const { status, title } = problems[refusal.code];
  return {
    type: `urn:hatcheck:error:${refusal.code}`,
    title,
    status,
    detail: detailOf(refusal),
    code: refusal.code,
    instance: `urn:hatcheck:call:${callId}`,
    ...(refusal.code === 'invalid_input' ? { errors: refusal.faults ?? [] } : {}),
    ...(refusal.code === 'step_up_required' ? { loginUrl: `/login?stepUp=${refusal.stepUp ?? 'fresh'}` } : {}),
  };
};

/** With the rule that is against it. NB. Where there is nothing for the caller, which rule says so would tell that there is something. */
export const detailOf = ({ code, rule }: Refusal): string => {
  const { detail } = problems[code];
  return rule && code !== 'not_found' ? `${detail} Rule "${rule.name}": ${rule.detail}` : detail;
};

const DEFAULT_RETRY_SECONDS: Readonly<Record<number, number>> = { 429: 60, 503: 5 };

/** The headers that a refusal brings besides its document: Retry-After (RFC 9110 §10.2.3), WWW-Authenticate (RFC 6750 §3). */
export const problemHeaders = ({ code, retryAfterSeconds }: Refusal): Record<string, string> => {
  const { status } = problems[code];
  const retryAfter = retryAfterSeconds ?? DEFAULT_RETRY_SECONDS[status];
  return {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfter))) }),
    ...(status === 401 ? { 'www-authenticate': challenge(code) } : {}),
  };
};

const challenge = (code: ErrorCode): string =>
  // RFC 6750 §3.1: no error code for a call that brought no token at all.
  code === 'not_signed_in' ? 'Bearer realm="hatcheck"' : 'Bearer realm="hatcheck", error="invalid_token"';
