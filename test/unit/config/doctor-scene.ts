import { type Deed, diagnose } from '../../../lib/config/doctor/diagnose.ts';
import type { RoleFacts } from '../../../lib/config/role-facts.ts';
import { boundaryArn } from '../../../lib/domain/boundary.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import {
  type PolicyText,
  type StatementText,
  type TrustedBroker,
  trustPolicy,
} from '../../../lib/domain/target-role.ts';
import { BROKER, TARGET } from '../../local/aws/small-world.ts';
import { entitlement } from '../../support/builders.ts';

/** Roles by each of the three ways, as they should be, and what a change of their trust policy is told as. */
export const ISSUER = 'https://issuer.example.com';
export const BROKERS: TrustedBroker = {
  credentialsRoleArns: [BROKER],
  onRevocationRoleArns: [`${BROKER}-not`],
  issuer: ISSUER,
};
export const { session } = entitlement();
export const byRole = entitlement({ roleArn: TARGET });
export const byToken = entitlement({
  roleArn: TARGET,
  session: { ...session, via: 'webIdentity', maxSeconds: 7200 },
  roleMaxSessionSeconds: 7200,
});
export const byResponse = entitlement({ roleArn: TARGET, session: { ...session, via: 'saml' } });

export const facts = (of: Entitlement, changes: Partial<RoleFacts> = {}): RoleFacts => ({
  ...{ arn: of.roleArn, name: 'Admin', trust: trustPolicy([of], BROKERS), maxSessionSeconds: of.roleMaxSessionSeconds },
  boundaryArn: boundaryArn(of),
  ...changes,
});

export const linesOf = (of: Entitlement, changes: Partial<RoleFacts> = {}, deed?: Deed): readonly string[] =>
  diagnose(of, BROKERS, [facts(of, changes)], deed).map(({ level, line }) => `${level} ${line}`);

export type Change = (statement: StatementText) => StatementText;

export const changed = (of: Entitlement, change: Change): PolicyText => {
  const trust = trustPolicy([of], BROKERS);
  return { ...trust, Statement: trust.Statement.map(change) };
};

export const without =
  (action: string): Change =>
  (statement) => ({ ...statement, Action: [statement.Action].flat().filter((each) => each !== action) });

/** Another value, or none at all. */
export const condition =
  (operator: 'StringEquals' | 'StringLike', key: string, value?: string): Change =>
  (statement) => {
    const kept = Object.entries(statement.Condition?.[operator] ?? {}).filter(([each]) => each !== key);
    const wanted = Object.fromEntries([...kept, ...(value === undefined ? [] : [[key, value] as const])]);
    return { ...statement, Condition: { ...statement.Condition, [operator]: wanted } };
  };

export const HOST = 'issuer.example.com';
