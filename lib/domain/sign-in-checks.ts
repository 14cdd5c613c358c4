import { groupsFresh, mfaUsed, sameDeviceUsed, signedInRecently } from './assurance.ts';
import type { Entitlement } from './entitlement.ts';
import type { Instant, Principal } from './principal.ts';
import type { Check } from './rule.ts';

type Demands = Entitlement['requires'];

export const groupsFreshCheck = (principal: Principal, maxAgeSeconds: number, now: Instant): Check => ({
  rule: 'groupsFresh',
  detail: `Your groups were fetched within ${maxAgeSeconds} seconds.`,
  check: () => groupsFresh(principal, maxAgeSeconds, now),
});

export const mfaCheck = (principal: Principal, demands: Demands): Check => ({
  rule: 'mfa',
  detail: 'Signed in with more than one factor, where it is asked for.',
  check: () => mfaUsed(principal, demands),
});

export const signInAgeCheck = (principal: Principal, demands: Demands, now: Instant): Check => ({
  rule: 'signInAge',
  detail: 'Signed in recently, where it is asked for.',
  check: () => signedInRecently(principal, demands, now),
});

export const sameDeviceCheck = (principal: Principal, demands: Demands): Check => ({
  rule: 'sameDevice',
  detail: 'Signed in on this very machine, where it is asked for.',
  check: () => sameDeviceUsed(principal, demands),
});
