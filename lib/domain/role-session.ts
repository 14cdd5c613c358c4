import { ownResources } from './boundary.ts';
import type { Account, DenyStatement, Entitlement, SessionRules } from './entitlement.ts';
import { certain } from './invariant.ts';
import type { Handle, Instant, Principal } from './principal.ts';
import type { RequestState } from './request.ts';
import { type Scope, type ScopeAllow, scopeStatements } from './scope.ts';
import { msOf, secondsBetween } from './time.ts';

/** What STS is asked for. Everything in it comes from access.yml, the request and the principal, never from a caller's words. */
export interface RoleSessionOrder {
  readonly via: SessionRules['via'];
  readonly roleArn: string;
  readonly region: string;
  /** By `assumeRole` only. */
  readonly externalId?: string;
  /** By `saml` only: the account's provider that knows our certificate. */
  readonly providerArn?: string;
  readonly requestId: string;
  /** The subject of what we sign, so that a trust policy can name it. */
  readonly entitlementId: string;
  readonly sessionName: string;
  readonly sourceIdentity: Handle;
  /** 900 to 3600; to 43,200 where no role is chained. */
  readonly durationSeconds: number;
  /** When the grant ends. AWS permissions end then by the session policy, though the session itself may be longer. */
  readonly endsAt: Instant;
  readonly policy: SessionPolicy;
  readonly tags: Readonly<Record<string, string>>;
  /** Whether the tags follow into a role that this session assumes. */
  readonly transitive: boolean;
}

export interface SessionPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly (DenyStatement | ScopeAllow | typeof ALLOW_EVERYTHING)[];
}

const ALLOW_EVERYTHING = { Effect: 'Allow', Action: '*', Resource: '*' } as const;

/** STS issues for no less (API reference, AssumeRole, DurationSeconds). */
export const STS_MIN_SECONDS = 900;
/** Role chaining: what a Lambda's own role session assumes lasts an hour at most; what an assertion opens is the first of its chain. */
export const STS_MAX_SECONDS: Readonly<Record<SessionRules['via'], number>> = {
  assumeRole: 3600,
  webIdentity: 43_200,
  saml: 43_200,
};

export const orderRoleSession = (
  request: RequestState,
  entitlement: Entitlement,
  principal: Principal,
  { now, endsAt }: { now: Instant; endsAt: Instant },
): RoleSessionOrder => ({
  via: entitlement.session.via,
  roleArn: entitlement.roleArn,
  region: entitlement.account.region,
  ...externalIdOf(entitlement),
  ...providerOf(entitlement),
  requestId: request.id,
  entitlementId: entitlement.id,
  sessionName: roleSessionName(principal),
  sourceIdentity: principal.handle,
  durationSeconds: durationSeconds(entitlement, secondsBetween(now, endsAt)),
  endsAt,
  policy: sessionPolicy(entitlement, endsAt, request.scope),
  tags: {
    'hatcheck-request': request.id,
    'hatcheck-entitlement': entitlement.id,
    ...(request.ticket === undefined ? {} : { 'hatcheck-ticket': request.ticket }),
  },
  transitive: entitlement.session.chaining,
});

/** Only AssumeRole knows one; what is signed is made out to the account instead. */
const externalIdOf = ({ session, account: { externalId } }: Entitlement): { readonly externalId?: string } =>
  externalId === undefined || session.via !== 'assumeRole' ? {} : { externalId };

const providerOf = ({ session, account }: Entitlement): { readonly providerArn?: string } =>
  session.via === 'saml' ? { providerArn: samlProviderArn(account) } : {};

/** What an account's SAML provider for our responses is called, unless access.yml says otherwise. */
export const SAML_PROVIDER = 'hatcheck';

export const samlProviderArn = ({ id, partition, samlProvider = SAML_PROVIDER }: Account): string =>
  `arn:${partition}:iam::${id}:saml-provider/${samlProvider}`;

const durationSeconds = ({ session, roleMaxSessionSeconds }: Entitlement, secondsLeft: number): number =>
  Math.max(
    STS_MIN_SECONDS,
    Math.floor(Math.min(secondsLeft, session.maxSeconds, roleMaxSessionSeconds, STS_MAX_SECONDS[session.via])),
  );

/**
 * One allow, since denies alone grant nothing, and of no more than was asked for; then what ends the session with the grant, what would outlive or escape it, and
 * Hatcheck's own roles, policies and providers.
 */
