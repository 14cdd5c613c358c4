import { type AccessPolicy, isAuditor, revokersOfAll } from './policy.ts';
import { type Approvers, type Principal, keysOfApprovers, mayAct, together } from './principal.ts';
import type { RequestState } from './request.ts';
import { type Staged, approverKeys } from './stages.ts';
import { type Speaking, isAsked } from './voice.ts';

type Parties = Staged & Pick<RequestState, 'requester' | 'entitlementId' | 'extension' | 'breakGlass' | 'revokers'>;

export const isRequester = ({ requester }: Parties, principal: Principal): boolean => requester === principal.handle;

/** Whoever may end somebody else's grant: its approvers or reviewers, its revokers, and those that access.yml names today. */
export const isRevoker = (request: Parties, asking: Speaking): boolean =>
  isAsked(request, asking) ||
  isReviewer(request, asking.principal) ||
  mayAct(asking.principal, revokersOf(request, asking.policy));

/** Whoever may read a request; to anybody else it does not exist. */
export const isReader = (request: Parties, asking: Speaking): boolean =>
  isRequester(request, asking.principal) ||
  isRevoker(request, asking) ||
  isAskedToExtend(request, asking) ||
  isAuditor(asking.policy, asking.principal);

/** Whoever must look at a break-glass may also end it. */
export const isReviewer = ({ breakGlass }: Pick<Parties, 'breakGlass'>, principal: Principal): boolean =>
  breakGlass !== undefined && mayAct(principal, breakGlass.reviewers);

const isAskedToExtend = ({ extension, requester }: Parties, asking: Speaking): boolean =>
  extension !== undefined && isAsked({ ...extension, requester }, asking);

/**
 * Those who could when it was asked for: no change of access.yml takes a grant out of everybody's reach. And those of today, who are more
 * than nobody where the entitlement is gone.
 */
export const revokersOf = (
  { entitlementId, revokers = { groups: [] } }: Pick<Parties, 'entitlementId' | 'revokers'>,
  policy: AccessPolicy,
): Approvers => together(revokers, revokersToday(policy, entitlementId));

/** Besides its approvers. */
export const revokersToday = (policy: AccessPolicy, entitlementId: string): Approvers =>
  together(policy.entitlements.get(entitlementId)?.revokers ?? { groups: [] }, revokersOfAll(policy));

/** All who may have something to decide on the request, now or later, as lists know them. */
export const deciderKeys = (
  request: Pick<Parties, 'stages' | 'escalation' | 'extension' | 'breakGlass'>,
): readonly string[] => [
  ...new Set([
    ...approverKeys(request),
    ...(request.extension ? approverKeys(request.extension) : []),
    ...(request.breakGlass ? keysOfApprovers(request.breakGlass.reviewers) : []),
  ]),
];
