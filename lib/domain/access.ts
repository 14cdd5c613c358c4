import type { Context } from './command.ts';
import { type AccessPolicy, isAuditor } from './policy.ts';
import { type Group, type Instant, type Principal, inAnyGroup } from './principal.ts';
import type { RequestState } from './request.ts';
import { type Staged, stagesAsking } from './stages.ts';

type Parties = Staged & Pick<RequestState, 'requester' | 'entitlementId'>;

/** Who asks, under which policy, when. */
type Asking = Pick<Context, 'principal' | 'policy' | 'now'>;

export const isRequester = ({ requester }: Parties, principal: Principal): boolean => requester === principal.handle;

/** Whether some stage of the request asks this person by now. Workloads never decide. */
export const isApprover = (request: Parties, principal: Principal, now: Instant): boolean =>
  stagesAsking(request, principal, now).length > 0;

/** Whoever may end somebody else's grant: its approvers, and the revokers that access.yml names today. */
export const isRevoker = (request: Parties, { principal, policy, now }: Asking): boolean =>
  isApprover(request, principal, now) ||
  (principal.kind === 'person' && inAnyGroup(principal, revokersOf(request, policy)));

/** Whoever may read a request; to anybody else it does not exist. */
export const isReader = (request: Parties, asking: Asking): boolean =>
  isRequester(request, asking.principal) || isRevoker(request, asking) || isAuditor(asking.policy, asking.principal);

const revokersOf = ({ entitlementId }: Parties, policy: AccessPolicy): readonly Group[] =>
  policy.entitlements.get(entitlementId)?.revokers.groups ?? [];