export const sessionPolicy = (
  { session, roleArn, account }: Entitlement,
  endsAt: Instant,
  scope?: Scope,
): SessionPolicy => ({
  Version: '2012-10-17',
  Statement: [
    ...(scope ? scopeStatements(scope) : [ALLOW_EVERYTHING]),
    ...session.denies,
    ...(session.sourceIps ? [elsewhere(session.sourceIps)] : []),
    {
      Sid: 'GrantEnd',
      Effect: 'Deny',
      Action: ['*'],
      Resource: ['*'],
      Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': wholeSecond(endsAt) } },
    },
    ...(session.chaining ? [] : [NO_ESCAPE]),
    {
      Sid: 'Hatcheck',
      Effect: 'Deny',
      Action: ['iam:*'],
      Resource: ownResources(roleArn, account.partition),
    },
  ],
});

/** AssumeRoot is no AssumeRole*; a web identity token or a console's OAuth2 token would live on after the grant. */
const NO_ESCAPE: DenyStatement = {
  Sid: 'NoEscape',
  Effect: 'Deny',
  Action: ['sts:AssumeRole*', 'sts:AssumeRoot', 'sts:GetWebIdentityToken', 'signin:*OAuth2*'],
  Resource: ['*'],
};

/**
 * As "AWS: Denies access to AWS based on the source IP" has it: what AWS does in the session's name, in answer to one of its calls, comes from
 * addresses of AWS. Through a VPC endpoint there is no aws:SourceIp at all, and that is elsewhere too.
 */
const elsewhere = (sourceIps: readonly string[]): DenyStatement => ({
  Sid: 'Elsewhere',
  Effect: 'Deny',
  Action: ['*'],
  Resource: ['*'],
  Condition: { NotIpAddress: { 'aws:SourceIp': sourceIps }, Bool: { 'aws:ViaAWSService': 'false' } },
});

/** STS API reference, AssumeRole: characters of an inline session policy. */
const MAX_POLICY_CHARACTERS = 2048;

/** Every grant's end is written in as many characters as this one. */
const SOME_END = '2030-01-01T00:00:00.000Z';

/** By how many characters the session policy would be too long for STS; 0 when it fits. What AWS packs it into, only AWS knows. */
export const policyCharactersOver = (entitlement: Entitlement, scope?: Scope): number =>
  Math.max(0, JSON.stringify(sessionPolicy(entitlement, SOME_END, scope)).length - MAX_POLICY_CHARACTERS);

/** The Sids of our own statements, whatever the entitlement and the request. */
export const OUR_SIDS = ['OtherActions', 'OtherResources', 'Elsewhere', 'GrantEnd', 'NoEscape', 'Hatcheck'] as const;

/** Rounded down: the permissions may end up to a second before the grant, never after it. */
const wholeSecond = (instant: Instant): string =>
  new Date(Math.floor(msOf(instant) / 1000) * 1000).toISOString().replace('.000Z', 'Z');

/** Who a token is for: one account, so that what was signed for one is nothing in another. */
export const audienceOf = ({ roleArn }: Pick<RoleSessionOrder, 'roleArn'>): string =>
  `hatcheck:${certain(roleArn.split(':')[4], 'a role without an account')}`;

/** What our SAML responses call us, and the metadata that an account makes its provider from. @param issuer as our tokens say it */
export const entityIdOf = (issuer: string): string => `${issuer}/saml`;

/** Where a browser would post a response, which is also whom it is for (IAM user guide, SAML assertions for the authentication response). */
const SAML_SIGN_IN: Readonly<Record<Account['partition'], string>> = {
  aws: 'https://signin.aws.amazon.com/saml',
  'aws-us-gov': 'https://signin.amazonaws-us-gov.com/saml',
  'aws-cn': 'https://signin.amazonaws.cn/saml',
};

export const samlAudienceOf = ({ roleArn }: Pick<RoleSessionOrder, 'roleArn'>): string => {
  const partition = roleArn.split(':').slice(1, 2).join();
  return certain(new Map(Object.entries(SAML_SIGN_IN)).get(partition), 'a role of no partition');
};

const SESSION_NAME = /^[A-Za-z0-9_+=,.@-]{2,64}$/;

/**
 * For the eye that reads CloudTrail: `<verified e-mail>=<8 characters of the handle>` where charset and length allow it, else the
 * handle. Never cut or replaced: two principals must not meet in one name.
 */
export const roleSessionName = ({ handle, email }: Principal): string => {
  const legible = `${email ?? ''}=${handle.slice(2, 10)}`;
  return email !== undefined && SESSION_NAME.test(legible) ? legible : handle;
};
