import type { Account, Partition } from './entitlement.ts';
import type { Handle, Instant } from './principal.ts';

/** A role that is lent, and the permissions boundary by which its sessions are ended. */
export interface BoundedRole {
  readonly roleArn: string;
  readonly account: Account;
  /** What the tokens that we sign say in `iss`: an account's provider is named after it. */
  readonly issuer: string;
}

/** A statement as IAM has it; those of the account's own we carry on without reading them. */
export type BoundaryStatement = Readonly<Record<string, unknown>>;

export interface BoundaryDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly BoundaryStatement[];
}

/** Whose sessions are to be denied everything. */
export interface EndedSessions {
  readonly requestIds: readonly string[];
  /** Of everybody, those that were opened before. */
  readonly issuedBefore?: Instant;
  /** Of one person each, those that were opened before. */
  readonly ofPeople?: readonly OfPerson[];
}

export interface OfPerson {
  readonly handle: Handle;
  readonly issuedBefore: Instant;
}

/** "IAM and AWS STS quotas": characters of a managed policy, white space not counted; ours has none. */
const MAX_CHARACTERS = 6144;

/** What begins the Sid of each statement that is ours. An account's own statements must not. */
export const OUR_SID = 'Hatcheck';

/** Where a boundary allows everything, it takes nothing away but what is denied below. It never grants. */
export const ALLOW_EVERYTHING: BoundaryStatement = { Effect: 'Allow', Action: '*', Resource: '*' };

/** `policy/hatcheck/<role's name>-boundary`, in the role's own account. */
export const boundaryArn = ({ roleArn }: Pick<BoundedRole, 'roleArn'>): string =>
  `${roleArn.slice(0, roleArn.indexOf(':role/'))}:policy/hatcheck/${roleName(roleArn)}-boundary`;

/** The one role of the account that may write boundaries, and that `on-revocation` alone may assume. */
export const revokerArn = ({ account: { partition, id } }: Pick<BoundedRole, 'account'>): string =>
  `arn:${partition}:iam::${id}:role/hatcheck/hatcheck-revoker`;

export const roleName = (roleArn: string): string => roleArn.slice(roleArn.lastIndexOf('/') + 1);

/**
 * The whole boundary: the account's own statements, what keeps it in place, and the denies.
 *
 * @returns undefined when it would be longer than IAM takes.
 */
export const boundaryDocument = (
  role: BoundedRole,
  own: readonly BoundaryStatement[],
  { requestIds, issuedBefore, ofPeople = [] }: EndedSessions,
): BoundaryDocument | undefined => {
  const document: BoundaryDocument = {
    Version: '2012-10-17',
    Statement: [
      ...own,
      ...guards(role),
      ...(requestIds.length === 0
        ? []
        : [deny('Revoked', { StringEquals: { [REQUEST_TAG]: [...requestIds].sort() } })]),
      ...ofPeople.toSorted((a, b) => (a.handle < b.handle ? -1 : 1)).map(denyOfPerson),
      ...(issuedBefore === undefined
        ? []
        : [deny('IssuedBefore', { DateLessThan: { 'aws:TokenIssueTime': issuedBefore } })]),
    ],
  };
  return JSON.stringify(document).replace(/\s/g, '').length <= MAX_CHARACTERS ? document : undefined;
};

/** A session has its person's handle as source identity, and keeps it where it chains away. */
const denyOfPerson = ({ handle, issuedBefore }: OfPerson, index: number): BoundaryStatement =>
  deny(`Person${index}`, {
    StringEquals: { [PERSON]: handle },
    DateLessThan: { 'aws:TokenIssueTime': issuedBefore },
  });

export const PERSON = 'aws:SourceIdentity';

export const REQUEST_TAG = 'aws:PrincipalTag/hatcheck-request';

const deny = (name: string, Condition: object): BoundaryStatement => ({
  ...{ Sid: `${OUR_SID}${name}`, Effect: 'Deny', Action: '*', Resource: '*', Condition },
});

/** Every role that `hatcheck role template` makes has it, so that what is lent is known wherever it stands. */
export const LENT_TAG = 'hatcheck-entitlements';

/**
 * What an administrator's session must not do, or it could undo the denies: touch what is ours; change anybody's boundary; make a principal
 * that does not carry this one; give credentials, trust or permissions to one that does not. Those that were there before can do all of it
 * still, and that is for the organization to forbid (`organisationGuard`).
 */
const guards = ({ roleArn, account: { partition }, issuer }: BoundedRole): readonly BoundaryStatement[] => [
  {
    Sid: `${OUR_SID}Own`,
    Effect: 'Deny',
    Action: 'iam:*',
    Resource: [...ownResources(roleArn, partition), ours(partition, `oidc-provider/${providerName(issuer)}`)],
  },
  // The other roles that are lent, whatever path they stand under.
  {
    Sid: `${OUR_SID}Lent`,
    Effect: 'Deny',
    Action: 'iam:*',
    Resource: '*',
    Condition: { Null: { [`aws:ResourceTag/${LENT_TAG}`]: 'false' } },
  },
  {
    Sid: `${OUR_SID}Unbounded`,
    Effect: 'Deny',
    Action: ['CreateRole', 'CreateUser', 'Put*Policy', 'Attach*', 'De*RolePolicy', 'De*UserPolicy'].map(
      (action) => `iam:${action}`,
    ),
    Resource: '*',
    // A negated operator also holds where there is none at all: of what is made, and of groups.
    Condition: { StringNotEquals: { 'iam:PermissionsBoundary': boundaryArn({ roleArn }) } },
  },
  { Sid: `${OUR_SID}Others`, Effect: 'Deny', Action: OF_OTHERS, Resource: '*' },
];

/** IAM has no condition by which these could be told from what a session may do for principals that it made itself. */
const OF_OTHERS: readonly string[] = [
  '*PermissionsBoundary',
  // Credentials. Of the service-specific ones some are API keys, and last for years; an old access key, certificate or SSH key can be made active again.
  ...[
    '*AccessKey',
    '*LoginProfile',
    '*MFADevice',
    '*ServiceSpecificCredential',
    'Up*SigningCertificate',
    'Up*SSHPublicKey',
  ],
  // Whom roles that are there trust: by themselves, and by way of a provider.
  ...['UpdateAssumeRolePolicy', 'AddClientID*', 'Update*Provider*', 'Delete*Provider'],
  // Permissions of whoever a policy is attached to, and of whoever is in a group.
  ...['CreatePolicyVersion', 'SetDefaultPolicyVersion', 'De*GroupPolicy', '*UserToGroup', '*UserFromGroup'],
]
  .map((action) => `iam:${action}`)
  // A root has no boundary.
  .concat('sts:AssumeRoot');

const ours = (partition: Partition, resource: string): string => `arn:${partition}:iam::*:${resource}`;

/** What has our name, whatever our issuer is called. */
export const OWN_NAMES = ['role/hatcheck/*', 'policy/hatcheck/*', '*-provider/*hatcheck*'] as const;

/** What of an account is ours: the role that is lent, and what has our name. */
export const ownResources = (roleArn: string, partition: Partition): readonly string[] => [
  roleArn,
  ...OWN_NAMES.map((own) => ours(partition, own)),
];

/** IAM user guide, OpenID Connect providers: the issuer without its scheme. */
export const providerName = (issuer: string): string => issuer.replace(/^https?:\/\//, '');
