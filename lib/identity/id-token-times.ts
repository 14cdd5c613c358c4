import type { Instant } from '../domain/principal.ts';
import { msOf } from '../domain/time.ts';
import type { AssertionFault } from './assertion-refused.ts';
import { type JsonObject, memberOf } from './strict-json.ts';

export interface TokenTimes {
  readonly issuedAt: Instant;
  /** From here on no check lets the token pass: its end, or its greatest age, whichever is earlier, and the skew. */
  readonly uselessFrom: Instant;
  /** OIDC `auth_time`; absent when the provider did not say when the person proved who they are. */
  readonly authenticatedAt?: Instant;
}

/** How far the provider's clock and ours may be apart. */
export const SKEW_SECONDS = 60;

/** The end of the year 9999, the last that an instant is written with. */
const LAST_SECOND = 253_402_300_799;

/**
 * `exp`, `nbf`, `iat`, `auth_time` (OpenID Connect Core 1.0, 3.1.3.7, steps 9 to 13; RFC 7519, 4.1). Numbers, finite, and within what can
 * be written as an instant: `"1"`, `-1` and `1e400` are none.
 */
export const checkTimes = (
  claims: JsonObject,
  expected: { readonly now: Instant; readonly maxAgeSeconds: number; readonly authenticatedSince?: Instant },
  refuse: (fault: AssertionFault) => never,
): TokenTimes => {
  const now = msOf(expected.now) / 1000;
  const expires = secondsIn(claims, 'exp') ?? refuse('expired');
  if (now >= expires + SKEW_SECONDS) refuse('expired');
  const issued = secondsIn(claims, 'iat') ?? refuse('too_old');
  if (issued > now + SKEW_SECONDS) refuse('not_yet_valid');
  if (now >= issued + expected.maxAgeSeconds + SKEW_SECONDS) refuse('too_old');
  if (Object.hasOwn(claims, 'nbf') && (secondsIn(claims, 'nbf') ?? refuse('not_yet_valid')) > now + SKEW_SECONDS)
    refuse('not_yet_valid');
  const authenticated = authenticationIn(claims, now, expected.authenticatedSince, refuse);
  return {
    issuedAt: instantOf(issued),
    // Whole seconds: a table that rounds must not let the token pass again.
    uselessFrom: instantOf(Math.ceil(Math.min(expires, issued + expected.maxAgeSeconds)) + SKEW_SECONDS),
    ...(authenticated !== undefined && { authenticatedAt: instantOf(authenticated) }),
  };
};

const authenticationIn = (
  claims: JsonObject,
  now: number,
  since: Instant | undefined,
  refuse: (fault: AssertionFault) => never,
): number | undefined => {
  if (!Object.hasOwn(claims, 'auth_time')) return since === undefined ? undefined : refuse('authentication_time');
  const seconds = secondsIn(claims, 'auth_time') ?? refuse('authentication_time');
  const isTooEarly = since !== undefined && seconds < msOf(since) / 1000 - SKEW_SECONDS;
  return isTooEarly || seconds > now + SKEW_SECONDS ? refuse('authentication_time') : seconds;
};

/** NumericDate (RFC 7519, 2). */
const secondsIn = (claims: JsonObject, name: string): number | undefined => {
  const value = memberOf(claims, name);
  return typeof value === 'number' && value >= 0 && value <= LAST_SECOND ? value : undefined;
};

const instantOf = (seconds: number): Instant => new Date(seconds * 1000).toISOString();
