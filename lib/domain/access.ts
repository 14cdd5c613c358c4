import { type AccessPolicy, isAuditor } from './policy.ts';
import { type Approvers, type Principal, keysOfApprovers, mayAct } from './principal.ts';
import type { RequestState } from './request.ts';
import { type Staged, approverKeys } from './stages.ts';
import { type Speaking, isAsked } from './voice.ts';

type Parties = Staged & Pick<RequestState, 'requester' | 'entitlementId' | 'extension' | 'breakGlass'>;

export const isRequester = ({ requester }: Parties, principal: Principal): boolean => requester === principal.handle;

/** Whoever may end somebody else's grant: its approvers or reviewers, and the revokers that access.yml names today. */
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

const revokersOf = ({ entitlementId }: Parties, policy: AccessPolicy): Approvers =>
  policy.entitlements.get(entitlementId)?.revokers ?? { groups: [] };

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
