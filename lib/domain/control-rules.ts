import type { Context } from './command.ts';
import type { Control } from './control.ts';
import { refuse } from './errors.ts';
import { covers } from './hold.ts';
import type { Handle, Instant } from './principal.ts';
import type { RequestState } from './request.ts';
import type { Check } from './rule.ts';
import { handlesOf } from './standing.ts';
import { isBefore } from './time.ts';

/** What an act would let grow, and for whom. */
interface Growth {
  readonly requester: Handle;
  readonly entitlementId: string;
  readonly accountId: string;
}

export const growthOf = ({ requester, entitlementId, snapshot }: RequestState): Growth => ({
  ...{ requester, entitlementId, accountId: snapshot.accountId },
});

/** What `control` has to say to every act that lets something grow: an ask, a yes, an extension, an issue. */
export const controlChecks = (context: Context, growth: Growth): readonly Check[] => [
  policyActive(context),
  noHold(context, growth),
];

/** Until then the functions of a deployment have been replaced, or its policy has been activated. */
const RETRY_SECONDS = 30;

/**
 * Functions are not replaced at one instant: one that has an access policy of yesterday, or of tomorrow, gives nothing out by it. When
 * nothing was ever activated, none does.
 */
export const policyActive = ({ policy, control, now }: Context): Check => ({
  rule: 'policyActive',
  detail: 'What decides goes by the access policy that was deployed last.',
  check: () =>
    isActive(policy.version, control, now)
      ? undefined
      : {
          ...refuse('policy_changed', `the access policy ${policy.version} is not the active one`),
          retryAfterSeconds: RETRY_SECONDS,
        },
});

const isActive = (version: string, { active, predecessor }: Control, now: Instant): boolean =>
  active?.version === version || (predecessor?.version === version && isBefore(now, predecessor.until));

/** Which hold it is, and why it was placed, only those may read who may place one. */
const noHold = (context: Context, { requester, entitlementId, accountId }: Growth): Check => ({
  rule: 'noHold',
  detail: 'No hold is in force on anybody or anything that takes part.',
  check: () => {
    const { principal, standing, requesterStanding, control } = context;
    // A yes of somebody who is held is worth as little as one to them.
    const handles = [...handlesOf(principal.handle, standing), ...handlesOf(requester, requesterStanding)];
    const hold = control.holds.find((each) => covers(each, { handles, entitlementId, accountId }));
    return hold && refuse('on_hold', `${hold.id} is in force on ${hold.target.on}`);
  },
});
