import type { ChatSettings } from '../chatops/settings.ts';
import type { AccessPolicy } from '../domain/policy.ts';
import type { IdentityProvider } from '../identity/ports.ts';
import type { OutsideServices } from '../outbound/ports.ts';
import { type CompiledAccess, accessPolicy } from './access.ts';
import { present } from './present.ts';
import { parseSecretReference } from './secret-reference.ts';
import { STAGE_NAME } from './stage-name.ts';
import { secureUrl } from './web-address.ts';

/** All that a function goes by, read once when it starts. */
export interface Config {
  readonly stage: string;
  /** Where people reach us: scheme, host and port, no path. */
  readonly origin: string;
  readonly region: string;
  readonly tables: { readonly ledger: string; readonly index: string; readonly identity: string };
  /** The address of the queue of notices; only whoever sends some has it. */
  readonly noticesQueue?: string;
  /** The address of the queue of what nobody could be told; only whoever tells has it. */
  readonly noticesFailuresQueue?: string;
  /** The address of the queue of sessions that are to be ended; only whoever sends some has it. */
  readonly revocationsQueue?: string;
  /** The address of the queue of what was said in chat; only whoever receives it has it. */
  readonly chatActsQueue?: string;
  /** The name of the bus that every event is put on; only whoever puts some on it has it. */
  readonly eventBus?: string;
  /** Set only where something stands in for AWS. */
  readonly endpoints: {
    readonly dynamodb?: string;
    readonly sts?: string;
    readonly sqs?: string;
    readonly kms?: string;
    readonly ses?: string;
    readonly events?: string;
    readonly s3?: string;
    readonly federation?: string;
    readonly console?: string;
    /** Of Slack's web API; then `response_url` must be of that origin too. */
    readonly slack?: string;
    /** The origin of whatever stands in for Microsoft: the Bot Framework's keys, Entra's tokens, Teams' connector. */
    readonly teams?: string;
  };
  /** What the tokens that we sign say in `iss`: an address of its own, or our origin. Every account's provider is tied to it. */
  readonly issuer: string;
  /** The ARNs of the keys that those tokens are, will be or were signed with. Only whoever publishes or uses them has any. */
  readonly issuerKeys: readonly string[];
  /** The one of them that signs; only whoever opens role sessions has it. */
  readonly tokenKey?: string;
  /** The ARNs of the keys of checkpoints, the first of which signs; only whoever signs has any. */
  readonly checkpointKeys: readonly string[];
  /** The ARN of the key that signs SAML responses for AWS; only whoever opens role sessions has it. */
  readonly samlKey?: string;
  /** The bucket of the export, and for how many days its files are kept; only whoever exports has it. */
  readonly exportTo?: { readonly bucket: string; readonly retentionDays: number };
  /** A reference to the key of the handles' HMAC; only sign-in and token exchange have it. */
  readonly pepper?: string;
  readonly policy: AccessPolicy;
  readonly identityProviders: readonly IdentityProvider[];
  readonly outside: OutsideServices;
  /** Absent: access.yml says nothing of chat and mail. */
  readonly chat?: ChatSettings;
}

export interface ConfigFault {
  /** The environment variable. */
  readonly name: string;
  readonly message: string;
}

