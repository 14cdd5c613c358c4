import type { Entitlement } from './entitlement.ts';
import { type Group, type Principal, inAnyGroup } from './principal.ts';

/** Who may ask for what: access.yml, parsed and checked. */
export interface AccessPolicy {
  readonly entitlements: ReadonlyMap<string, Entitlement>;
  readonly auditors: { readonly groups: readonly Group[] };
  /** Who may place and lift holds. Absent: nobody. */
  readonly security?: { readonly groups: readonly Group[] };
  readonly limits: {
    /** How many requests a person may have waiting for approval at once, over all their identities. */
    readonly openRequests: number;
  };
  /** Absent: nobody approves in another's place. */
  readonly delegation?: {
    /** How long after it was made a delegation ends at the latest; as old may the groups be that it lends. */
    readonly maxSeconds: number;
    /** Who may give one, and who may use one. Absent: whoever approves, and anybody. */
    readonly groups?: readonly Group[];
  };
}

/** The entitlement if it exists and is this principal's to ask for; whether it exists at all is nobody else's business. */
export const eligibleFor = (
  policy: AccessPolicy,
  principal: Principal,
  entitlementId: string,
): Entitlement | undefined => {
  const entitlement = policy.entitlements.get(entitlementId);
  return entitlement && inAnyGroup(principal, entitlement.requesters.groups) ? entitlement : undefined;
};

/** The principal's entitlements, ordered by id. */
export const entitlementsOf = (policy: AccessPolicy, principal: Principal): readonly Entitlement[] =>
  [...policy.entitlements.values()]
    .filter((entitlement) => inAnyGroup(principal, entitlement.requesters.groups))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/** Workloads hold nothing. */
export const isSecurity = ({ security }: AccessPolicy, principal: Principal): boolean =>
  principal.kind === 'person' && security !== undefined && inAnyGroup(principal, security.groups);

export const isAuditor = (policy: AccessPolicy, principal: Principal): boolean =>
  inAnyGroup(principal, policy.auditors.groups);
