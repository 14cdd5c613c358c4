import type { AccessPolicy } from '../lib/domain/policy.ts';
import type { Entitlement } from '../lib/domain/entitlement.ts';
import { SAML_PROVIDER, audienceOf, entityIdOf, samlAudienceOf, samlProviderArn } from '../lib/domain/role-session.ts';
import type { Bucket, Role, World } from './aws/world.ts';

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

/**
 * The roles that the access policy names, as their accounts would have made them: trusting the broker's one role, or what it signs as
 * `issuer`, each in the one way that the entitlement goes by.
 */
export const targetRoles = (policy: AccessPolicy, credentialsRoleArn: string, issuer = ''): readonly Role[] => {
  const byArn = new Map([...policy.entitlements.values()].map((entitlement) => [entitlement.roleArn, entitlement]));
  return [...byArn.values()].map((entitlement) => ({
    arn: entitlement.roleArn,
    trustPolicy: {
      assumeRole: () => trusting(credentialsRoleArn, entitlement),
      webIdentity: () => trustingTokens(issuer, entitlement),
      saml: () => trustingResponses(issuer, entitlement),
    }[entitlement.session.via](),
    policies: [POLICIES[nameOf(entitlement)] ?? READ_S3],
    maxSessionSeconds: Math.max(3600, entitlement.roleMaxSessionSeconds),
  }));
};

const nameOf = ({ roleArn }: Entitlement): string => roleArn.slice(roleArn.lastIndexOf('/') + 1);

/** As docs/operations.md asks of a target account. */
const trusting = (credentialsRoleArn: string, { account }: Entitlement): Document => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: credentialsRoleArn },
      Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: {
        ...(account.externalId === undefined ? {} : { StringEquals: { 'sts:ExternalId': account.externalId } }),
        StringLike: { 'aws:RequestTag/hatcheck-request': 'r_*', 'sts:SourceIdentity': 'p_*' },
      },
    },
  ],
});

/** One account, one entitlement, and no pattern in either: docs/operations.md. */
const trustingTokens = (issuer: string, { id, account, roleArn }: Entitlement): Document => {
  const host = issuer.replace(/^https?:\/\//, '');
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:${account.partition}:iam::${account.id}:oidc-provider/${host}` },
        Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'],
        Condition: {
          StringEquals: { [`${host}:aud`]: audienceOf({ roleArn }), [`${host}:sub`]: id },
          StringLike: { 'aws:RequestTag/hatcheck-request': 'r_*', 'sts:SourceIdentity': 'p_*' },
        },
      },
    ],
  };
};

/** The provider is the account's own, the response names one role, and its subject one entitlement. */
const trustingResponses = (issuer: string, { id, account, roleArn }: Entitlement): Document => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: samlProviderArn(account) },
      Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: {
        StringEquals: {
          'SAML:aud': samlAudienceOf({ roleArn }),
          'SAML:iss': entityIdOf(issuer),
          'SAML:sub': id,
          'SAML:sub_type': 'persistent',
        },
        StringLike: { 'aws:RequestTag/hatcheck-request': 'r_*', 'sts:SourceIdentity': 'p_*' },
      },
    },
  ],
});

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
export const targetBuckets = (
  policy: AccessPolicy,
): Readonly<Record<string, { readonly buckets: readonly Bucket[] }>> =>
  Object.fromEntries(
    [...policy.entitlements.values()].map(({ account }) => [account.id, { buckets: bucketsOf(account.name) }]),
  );

const bucketsOf = (account: string): readonly Bucket[] => [
  { name: `${account}-logs`, objects: { 'today.log': 'all quiet\n' } },
  { name: `${account}-payments`, objects: { 'ledger.csv': 'id,amount\n1,100\n' } },
  { name: `${account}-reports`, objects: { 'hello.txt': `hello from ${account}\n` } },
];
