import type { BoundaryNow } from '../lib/broker/boundary-text.ts';
import type { AccessPolicy } from '../lib/domain/policy.ts';
import type { Entitlement } from '../lib/domain/entitlement.ts';
import {
  ALLOW_EVERYTHING,
  LENT_TAG,
  boundaryArn,
  boundaryDocument,
  revokerArn,
  roleName,
} from '../lib/domain/boundary.ts';
import { SAML_PROVIDER, audienceOf } from '../lib/domain/role-session.ts';
import { type TrustedBroker, revokerPolicy, revokerTrust, trustPolicy } from '../lib/domain/target-role.ts';
import type { Bucket, Role, World } from './aws/world.ts';
import type { KeptBoundaries } from './boundaries-file.ts';

/** The account that the broker runs in. */
export const BROKER_ACCOUNT = '777788889999';

type Document = Role['trustPolicy'];

const allow = (Action: readonly string[], Resource: readonly string[] = ['*']): Document => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

const READ_S3 = allow(['s3:ListAllMyBuckets', 's3:ListBucket', 's3:GetObject']);

/** What the laptop's roles may do in their accounts; a role that access.yml names besides may read S3. */
const POLICIES: Readonly<Record<string, Document>> = {
  ReadOnly: READ_S3,
  Admin: allow(['*']),
  LegacyAdmin: allow(['*']),
  // Without a right to list buckets, so that somebody can see what AccessDenied looks like.
  PaymentsAdmin: allow(['s3:GetObject'], ['arn:aws:s3:::prod-payments/*']),
};

/** The roles that the access policy names, as their accounts would have made them: letting in the broker, and nobody else. */
export const targetRoles = (policy: AccessPolicy, broker: TrustedBroker): readonly Role[] =>
  [...byRole(policy)].map(([arn, entitlements]) => ({
    arn,
    trustPolicy: { ...trustPolicy(entitlements, broker) },
    policies: [POLICIES[roleName(arn)] ?? READ_S3],
    maxSessionSeconds: Math.max(3600, ...entitlements.map(({ roleMaxSessionSeconds }) => roleMaxSessionSeconds)),
    tags: { [LENT_TAG]: entitlements.map(({ id }) => id).join(' ') },
  }));

const byRole = ({ entitlements }: AccessPolicy): ReadonlyMap<string, readonly Entitlement[]> =>
  Map.groupBy(entitlements.values(), ({ roleArn }) => roleArn);

const UNWRITTEN: BoundaryNow = { own: [ALLOW_EVERYTHING], ended: { requestIds: [] } };

/** And with their boundaries, and the roles that may write these. @param before what a boundary said when it was last written */
export const boundedRoles = (
  policy: AccessPolicy,
  broker: TrustedBroker,
  before: KeptBoundaries['of'] = () => undefined,
): Required<Pick<World, 'roles' | 'managedPolicies'>> => {
  const accounts = new Map([...policy.entitlements.values()].map(({ account }) => [account.id, account]));
  const boundaries = [...byRole(policy)].flatMap(([roleArn, [first]]) => {
    const arn = boundaryArn({ roleArn });
    const { own, ended } = before(arn) ?? UNWRITTEN;
    const document = first && boundaryDocument({ ...first, ...broker }, own, ended);
    return document ? [[arn, { ...document }] as const] : [];
  });
  return {
    roles: [
      ...targetRoles(policy, broker).map((role) => ({ ...role, boundary: boundaryArn({ roleArn: role.arn }) })),
      ...[...accounts.values()].map((account) => ({
        arn: revokerArn({ account }),
        trustPolicy: { ...revokerTrust(account, broker) },
        policies: [{ ...revokerPolicy(account) }],
        maxSessionSeconds: 3600,
      })),
    ],
    managedPolicies: Object.fromEntries(boundaries),
  };
};

/**
 * The accounts with what is in them, and what we sign by as a provider of those that have an entitlement that goes by it.
 * @param metadata of our SAML responses
 */
export const targetAccounts = (policy: AccessPolicy, issuer: string, metadata: string): World['accounts'] =>
  Object.fromEntries(
    Object.entries(targetBuckets(policy)).map(([id, content]): [string, World['accounts'][string]] => {
      const of = [...policy.entitlements.values()].filter(({ account }) => account.id === id);
      const byToken = of.find(({ session }) => session.via === 'webIdentity');
      const byResponse = of.find(({ session }) => session.via === 'saml');
      return [
        id,
        {
          ...content,
          ...(byToken && { oidcProviders: [{ issuer, clientIds: [audienceOf(byToken)] }] }),
          ...(byResponse && {
            samlProviders: [{ name: byResponse.account.samlProvider ?? SAML_PROVIDER, metadata }],
          }),
        },
      ];
    }),
  );

/** Something to be allowed, or not, to see: three buckets an account, named after it. */
const targetBuckets = (policy: AccessPolicy): Readonly<Record<string, { readonly buckets: readonly Bucket[] }>> =>
  Object.fromEntries(
    [...policy.entitlements.values()].map(({ account }) => [account.id, { buckets: bucketsOf(account.name) }]),
  );

const bucketsOf = (account: string): readonly Bucket[] => [
  { name: `${account}-logs`, objects: { 'today.log': 'all quiet\n' } },
  { name: `${account}-payments`, objects: { 'ledger.csv': 'id,amount\n1,100\n' } },
  { name: `${account}-reports`, objects: { 'hello.txt': `hello from ${account}\n` } },
];
