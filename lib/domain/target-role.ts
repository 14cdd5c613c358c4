import { providerName } from './boundary.ts';
import type { Account, Entitlement } from './entitlement.ts';
import { audienceOf, entityIdOf, samlAudienceOf, samlProviderArn } from './role-session.ts';

/** Of the broker: all that a target account has to know. */
export interface TrustedBroker {
  /** The roles that open sessions: that of the stage that writes, then that of its standby where it has one. */
  readonly credentialsRoleArns: RoleArns;
  /** Those that end them, in the same order. */
  readonly onRevocationRoleArns: RoleArns;
  /** What the tokens and responses that it signs call it. */
  readonly issuer: string;
  /** `o-…`, where broker and account are of one organization, and the account wants to say so. */
  readonly organization?: string;
}

export type RoleArns = readonly [string, ...string[]];

/** One that AWS takes, and that others may read. */
export interface PolicyText {
  readonly Version: '2012-10-17';
  readonly Statement: readonly StatementText[];
}

export interface StatementText {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What every session of ours brings along, and a trust policy asks for: without it nobody could say afterwards whose it was. */
const ATTRIBUTED = { 'aws:RequestTag/hatcheck-request': 'r_*', 'sts:SourceIdentity': 'p_*' };

const ATTRIBUTION = ['sts:TagSession', 'sts:SetSourceIdentity'];

/**
 * Lets in the broker and nobody else, in the ways that these entitlements go by.
 *
 * @param entitlements all of one role
 */
export const trustPolicy = (entitlements: readonly Entitlement[], broker: TrustedBroker): PolicyText => ({
  Version: '2012-10-17',
  Statement: (['assumeRole', 'webIdentity', 'saml'] as const).flatMap((via) => {
    const going = entitlements.filter(({ session }) => session.via === via).sort((a, b) => (a.id < b.id ? -1 : 1));
    const [first, ...others] = going;
    if (!first) return [];
    return [STATEMENTS[via](first, broker, oneOrAll([first.id, ...others.map(({ id }) => id)]))];
  }),
});

/** What stands where a policy takes a value, or a list of them: IAM shows a list of one as the value. */
export const oneOrAll = (values: readonly [string, ...string[]]): string | readonly string[] =>
  values.length === 1 ? values[0] : values;

type Trusting = (
  entitlement: Entitlement,
  broker: TrustedBroker,
  subjects: string | readonly string[],
) => StatementText;

const STATEMENTS: Readonly<Record<Entitlement['session']['via'], Trusting>> = {
  assumeRole: ({ account }, broker) => ({
    Sid: 'HatcheckAssumeRole',
    Effect: 'Allow',
    Principal: { AWS: oneOrAll(broker.credentialsRoleArns) },
    Action: ['sts:AssumeRole', ...ATTRIBUTION],
    Condition: { ...ofTheBroker(account, broker), StringLike: ATTRIBUTED },
  }),
  // One account, these entitlements, and no pattern in either.
  webIdentity: ({ account, roleArn }, { issuer }, subjects) => ({
    Sid: 'HatcheckWebIdentity',
    Effect: 'Allow',
    Principal: { Federated: oidcProviderArn(account, issuer) },
    Action: ['sts:AssumeRoleWithWebIdentity', ...ATTRIBUTION],
    Condition: {
      StringEquals: {
        [`${providerName(issuer)}:aud`]: audienceOf({ roleArn }),
        [`${providerName(issuer)}:sub`]: subjects,
      },
      StringLike: ATTRIBUTED,
    },
  }),
  // The provider is the account's own, the response names one role, and its subject one entitlement.
  saml: ({ account, roleArn }, { issuer }, subjects) => ({
    Sid: 'HatcheckSaml',
    Effect: 'Allow',
    Principal: { Federated: samlProviderArn(account) },
    Action: ['sts:AssumeRoleWithSAML', ...ATTRIBUTION],
    Condition: {
      StringEquals: {
        'SAML:aud': samlAudienceOf({ roleArn }),
        'SAML:iss': entityIdOf(issuer),
        'SAML:sub': subjects,
        'SAML:sub_type': 'persistent',
      },
      StringLike: ATTRIBUTED,
    },
  }),
};

/** What our own calls are known by: the ExternalId of the account, and the organization where one is given. */
const ofTheBroker = (
  { externalId }: Account,
  { organization }: TrustedBroker,
): { readonly StringEquals?: Readonly<Record<string, string>> } => {
  const known = {
    ...(externalId === undefined ? {} : { 'sts:ExternalId': externalId }),
    ...(organization === undefined ? {} : { 'aws:PrincipalOrgID': organization }),
  };
  return Object.keys(known).length === 0 ? {} : { StringEquals: known };
};

export const oidcProviderArn = ({ partition, id }: Account, issuer: string): string =>
  `arn:${partition}:iam::${id}:oidc-provider/${providerName(issuer)}`;

/** The trust policy of an account's revoker role. */
export const revokerTrust = (account: Account, broker: TrustedBroker): PolicyText => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'HatcheckOnRevocation',
      Effect: 'Allow',
      Principal: { AWS: oneOrAll(broker.onRevocationRoleArns) },
      Action: 'sts:AssumeRole',
      ...(Object.keys(ofTheBroker(account, broker)).length > 0 ? { Condition: ofTheBroker(account, broker) } : {}),
    },
  ],
});

/**
 * What a revoker role may: write the boundaries' versions, and see that roles carry them. It attaches none, and takes none off. NB. Who may
 * write a policy that grants something has what they write there.
 */
export const revokerPolicy = ({ partition, id }: Account): PolicyText => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'WriteBoundaries',
      Effect: 'Allow',
      Action: ['GetPolicy', 'GetPolicyVersion', 'ListPolicyVersions', 'CreatePolicyVersion', 'DeletePolicyVersion'].map(
        (action) => `iam:${action}`,
      ),
      Resource: `arn:${partition}:iam::${id}:policy/hatcheck/*-boundary`,
    },
    {
      Sid: 'SeeThatRolesCarryThem',
      Effect: 'Allow',
      Action: 'iam:GetRole',
      Resource: `arn:${partition}:iam::${id}:role/*`,
    },
  ],
});