export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(['the environment is not as it should be', ...faults.map((f) => `  ${f.name}: ${f.message}`)].join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with a value, or undefined. Messages never repeat the value: it may have been meant for another variable. */
type Check = (value: string) => string | undefined;

const matching =
  (pattern: RegExp, form: string): Check =>
  (value) =>
    pattern.test(value) ? undefined : `must be ${form}`;

const stageName = matching(STAGE_NAME, 'small letters, digits and hyphens, at most 32');
const regionName = matching(/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/, 'an AWS region such as eu-west-1');
const busName = matching(/^[\w./-]{1,256}$/, 'the name of an EventBridge bus');
const tableName = matching(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a DynamoDB table');

const origin: Check = (value) =>
  secureUrl(value)?.origin === value
    ? undefined
    : 'must be an origin without a path, https or http on a loopback address';

const bucketName = matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket');
/** S3's own bound on a retention. */
const MAX_DAYS = 36_500;
const days: Check = (value) =>
  /^[1-9]\d{0,4}$/.test(value) && Number(value) <= MAX_DAYS
    ? undefined
    : `must be a number of days, ${MAX_DAYS} at the most`;

const endpoint: Check = (value) => {
  const url = secureUrl(value);
  return url?.search === '' && url.hash === '' ? undefined : 'must be a URL, https or http on a loopback address';
};

const keyArn = matching(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,64}$/, 'the ARN of a KMS key');

const keyArns: Check = (value) =>
  value
    .split(',')
    .map(keyArn)
    .find((message) => message !== undefined);

const listed = (value: string | undefined): readonly string[] => (value ?? '').split(',').filter((arn) => arn !== '');

const secretReference: Check = (value) =>
  parseSecretReference(value)
    ? undefined
    : 'must name a secret (env:NAME, ssm:/path/name, secretsmanager:name), not be one';

/**
 * The configuration, frozen.
 * @throws ConfigError with every fault at once, by the variable's name.
 */
export const loadConfig = (env: Environment, access: CompiledAccess): Config => {
  const faults: ConfigFault[] = [];
  const optional = (name: string, check: Check): string | undefined => {
    const value = env[name] === '' ? undefined : env[name];
    const message = value === undefined ? undefined : check(value);
    if (message !== undefined) faults.push({ name, message });
    return value;
  };
  const required = (name: string, check: Check): string => {
    const value = optional(name, check);
    if (value === undefined) faults.push({ name, message: 'is not set' });
    return value ?? '';
  };
  const config = {
    stage: required('HATCHECK_STAGE', stageName),
    origin: required('HATCHECK_ORIGIN', origin),
    region: required('AWS_REGION', regionName),
    tables: {
      ledger: required('LEDGER_TABLE', tableName),
      index: required('INDEX_TABLE', tableName),
      identity: required('IDENTITY_TABLE', tableName),
    },
    endpoints: present({
      dynamodb: optional('HATCHECK_DYNAMODB_ENDPOINT', endpoint),
      sts: optional('HATCHECK_STS_ENDPOINT', endpoint),
      sqs: optional('HATCHECK_SQS_ENDPOINT', endpoint),
      kms: optional('HATCHECK_KMS_ENDPOINT', endpoint),
      ses: optional('HATCHECK_SES_ENDPOINT', endpoint),
      s3: optional('HATCHECK_S3_ENDPOINT', endpoint),
      events: optional('HATCHECK_EVENTS_ENDPOINT', endpoint),
      federation: optional('HATCHECK_FEDERATION_ENDPOINT', endpoint),
      console: optional('HATCHECK_CONSOLE_ENDPOINT', endpoint),
      slack: optional('HATCHECK_SLACK_ENDPOINT', endpoint),
      teams: optional('HATCHECK_TEAMS_ENDPOINT', origin),
    }),
    ...present({
      noticesQueue: optional('NOTICES_QUEUE', endpoint),
      noticesFailuresQueue: optional('NOTICES_FAILURES_QUEUE', endpoint),
      revocationsQueue: optional('REVOCATIONS_QUEUE', endpoint),
      chatActsQueue: optional('CHAT_ACTS_QUEUE', endpoint),
      eventBus: optional('EVENT_BUS', busName),
    }),
    issuer: optional('HATCHECK_ISSUER', origin) ?? env['HATCHECK_ORIGIN'] ?? '',
    issuerKeys: listed(optional('HATCHECK_ISSUER_KEYS', keyArns)),
    checkpointKeys: listed(optional('HATCHECK_CHECKPOINT_KEYS', keyArns)),
    ...present({
      tokenKey: optional('HATCHECK_TOKEN_KEY', keyArn),
      samlKey: optional('HATCHECK_SAML_KEY', keyArn),
    }),
    ...present({ exportTo: exportTo(optional('EXPORT_BUCKET', bucketName), optional('EXPORT_RETENTION_DAYS', days)) }),
    ...present({ pepper: optional('HATCHECK_PEPPER', secretReference) }),
    ...accessPolicy(access),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return deepFrozen(config);
};

const exportTo = (bucket: string | undefined, retentionDays: string | undefined): Config['exportTo'] =>
  bucket === undefined || retentionDays === undefined ? undefined : { bucket, retentionDays: Number(retentionDays) };

const deepFrozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of value instanceof Map ? value.values() : Object.values(value)) deepFrozen(member);
  return value;
};
