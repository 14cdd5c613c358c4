import type { Entitlement } from '../domain/entitlement.ts';
import { type AccessPolicy, entitlementsOf } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';

/** An entitlement as the API shows it to somebody whose it is. */
export interface EntitlementView {
  readonly id: string;
  readonly title: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly roleArn: string;
  readonly maxDurationSeconds: number;
  readonly approval: 'auto' | { readonly stages: readonly unknown[]; readonly withinSeconds: number };
  readonly requires: Entitlement['requires'];
  readonly justification: { readonly minLength: number };
  readonly ticket?: { readonly pattern: string; readonly required: boolean };
  readonly via: string;
  readonly scope: boolean;
  readonly breakGlass: boolean;
}

/** The principal's own, ordered by id. */
export const listEntitlements = (policy: AccessPolicy, principal: Principal): readonly EntitlementView[] =>
  entitlementsOf(policy, principal).map(({ account, approval, session, ...entitlement }) => ({
    id: entitlement.id,
    title: entitlement.title,
    accountId: account.id,
    accountName: account.name,
    roleArn: entitlement.roleArn,
    maxDurationSeconds: entitlement.maxDurationSeconds,
    approval:
      approval === 'auto'
        ? approval
        : {
            stages: approval.stages.map(({ from, count }) => ({ from: { groups: from.groups, people: [] }, count })),
            withinSeconds: approval.withinSeconds,
          },
    requires: entitlement.requires,
    justification: entitlement.justification,
    ...(entitlement.ticket
      ? { ticket: { pattern: entitlement.ticket.pattern, required: entitlement.ticket.required } }
      : {}),
    via: session.via,
    scope: false,
    breakGlass: false,
  }));
