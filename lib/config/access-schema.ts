import * as z from 'zod';
import { partitionOfRegion } from '../domain/partition.ts';
import { STS_MAX_SECONDS } from '../domain/role-session.ts';
import { distinct, duration, fault, idText, lineOf } from './access-words.ts';
import type { ApproversSchema } from './access-approvers.ts';
import type { Groups } from './access-groups.ts';
import { approval, approverRequires } from './approval-rules.ts';
import { hours } from './hours-rules.ts';
import { isIpBlock } from './ip-block.ts';
import { breakGlass, extension } from './more-time-rules.ts';
import { parseSecretReference } from './secret-reference.ts';
import { ticketCheck } from './ticket-check.ts';
import { ticketPattern } from './ticket-pattern.ts';
import { secureUrl } from './web-address.ts';

/** The first level; what stands below each name is checked on its own, so that one fault hides no other. */
export const outline = z.strictObject({
  version: z.literal(1),
  identityProviders: z.array(z.unknown()).min(1).max(20),
  accounts: z.record(idText, z.unknown()),
  entitlements: z.record(idText, z.unknown()),
  auditors: z.unknown().optional(),
  security: z.unknown().optional(),
  revokers: z.unknown().optional(),
  tickets: z.record(idText, z.unknown()).optional(),
  onCall: z.record(idText, z.unknown()).optional(),
  limits: z.unknown().optional(),
  delegation: z.unknown().optional(),
  chat: z.unknown().optional(),
  console: z.unknown().optional(),
});

