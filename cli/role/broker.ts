import { STAGE_NAME } from '../../lib/config/stage-name.ts';
import { secureUrl } from '../../lib/config/web-address.ts';
import type { Account, Entitlement } from '../../lib/domain/entitlement.ts';
import type { RoleArns, TrustedBroker } from '../../lib/domain/target-role.ts';
import { Failure } from '../failure.ts';
import { loadPolicy } from '../policy/load.ts';

/** Which broker an account is to let in. */
export interface BrokerOptions {
  readonly access: string;
  readonly brokerAccount: string;
  readonly stage: string;
  /** The stage that takes over from it. */
  readonly standby?: string;
  readonly issuer: string;
  readonly organization?: string;
}

/** The broker's roles are of the account's own partition: nobody assumes a role across partitions. @throws Failure 2 */
export const brokerOf = (
  { brokerAccount, stage, standby, issuer, organization }: Omit<BrokerOptions, 'access'>,
  { partition }: Pick<Account, 'partition'>,
): TrustedBroker => {
  if (!/^\d{12}$/.test(brokerAccount)) throw new Failure(2, '--broker-account must be twelve digits');
  if (!STAGE_NAME.test(stage)) throw new Failure(2, '--stage must be small letters, digits and hyphens');
  if (standby !== undefined && (!STAGE_NAME.test(standby) || standby === stage))
    throw new Failure(2, '--standby must be small letters, digits and hyphens, and another than --stage');
  if (secureUrl(issuer)?.origin !== issuer)
    throw new Failure(2, '--issuer must be an origin such as https://issuer.example.com, without a path');
  if (organization !== undefined && !/^o-[a-z0-9]{10,32}$/.test(organization))
    throw new Failure(2, '--organization must be o- and 10 to 32 small letters or digits');
  const roleOf = (of: string, name: string): string =>
    `arn:${partition}:iam::${brokerAccount}:role/hatcheck/hatcheck-${of}-${name}`;
  const rolesOf = (name: string): RoleArns => [
    roleOf(stage, name),
    ...(standby === undefined ? [] : [roleOf(standby, name)]),
  ];
  return {
    ...{ credentialsRoleArns: rolesOf('credentials'), onRevocationRoleArns: rolesOf('on-revocation'), issuer },
    ...(organization === undefined ? {} : { organization }),
  };
};

/** All entitlements of the role of this one. @throws Failure 2 when access.yml has no such entitlement, or is not in order */
export const entitlementsOfRole = (access: string, id: string): readonly [Entitlement, ...Entitlement[]] => {
  const { entitlements } = loadPolicy(access);
  const wanted = entitlements.find((each) => each.id === id);
  if (!wanted)
    throw new Failure(
      2,
      `${access} has no entitlement ${id}; it has ${entitlements.map((each) => each.id).join(', ')}`,
    );
  return [wanted, ...entitlements.filter((each) => each !== wanted && each.roleArn === wanted.roleArn)];
};
