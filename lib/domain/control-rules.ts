import type { Context } from './command.ts';
import { refuse } from './errors.ts';
import { covers } from './hold.ts';
import type { Handle } from './principal.ts';
import type { RequestState } from './request.ts';
import type { Check } from './rule.ts';
import { handlesOf } from './standing.ts';

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
export const controlChecks = (context: Context, growth: Growth): readonly Check[] => [noHold(context, growth)];

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
