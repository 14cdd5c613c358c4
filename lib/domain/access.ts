import { type AccessPolicy, isAuditor } from './policy.ts';
import { type Group, type Principal, inAnyGroup } from './principal.ts';
import type { RequestState } from './request.ts';

type Parties = Pick<RequestState, 'requester' | 'entitlementId' | 'stages'>;

export const isRequester = ({ requester }: Parties, principal: Principal): boolean => requester === principal.handle;

/** Whether some stage of the request asks this person. Workloads never decide. */
export const isApprover = ({ stages }: Parties, principal: Principal): boolean =>
  principal.kind === 'person' && stages.some(({ from }) => inAnyGroup(principal, from.groups));

/** Whoever may end somebody else's grant: its approvers, and the revokers that access.yml names today. */
export const isRevoker = (request: Parties, principal: Principal, policy: AccessPolicy): boolean =>
  isApprover(request, principal) || (principal.kind === 'person' && inAnyGroup(principal, revokersOf(request, policy)));

/** Whoever may read a request; to anybody else it does not exist. */
export const isReader = (request: Parties, principal: Principal, policy: AccessPolicy): boolean =>
  isRequester(request, principal) || isRevoker(request, principal, policy) || isAuditor(policy, principal);

const revokersOf = ({ entitlementId }: Parties, policy: AccessPolicy): readonly Group[] =>
  policy.entitlements.get(entitlementId)?.revokers.groups ?? [];
