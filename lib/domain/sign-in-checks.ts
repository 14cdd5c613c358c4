import { groupsFresh, mfaUsed, sameDeviceUsed, signedInRecently } from './assurance.ts';
import type { Entitlement } from './entitlement.ts';
import type { Instant, Principal } from './principal.ts';
import type { Check } from './rule.ts';
import { durationText } from './time.ts';

type Demands = Entitlement['requires'];

export const groupsFreshCheck = (principal: Principal, maxAgeSeconds: number, now: Instant): Check => ({
  rule: 'groupsFresh',
  detail: `Your groups were fetched within ${durationText(maxAgeSeconds)}.`,
  check: () => groupsFresh(principal, maxAgeSeconds, now),
});

export const mfaCheck = (principal: Principal, demands: Demands): Check => ({
  rule: 'mfa',
  detail: demands.mfa ? 'Signed in with more than one factor.' : 'One factor is enough.',
  check: () => mfaUsed(principal, demands),
});

export const signInAgeCheck = (principal: Principal, demands: Demands, now: Instant): Check => ({
  rule: 'signInAge',
  detail:
    demands.authenticatedWithinSeconds === undefined
      ? 'Signed in at any time.'
      : `Signed in within ${durationText(demands.authenticatedWithinSeconds)}.`,
  check: () => signedInRecently(principal, demands, now),
});

export const sameDeviceCheck = (principal: Principal, demands: Demands): Check => ({
  rule: 'sameDevice',
  detail: demands.sameDevice ? 'Signed in on this very machine.' : 'Signed in on any machine.',
  check: () => sameDeviceUsed(principal, demands),
});
