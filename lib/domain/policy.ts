import type { ConsoleDestinations } from './console.ts';
import { type Account, type Entitlement, underBreakGlass } from './entitlement.ts';
import { type Approvers, type Group, type Principal, inAnyGroup } from './principal.ts';

/** An entitlement, in the ordinary way or by break-glass. */
interface Asked {
  readonly entitlementId: string;
  readonly breakGlass?: object | boolean;
}

/** Who may ask for what: access.yml, parsed and checked. */
export interface AccessPolicy {
  /** The hash of its canonical form: says in every event by which rules it was written. */
  readonly version: string;
  readonly entitlements: ReadonlyMap<string, Entitlement>;
  /** All that access.yml names, also those of which it lends nothing any more: what was lent there may still be out. */
  readonly accounts: readonly Account[];
  readonly auditors: { readonly groups: readonly Group[] };
  /** Who may place and lift holds. Absent: nobody. */
  readonly security?: { readonly groups: readonly Group[] };
  /** Who may end any grant. Absent: who may place holds. */
  readonly revokers?: Approvers;
  /** Where console sign-in URLs may lead besides, by name. */
  readonly destinations?: ConsoleDestinations;
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

/**
 * The entitlement, or what break-glass makes of it, if it exists and is this principal's to ask for; whether it exists at all is nobody
 * else's business.
 */
export const eligibleFor = (policy: AccessPolicy, principal: Principal, asked: Asked): Entitlement | undefined => {
  const entitlement = entitlementOf(policy, asked);
  // Nothing that runs by itself gets past an approval.
  if (asked.breakGlass && principal.kind !== 'person') return undefined;
  return entitlement && inAnyGroup(principal, entitlement.requesters.groups) ? entitlement : undefined;
};

/** What access.yml says today of the entitlement of a request; undefined where it has no such thing any more. */
export const entitlementOf = (policy: AccessPolicy, { entitlementId, breakGlass }: Asked): Entitlement | undefined => {
  const written = policy.entitlements.get(entitlementId);
  return breakGlass ? written && underBreakGlass(written) : written;
};

/** The principal's entitlements, those for break-glass only among them, ordered by id. */
export const entitlementsOf = (policy: AccessPolicy, principal: Principal): readonly Entitlement[] =>
  [...policy.entitlements.values()]
    .filter(({ requesters, breakGlass }) =>
      [requesters, ...(breakGlass ? [breakGlass.requesters] : [])].some(({ groups }) => inAnyGroup(principal, groups)),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/** Workloads hold nothing. */
export const isSecurity = ({ security }: AccessPolicy, principal: Principal): boolean =>
  principal.kind === 'person' && security !== undefined && inAnyGroup(principal, security.groups);

/** Who may end any grant, whatever entitlement it is of, also of one that access.yml has no more. */
export const revokersOfAll = ({ revokers, security }: Pick<AccessPolicy, 'revokers' | 'security'>): Approvers =>
  revokers ?? security ?? { groups: [] };

export const isAuditor = (policy: AccessPolicy, principal: Principal): boolean =>
  inAnyGroup(principal, policy.auditors.groups);
