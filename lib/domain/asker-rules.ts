import { groupsFresh, mfaUsed, sameDeviceUsed, signedInRecently } from './assurance.ts';
import type { Context, Submit } from './command.ts';
import type { Entitlement } from './entitlement.ts';
import { badInput } from './errors.ts';
import type { Check } from './rule.ts';

/** Whoever asks, for a grant or for more of one, says why. */
export const justificationCheck = (
  { justification: { minLength } }: Entitlement,
  { justification }: Pick<Submit, 'justification'>,
): Check => ({
  rule: 'justification',
  detail: `At least ${minLength} characters.`,
  check: () =>
    Array.from(justification.text.trim()).length >= minLength
      ? undefined
      : badInput('/justification', 'too_short', `at least ${minLength} characters`),
});

/** And is signed in as the entitlement wants it. */
export const signInChecks = (entitlement: Entitlement, { principal, now }: Context): readonly Check[] => [
  {
    rule: 'groupsFresh',
    detail: `Your groups were fetched within ${entitlement.groupsMaxAgeSeconds} seconds.`,
    check: () => groupsFresh(principal, entitlement.groupsMaxAgeSeconds, now),
  },
  {
    rule: 'mfa',
    detail: 'Signed in with more than one factor, where it is asked for.',
    check: () => mfaUsed(principal, entitlement.requires),
  },
  {
    rule: 'signInAge',
    detail: 'Signed in recently, where it is asked for.',
    check: () => signedInRecently(principal, entitlement.requires, now),
  },
  {
    rule: 'sameDevice',
    detail: 'Signed in on this very machine, where it is asked for.',
    check: () => sameDeviceUsed(principal, entitlement.requires),
  },
];
