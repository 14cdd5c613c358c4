import { createHash } from 'node:crypto';
import { createManagedPolicies } from './iam/managed-policies.ts';
import type { ManagedPolicies } from './iam/managed-policies.ts';
import { parsePolicy } from './policy/document.ts';
import type { Policy, PolicyDocument } from './policy/document.ts';
import type { Shelf } from './s3/shelf.ts';

export interface Bucket {
  readonly name: string;
  /** What is in it at the start. */
  readonly objects: Readonly<Record<string, string>>;
  /** Without it an object that is put again replaces the one before, and a delete removes it. */
  readonly versioned?: boolean;
  /** Object Lock is enabled; what is put is locked by default, or as the put says. Versioned buckets only. */
  readonly lock?: { readonly byDefault?: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number } };
  readonly policy?: PolicyDocument;
  /** Where its objects are; without it they are gone with the process. */
  readonly shelf?: Shelf;
}

export interface Role {
  /** `arn:aws:iam::<account>:role/<path and name>`. */
  readonly arn: string;
  readonly trustPolicy: PolicyDocument;
  /** Identity policies: what the role may do. */
  readonly policies: readonly PolicyDocument[];
  /** ARN of the managed policy that is its permissions boundary. */
  readonly boundary?: string;
  /** 3600 to 43200. */
  readonly maxSessionSeconds: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** An OpenID Connect provider that an account trusts: whose tokens, and made out to whom. */
export interface OidcProvider {
  /** As tokens say it in `iss`. AWS takes https only; here it may be http on a loopback address. */
  readonly issuer: string;
  readonly clientIds: readonly string[];
}

/** A SAML provider that an account trusts. */
export interface SamlProvider {
  readonly name: string;
  readonly metadata: string;
}

interface Account {
  readonly buckets: readonly Bucket[];
  readonly oidcProviders?: readonly OidcProvider[];
  readonly samlProviders?: readonly SamlProvider[];
}

/** What exists in the local AWS. */
export interface World {
  readonly accounts: Readonly<Record<string, Account>>;
  readonly roles: readonly Role[];
  /** Resource policies of DynamoDB tables, by table ARN. */
  readonly tablePolicies?: Readonly<Record<string, PolicyDocument>>;
  /** By ARN. */
  readonly managedPolicies?: Readonly<Record<string, PolicyDocument>>;
}

/** A role whose every policy has been read and understood. */
export interface LoadedRole {
  readonly arn: string;
  readonly partition: string;
  readonly account: string;
  /** Without the path: what assumed-role ARNs show. */
  readonly name: string;
  /** `AROA…`, stable for an ARN. */
  readonly id: string;
  readonly trust: Policy;
  /** The same as it was written. */
  readonly trustDocument: PolicyDocument;
  readonly identity: readonly Policy[];
  readonly boundaryArn: string | undefined;
  /** What the boundary says at this moment. */
  readonly boundary: Policy | undefined;
  readonly maxSessionSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** The world while it runs: roles, their boundaries and table policies can be put, everything else stays. */
export interface LoadedWorld {
  readonly bucketsOf: (account: string) => readonly Bucket[];
  /** Names of buckets are everybody's: no two accounts have the same. */
  readonly bucketPolicy: (name: string) => Policy | undefined;
  readonly oidcProvider: (account: string, issuer: string) => OidcProvider | undefined;
  readonly samlProvider: (account: string, name: string) => SamlProvider | undefined;
  readonly role: (arn: string) => LoadedRole | undefined;
  /** A role's name is its account's own, whatever path it stands under. */
  readonly roleNamed: (account: string, name: string) => LoadedRole | undefined;
  readonly managedPolicies: ManagedPolicies;
  readonly tablePolicy: (tableArn: string) => Policy | undefined;
  /** Adds a role or replaces the one with this ARN; throws a PolicyFault or TypeError, and then changes nothing. */
  readonly putRole: (role: Role) => void;
  /** `undefined` takes the boundary away. */
  readonly putBoundary: (roleArn: string, boundaryArn: string | undefined) => void;
  readonly putTablePolicy: (tableArn: string, document: PolicyDocument) => void;
}

const ROLE_ARN = /^arn:(aws|aws-cn|aws-us-gov):iam::(\d{12}):role\/(?:[\x21-\x7e]{0,510}\/)?([\w+=,.@-]{1,64})$/;
const TABLE_ARN = /^arn:(?:aws|aws-cn|aws-us-gov):dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]{3,255}$/;

/** Reads a world. Throws a PolicyFault for a policy that is not understood, a TypeError for anything else that is wrong. */
export function loadWorld(world: World, onPolicy?: (arn: string, text: string) => void): LoadedWorld {
  for (const account of Object.keys(world.accounts)) {
    if (!/^\d{12}$/.test(account)) throw new TypeError(`account "${account}" is not twelve digits`);
  }
  const buckets = new Map(Object.entries(world.accounts).map(([account, content]) => [account, content.buckets]));
  const bucketPolicies = new Map(
    [...buckets.values()]
      .flat()
      .flatMap(({ name, policy }) =>
        policy === undefined ? [] : [[name, parsePolicy(policy, 'resource', `policy of the bucket ${name}`)]],
      ),
  );
  const managedPolicies = createManagedPolicies(world.managedPolicies ?? {}, onPolicy);
  const roles = new Map<string, StoredRole>();
  const withBoundary = (role: StoredRole): LoadedRole => {
    const boundary = role.boundaryArn === undefined ? undefined : managedPolicies.current(role.boundaryArn);
    if (role.boundaryArn !== undefined && !boundary) throw new TypeError(`${role.arn}: no policy ${role.boundaryArn}`);
    return { ...role, boundary };
  };
  const put = (role: StoredRole) => roles.set(withBoundary(role).arn, role);
  for (const role of world.roles) put(loadRole(role));
  const find = (role: StoredRole | undefined) => role && withBoundary(role);
  const tablePolicies = new Map(
    Object.entries(world.tablePolicies ?? {}).map(([arn, document]) => [arn, loadTablePolicy(arn, document)]),
  );
  return {
    bucketsOf: (account) => buckets.get(account) ?? [],
    bucketPolicy: (name) => bucketPolicies.get(name),
    oidcProvider: (account, issuer) =>
      world.accounts[account]?.oidcProviders?.find((provider) => provider.issuer === issuer),
    samlProvider: (account, name) => world.accounts[account]?.samlProviders?.find((provider) => provider.name === name),
    role: (arn) => find(roles.get(arn)),
    roleNamed: (account, name) =>
      find([...roles.values()].find((role) => role.account === account && role.name === name)),
    managedPolicies,
    tablePolicy: (tableArn) => tablePolicies.get(tableArn),
    putRole: (role) => void put(loadRole(role)),
    putBoundary: (roleArn, boundaryArn) => {
      const role = roles.get(roleArn);
      if (role) put({ ...role, boundaryArn });
    },
    putTablePolicy: (arn, document) => void tablePolicies.set(arn, loadTablePolicy(arn, document)),
  };
}

/** Its boundary is looked up each time: the managed policy may have another default version by then. */
type StoredRole = Omit<LoadedRole, 'boundary'>;

function loadRole(role: Role): StoredRole {
  const [, partition, account, name] = ROLE_ARN.exec(role.arn) ?? [];
  if (partition === undefined || account === undefined || name === undefined) {
    throw new TypeError(`"${role.arn}" is no role ARN`);
  }
  const { maxSessionSeconds } = role;
  if (!Number.isInteger(maxSessionSeconds) || maxSessionSeconds < 3600 || maxSessionSeconds > 43_200) {
    throw new TypeError(`${role.arn}: maxSessionSeconds must be between 3600 and 43200`);
  }
  return {
    ...{ arn: role.arn, partition, account, name, maxSessionSeconds, tags: role.tags ?? {} },
    id: roleId(role.arn),
    trust: parsePolicy(role.trustPolicy, 'trust', `trust policy of ${role.arn}`),
    trustDocument: role.trustPolicy,
    identity: role.policies.map((document, i) => parsePolicy(document, 'identity', `policy ${i} of ${role.arn}`)),
    boundaryArn: role.boundary,
  };
}

function loadTablePolicy(arn: string, document: PolicyDocument): Policy {
  if (!TABLE_ARN.test(arn)) throw new TypeError(`"${arn}" is no table ARN`);
  return parsePolicy(document, 'resource', `policy of ${arn}`);
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function roleId(arn: string): string {
  const digest = createHash('sha256').update(arn).digest().subarray(0, 17);
  return `AROA${Array.from(digest, (byte) => BASE32.charAt(byte % 32)).join('')}`;
}
