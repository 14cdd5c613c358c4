import { destinationNamed, destinationNames } from '../domain/console.ts';
import type { Entitlement } from '../domain/entitlement.ts';
import type { Hours } from '../domain/hours.ts';
import { type AccessPolicy, eligibleFor, entitlementsOf } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import { type ApproversView, approversView } from './approvers-view.ts';

/** An entitlement as the API shows it to somebody whose it is. */
export interface EntitlementView {
  readonly id: string;
  readonly title: string;
  /** What the role can do, as access.yml says it. */
  readonly description?: string;
  readonly accountId: string;
  readonly accountName: string;
  /** Where the console opens, unless a destination says otherwise. */
  readonly region: string;
  readonly roleArn: string;
  readonly maxDurationSeconds: number;
  readonly approval: ApprovalView;
  readonly requires: Entitlement['requires'];
  readonly approverRequires?: NonNullable<Entitlement['approverRequires']>;
  readonly justification: { readonly minLength: number };
  readonly ticket?: { readonly pattern: string; readonly required: boolean };
  readonly hours?: Hours;
  /** Where it differs from what an ask needs, and may last. */
  readonly extension?: { readonly maxTotalSeconds: number; readonly approval: ApprovalView };
  readonly via: string;
  readonly scope: boolean;
  /** Whether this principal may. */
  readonly breakGlass: boolean;
  /** Where they may: how long it may last, and whether it is the only way for them. */
  readonly breakGlassTerms?: { readonly maxDurationSeconds: number; readonly only?: true };
}

type ApprovalView =
  | 'auto'
  | {
      readonly stages: readonly { readonly from: ApproversView; readonly count: number }[];
      readonly parallel?: true;
      readonly withinSeconds: number;
      readonly escalation?: { readonly afterSeconds: number; readonly to: ApproversView };
    };

/** The principal's own, ordered by id. */
export const listEntitlements = (policy: AccessPolicy, principal: Principal): readonly EntitlementView[] =>
  entitlementsOf(policy, principal).map(({ account, approval, session, extension, ...entitlement }) => ({
    id: entitlement.id,
    title: entitlement.title,
    ...(entitlement.description === undefined ? {} : { description: entitlement.description }),
    accountId: account.id,
    accountName: account.name,
    region: account.region,
    roleArn: entitlement.roleArn,
    maxDurationSeconds: entitlement.maxDurationSeconds,
    approval: approvalView(approval),
    requires: entitlement.requires,
    ...(entitlement.approverRequires ? { approverRequires: entitlement.approverRequires } : {}),
    justification: entitlement.justification,
    ...(entitlement.ticket
      ? { ticket: { pattern: entitlement.ticket.pattern, required: entitlement.ticket.required } }
      : {}),
    ...(entitlement.hours ? { hours: entitlement.hours } : {}),
    ...(extension
      ? { extension: { maxTotalSeconds: extension.maxTotalSeconds, approval: approvalView(extension.approval) } }
      : {}),
    via: session.via,
    scope: entitlement.scope ?? false,
    ...breakGlassView(policy, principal, entitlement),
  }));

const breakGlassView = (
  policy: AccessPolicy,
  principal: Principal,
  { id }: Pick<Entitlement, 'id'>,
): Pick<EntitlementView, 'breakGlass' | 'breakGlassTerms'> => {
  const terms = eligibleFor(policy, principal, { entitlementId: id, breakGlass: true });
  if (!terms) return { breakGlass: false };
  const isOnlyWay = !eligibleFor(policy, principal, { entitlementId: id });
  return {
    breakGlass: true,
    breakGlassTerms: { maxDurationSeconds: terms.maxDurationSeconds, ...(isOnlyWay ? { only: true } : {}) },
  };
};

/** A destination of the console as the API shows it: its name is what is sent back. */
export interface DestinationView {
  readonly name: string;
  readonly service?: string;
  /** Where it is another than the account's own. */
  readonly region?: string;
}

/** Where the console may be opened, for whoever may ask for anything. */
export const listDestinations = ({ destinations }: Pick<AccessPolicy, 'destinations'>): readonly DestinationView[] =>
  destinationNames(destinations).map((name) => {
    const to = destinationNamed(name, destinations);
    return { name, ...(to && 'service' in to ? to : {}) };
  });

const approvalView = (approval: Entitlement['approval']): ApprovalView => {
  if (approval === 'auto') return approval;
  const { stages, parallel, withinSeconds, escalation } = approval;
  return {
    stages: stages.map(({ from, count }) => ({ from: approversView(from), count })),
    ...(parallel ? { parallel } : {}),
    withinSeconds,
    ...(escalation ? { escalation: { afterSeconds: escalation.afterSeconds, to: approversView(escalation.to) } } : {}),
  };
};
