import { isRequester } from './access.ts';
import { groupsFreshCheck, mfaCheck, sameDeviceCheck, signInAgeCheck } from './sign-in-checks.ts';
import type { Context, Submit } from './command.ts';
import type { Entitlement } from './entitlement.ts';
import { badInput, refuse } from './errors.ts';
import type { RequestState } from './request.ts';
import type { Check } from './rule.ts';

export const requesterCheck = (request: RequestState, { principal }: Context): Check => ({
  rule: 'requester',
  detail: 'The request is your own.',
  check: () =>
    isRequester(request, principal) ? undefined : refuse('not_the_requester', 'it is somebody else’s request'),
  gate: true,
});

/** @param entitlement as access.yml has it for them today, if it does */
export const stillEligibleCheck = (
  { entitlementId }: Pick<RequestState, 'entitlementId'>,
  entitlement: Entitlement | undefined,
): Check => ({
  rule: 'eligible',
  detail: 'You are still eligible for the entitlement.',
  check: () => (entitlement ? undefined : refuse('not_eligible', `${entitlementId} is no longer theirs`)),
});

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
export const signInChecks = (
  { groupsMaxAgeSeconds, requires }: Entitlement,
  { principal, now }: Context,
): readonly Check[] => [
  groupsFreshCheck(principal, groupsMaxAgeSeconds, now),
  mfaCheck(principal, requires),
  signInAgeCheck(principal, requires, now),
  sameDeviceCheck(principal, requires),
];
