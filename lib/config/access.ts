import type { Entitlement } from '../domain/entitlement.ts';
import type { ChatSettings } from '../chatops/settings.ts';
import type { AccessPolicy } from '../domain/policy.ts';
import type { IdentityProvider } from '../identity/ports.ts';
import type { OutsideServices } from '../outbound/ports.ts';

/** access.yml after every check, as plain JSON: what packaging puts into each bundle. */
export interface CompiledAccess {
  readonly version: AccessPolicy['version'];
  readonly identityProviders: readonly IdentityProvider[];
  readonly entitlements: readonly Entitlement[];
  readonly accounts: AccessPolicy['accounts'];
  readonly outside: OutsideServices;
  readonly auditors: AccessPolicy['auditors'];
  readonly security?: NonNullable<AccessPolicy['security']>;
  readonly revokers?: NonNullable<AccessPolicy['revokers']>;
  readonly destinations?: NonNullable<AccessPolicy['destinations']>;
  readonly limits: AccessPolicy['limits'];
  readonly delegation?: NonNullable<AccessPolicy['delegation']>;
  /** Absent: nobody decides in chat, and nothing is said there. */
  readonly chat?: ChatSettings;
}

export interface Access {
  readonly policy: AccessPolicy;
  readonly identityProviders: readonly IdentityProvider[];
  readonly outside: OutsideServices;
  readonly chat?: ChatSettings;
}

/** What JSON cannot hold is made again: the map of the entitlements by id. */
export const accessPolicy = ({ identityProviders, outside, chat, entitlements, ...rules }: CompiledAccess): Access => ({
  policy: { ...rules, entitlements: new Map(entitlements.map((entitlement) => [entitlement.id, entitlement])) },
  identityProviders,
  outside,
  ...(chat && { chat }),
});
