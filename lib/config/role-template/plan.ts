import {
  ALLOW_EVERYTHING,
  type BoundaryDocument,
  LENT_TAG,
  boundaryArn,
  boundaryDocument,
  revokerArn,
  roleName,
} from '../../domain/boundary.ts';
import type { Entitlement } from '../../domain/entitlement.ts';
import { certain } from '../../domain/invariant.ts';
import { audienceOf } from '../../domain/role-session.ts';
import {
  type PolicyText,
  type TrustedBroker,
  revokerPolicy,
  revokerTrust,
  trustPolicy,
} from '../../domain/target-role.ts';

/** All that a target account makes for one role, whatever makes it. */
export interface RolePlan {
  readonly role: {
    readonly name: string;
    readonly path: string;
    readonly description: string;
    readonly trust: PolicyText;
    /** What the lent sessions may do: managed policies, by ARN. */
    readonly permissions: readonly string[];
    readonly maxSessionSeconds: number;
    readonly tags: Readonly<Record<string, string>>;
  };
  readonly boundary: { readonly name: string; readonly path: string; readonly document: BoundaryDocument };
  /** One of each account. */
  readonly revoker: {
    readonly name: string;
    readonly path: string;
    readonly trust: PolicyText;
    readonly policy: PolicyText;
  };
  /** For tokens that the broker signs; one of each account. Absent where no entitlement goes by them. */
  readonly oidcProvider?: { readonly url: string; readonly clientId: string };
}

/** The path that boundaries and revoker roles stand under, and that `hatcheck` may not be touched under (lib/domain/boundary.ts). */
const OWN_PATH = '/hatcheck/';

/**
 * @param entitlements all of one role, at least one
 * @throws TypeError when the boundary would be longer than IAM takes, which is a matter of names of hundreds of characters
 */
export const rolePlan = (
  entitlements: readonly Entitlement[],
  broker: TrustedBroker,
  permissions: readonly string[],
): RolePlan => {
  const first = certain(entitlements[0], 'a role of no entitlement');
  const { roleArn, account } = first;
  const ids = entitlements.map(({ id }) => id).sort();
  const document = boundaryDocument({ roleArn, account, issuer: broker.issuer }, [ALLOW_EVERYTHING], {
    requestIds: [],
  });
  return {
    role: {
      name: roleName(roleArn),
      path: roleArn.slice(roleArn.indexOf(':role/') + ':role'.length, roleArn.lastIndexOf('/') + 1),
      description: `Lent by Hatcheck: ${ids.join(', ')}`.slice(0, 1000),
      trust: trustPolicy(entitlements, broker),
      permissions,
      maxSessionSeconds: Math.max(...entitlements.map(({ roleMaxSessionSeconds }) => roleMaxSessionSeconds)),
      // IAM takes 256 characters of a tag's value; of names that are spaces apart any part can be found.
      tags: { [LENT_TAG]: ids.join(' ').slice(0, 256) },
    },
    boundary: {
      name: roleName(boundaryArn({ roleArn })),
      path: OWN_PATH,
      document: certain(document, 'a boundary that IAM takes'),
    },
    revoker: {
      name: roleName(revokerArn({ account })),
      path: OWN_PATH,
      trust: revokerTrust(account, broker),
      policy: revokerPolicy(account),
    },
    ...(entitlements.some(({ session }) => session.via === 'webIdentity')
      ? { oidcProvider: { url: broker.issuer, clientId: audienceOf({ roleArn }) } }
      : {}),
  };
};