/** OpenID Connect Discovery 1.0, section 3: no query, no fragment. Compared with `iss` letter by letter, so kept as it is. */
export const issuer = lineOf(512).refine(
  (text) => {
    const url = secureUrl(text);
    return url?.search === '' && url.hash === '' && !/[?#]/.test(text);
  },
  {
    error: 'must be an https URL without query or fragment, or http on a loopback address',
    params: { code: 'invalid_issuer' },
  },
);

const secretReference = z.string().refine((text) => parseSecretReference(text) !== undefined, {
  error: 'must say where the secret is (ssm:/path/name, secretsmanager:name, env:NAME), not what it is',
  params: { code: 'literal_secret' },
});

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const;

export const algorithms = distinct(z.enum(ALGORITHMS), ALGORITHMS.length).default(['RS256', 'ES256']);

/** All types, so that one that is none of them is told which there are; the others are checked by schemas of their own. */
export const oidcProvider = z.strictObject({
  id: idText,
  type: z.enum(['oidc', 'saml', 'oidc-workload', 'aws-workload']),
  issuer,
  clientId: lineOf(255),
  clientSecret: secretReference.optional(),
  groupsClaim: lineOf(128).default('groups'),
  offlineAccess: z.boolean().default(false),
  backChannelLogout: z.boolean().default(false),
  tokenExchange: z.strictObject({ audiences: distinct(lineOf(255), 20) }).optional(),
  algorithms,
});

/** https://refeds.org/profile/mfa, and what Microsoft's providers say. */
const MFA_CONTEXTS = ['https://refeds.org/profile/mfa', 'http://schemas.microsoft.com/claims/multipleauthn'];

export const samlProvider = z.strictObject({
  id: idText,
  type: z.literal('saml'),
  /** A file, read on its own, or an address. */
  metadata: z.unknown().optional(),
  entityId: lineOf(1024).optional(),
  groupsAttribute: lineOf(256),
  emailAttribute: lineOf(256).optional(),
  nameAttribute: lineOf(256).optional(),
  mfaContexts: distinct(lineOf(256), 10).default(MFA_CONTEXTS),
  idpInitiated: z.boolean().default(false),
  tokenExchange: z.boolean().default(false),
  signingKey: secretReference.optional(),
  decryptionKey: secretReference.optional(),
});

export const region = z
  .string()
  .regex(/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/, { error: 'must be an AWS region such as eu-west-1' });

export const account = z
  .strictObject({
    id: z.string().regex(/^\d{12}$/, { error: 'must be the 12 digits of an account id, in quotes' }),
    partition: z.enum(['aws', 'aws-us-gov', 'aws-cn']).default('aws'),
    region,
    /** STS API reference, AssumeRole, ExternalId. */
    externalId: z
      .string()
      .regex(/^[A-Za-z0-9_+=,.@:/-]{2,1224}$/, { error: 'must be 2 to 1224 letters, digits and _+=,.@:/-' })
      .optional(),
    /** IAM API reference, CreateSAMLProvider. Our sessions may not touch providers of such a name. */
    samlProvider: z
      .string()
      .regex(/^(?=.*hatcheck)[A-Za-z0-9._-]{1,128}$/, {
        error: 'must have hatcheck in it, and be 1 to 128 letters, digits and ._-',
      })
      .optional(),
  })
  .refine(({ partition, region }) => partitionOfRegion(region) === partition, {
    error: 'is not a region of this partition',
    path: ['region'],
    params: { code: 'region_not_in_partition' },
  });

/** IAM API reference, CreateRole: Path and RoleName. */
const role = (accountNames: readonly string[]) =>
  z.strictObject({
    account: z.string().check(({ value, issues }) => {
      if (!accountNames.includes(value))
        issues.push({ ...fault('unknown_account', 'is not one of the accounts'), input: value });
    }),
    path: z
      .string()
      .max(512)
      .regex(/^\/(?:[A-Za-z0-9_+=,.@-]+\/)*$/, { error: 'must begin and end with a slash' })
      .default('/hatcheck/'),
    name: z.string().regex(/^[A-Za-z0-9_+=,.@-]{1,64}$/, { error: 'must be the name of a role, without its path' }),
    maxSession: duration('1h', '12h').default(3600),
  });

/** An address, or a CIDR block of which not everybody is part. */
const sourceIp = z
  .string()
  .refine(isIpBlock, { error: 'must be an IP address or a CIDR block such as 203.0.113.0/24' });

const session = z
  .strictObject({
    via: z.enum(['assumeRole', 'webIdentity', 'saml']).default('assumeRole'),
    max: duration('15m', '12h').default(3600),
    tail: z.enum(['deny', 'refuse']).default('deny'),
    /** Read on its own. */
    policy: z.unknown().optional(),
    chaining: z.boolean().default(false),
    revokeOnEnd: z.boolean().default(false),
    sourceIps: distinct(sourceIp, 20).optional(),
  })
  .check(({ value, issues }) => {
    if (value.max > STS_MAX_SECONDS[value.via])
      issues.push({ ...fault('out_of_range', 'must be at most 1h by assumeRole'), path: ['max'], input: value });
  });

/** What an entitlement may refer to. */
interface Named {
  readonly groups: Groups;
  readonly approvers: ApproversSchema;
  readonly accountNames: readonly string[];
  readonly ticketServices: readonly string[];
}

export const entitlement = ({ groups, approvers, accountNames, ticketServices }: Named) =>
  z.strictObject({
    title: lineOf(120).optional(),
    description: lineOf(400).optional(),
    role: role(accountNames),
    requesters: groups,
    approval: approval(approvers),
    maxDuration: duration('1m', '12h'),
    justification: z.strictObject({ minLength: z.int().min(1).max(2000).default(10) }).prefault({}),
    ticket: z
      .strictObject({
        pattern: ticketPattern,
        required: z.boolean().default(true),
        check: ticketCheck(ticketServices).optional(),
      })
      .optional(),
    requires: z
      .strictObject({
        mfa: z.boolean().default(false),
        authenticatedWithin: duration('1m', '24h').optional(),
        sameDevice: z.boolean().default(false),
      })
      .prefault({}),
    approverRequires: approverRequires.optional(),
    groupsMaxAge: duration('5m', '24h').default(4 * 3600),
    session: session.prefault({}),
    scope: z.boolean().default(false),
    hours: hours.optional(),
    extension: extension(approvers).optional(),
    breakGlass: breakGlass(groups, approvers).optional(),
    revokers: approvers.optional(),
    limits: z.strictObject({ issuesPerHour: z.int().min(1).max(1000).default(60) }).prefault({}),
  });

/** An entitlement as it is written. */
export type EntitlementText = z.infer<ReturnType<typeof entitlement>>;
