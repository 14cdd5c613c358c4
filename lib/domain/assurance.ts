import type { Entitlement } from './entitlement.ts';
import type { Refusal } from './errors.ts';
import type { Instant, Principal } from './principal.ts';
import { secondsBetween } from './time.ts';

/** What the sign-in of whoever asks, or of whoever says yes, must be. */
type Demands = Pick<Entitlement['requires'], 'mfa' | 'authenticatedWithinSeconds'>;

/** Groups are as old as the sign-in or refresh that fetched them; too old, and the person signs in again. */
export const groupsFresh = (principal: Principal, maxAgeSeconds: number, now: Instant): Refusal | undefined => {
  const age = secondsBetween(principal.groupsAt, now);
  return age <= maxAgeSeconds
    ? undefined
    : { code: 'step_up_required', reason: `groups are ${age} s old, ${maxAgeSeconds} s allowed`, stepUp: 'fresh' };
};

/** Multi-factor as the identity provider says it (RFC 8176, `mfa`). */
export const mfaUsed = (principal: Principal, requires: Demands): Refusal | undefined =>
  !requires.mfa || principal.methods.includes('mfa')
    ? undefined
    : { code: 'step_up_required', reason: `methods ${principal.methods.join(' ')} lack mfa`, stepUp: 'mfa' };

/** The person must have signed in on the machine that holds the session. */
export const sameDeviceUsed = (
  { byDevice }: Principal,
  { sameDevice }: Entitlement['requires'],
): Refusal | undefined =>
  sameDevice && byDevice
    ? { code: 'step_up_required', reason: 'signed in by device authorization', stepUp: 'fresh' }
    : undefined;

/** Where more than one factor is asked for too, a new sign-in without it would only lead to the next one. */
export const signedInRecently = (
  principal: Principal,
  { mfa, authenticatedWithinSeconds }: Demands,
  now: Instant,
): Refusal | undefined => {
  if (authenticatedWithinSeconds === undefined) return undefined;
  const age = secondsBetween(principal.authenticatedAt, now);
  return age <= authenticatedWithinSeconds
    ? undefined
    : {
        code: 'step_up_required',
        reason: `signed in ${age} s ago, ${authenticatedWithinSeconds} s allowed`,
        stepUp: mfa ? 'mfa' : 'fresh',
      };
};
