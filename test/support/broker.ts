import { randomBytes } from 'node:crypto';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

import { create as createCredentials } from '../../functions/credentials.ts';
import { create as createRequests } from '../../functions/requests.ts';
import { dynamoDbClient } from '../../lib/aws/clients.ts';
import { dynamoDirectory } from '../../lib/aws/directory.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { dynamoSessions } from '../../lib/aws/sessions.ts';
import { activatePolicy } from '../../lib/broker/activate-policy.ts';
import type { DelegationView } from '../../lib/broker/delegations.ts';
import type { HoldView } from '../../lib/broker/holds.ts';
import type { EntitlementView } from '../../lib/broker/list-entitlements.ts';
import type { Clock, Ledger } from '../../lib/broker/ports.ts';
import type { RequestView } from '../../lib/broker/request-view.ts';
import type { RuleView } from '../../lib/broker/submit-request.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { type Config } from '../../lib/config/environment.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import type { TrustedBroker } from '../../lib/domain/target-role.ts';
import { contract } from '../../lib/http/contract.ts';
import { openSession } from '../../lib/identity/sessions.ts';
import { startLocalAws, type LocalAws } from '../../local/aws/server.ts';
import type { Role } from '../../local/aws/world.ts';
import { BROKER_ACCOUNT, targetAccounts, targetRoles } from '../../local/target-accounts.ts';
import { testConfig } from './config.ts';
import { startDynamoDb, type TestDynamoDb } from './dynamodb.ts';
import { httpEvent } from './events.ts';
import { silentLogger } from './logger.ts';
import { startSigning } from './signing.ts';

export interface TestBroker {
  readonly config: Config;
  readonly aws: LocalAws;
  readonly database: TestDynamoDb;
  readonly ledger: Ledger;
  /** The functions' time; the local AWS has the machine's. */
  readonly clock: Clock & { advance(seconds: number): void };
  /** A bearer token of a person in these groups, who proved who they are just now unless said otherwise. */
  signIn(name: string, groups: readonly string[], more?: Partial<Principal>): Promise<string>;
  call(
    token: string | undefined,
    method: string,
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<TestReply>;
  close(): Promise<void>;
}

export interface TestReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: TestJson;
  readonly text: string;
}

/** Every member that some answer has; a test reads those that it expects, and one that is not there is undefined and fails it. */
export interface TestJson {
  readonly request: RequestView;
  readonly requests: readonly RequestView[];
  readonly events: readonly StoredEvent[];
  readonly nextCursor: string | undefined;
  readonly entitlements: readonly EntitlementView[];
  readonly decision: { readonly allowed: boolean; readonly rules: readonly RuleView[] };
  readonly hold: HoldView;
  readonly holds: readonly HoldView[];
  readonly delegation: DelegationView;
  readonly delegations: readonly DelegationView[];
  readonly url: string;
  readonly expiresAt: string;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: string;
  readonly code: string;
  readonly detail: string;
  readonly instance: string;
  readonly loginUrl: string;
  readonly errors: readonly { readonly pointer: string; readonly code: string }[];
}

const CREDENTIALS_ROLE = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/hatcheck-dev-credentials`;

/** In-process functions whose one role may do anything: what a role may do is the e2e tests' matter. */
const BROKER: Omit<TrustedBroker, 'issuer'> = {
  credentialsRoleArns: [CREDENTIALS_ROLE],
  onRevocationRoleArns: [CREDENTIALS_ROLE],
};

const functionRole: Role = {
  arn: CREDENTIALS_ROLE,
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  },
  policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }],
  maxSessionSeconds: 3600,
};

/** The functions `requests` and `credentials` on the embedded DynamoDB and the local AWS, all in this process. */
export const startBroker = async (overrides: Partial<Config> = {}): Promise<TestBroker> => {
  const database = await startDynamoDb();
  const signing = await startSigning();
  const { issuer } = signing.config;
  const base = testConfig({ ...signing.config, ...overrides });
  const aws = await startLocalAws({
    port: 0,
    world: {
      accounts: {
        ...targetAccounts(base.policy, issuer, signing.metadata),
        [BROKER_ACCOUNT]: { buckets: [] },
      },
      roles: [functionRole, ...targetRoles(base.policy, { ...BROKER, issuer })],
    },
    signingKeys: signing.keys,
    dynamodbEndpoint: database.endpoint,
    signingKey: randomBytes(32),
  });
  const credentials = aws.credentialsFor(CREDENTIALS_ROLE, 'functions');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
  const config: Config = {
    ...base,
    tables: database.tables,
    endpoints: {
      dynamodb: aws.endpoint,
      sts: aws.endpoint,
      kms: aws.endpoint,
      federation: aws.federationEndpoint,
      console: aws.consoleOrigin,
    },
  };
  const clock = movableClock();
  const around = { clock, chance: systemChance, logger: silentLogger };
  const functions = { requests: createRequests(config, around), credentials: createCredentials(config, around) };
  const client = dynamoDbClient({ region: config.region, endpoint: aws.endpoint });
  const identity = { client, table: config.tables.identity, clock };
  const ledger = dynamoLedger({ client, table: config.tables.ledger });
  const { policy } = config;
  // As on-deploy does.
  await activatePolicy({ ledger, clock, chance: systemChance, policy }, policy.version, { remainingMs: () => 10_000 });
  return {
    ...{ config, aws, database, clock, ledger },
    signIn: async (name, groups, more = {}) => {
      const principal = principalOf(name, groups, clock.now(), more);
      await dynamoDirectory(identity).remember(principal);
      const { token } = await openSession(
        { sessions: dynamoSessions(identity), clock, chance: systemChance },
        principal,
        'bearer',
      );
      return token;
    },
    call: async (token, method, path, body, headers = {}) => {
      const routeKey = routeKeyOf(method, path);
      const event = httpEvent({
        ...{ method, path, routeKey },
        headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
        ...(body === undefined ? {} : { body }),
      });
      return replyOf(await functions[functionOf(routeKey)](event));
    },
    close: async () => {
      client.destroy();
      await aws.close();
      await signing.close();
      await database.close();
    },
  };
};

const principalOf = (name: string, groups: readonly string[], now: string, more: Partial<Principal>): Principal => ({
  handle: `p_${Buffer.from(name.padEnd(32, '.')).toString('base64url').slice(0, 43)}`,
  issuer: 'http://127.0.0.1:3001',
  subject: name,
  kind: 'person',
  displayName: name,
  email: `${name}@example.com`,
  groups: groups.map((group) => `local-oidc:${group}`),
  groupsAt: now,
  authenticatedAt: now,
  methods: ['pwd'],
  ...more,
});

const movableClock = (): TestBroker['clock'] => {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs).toISOString(),
    pause: async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
    },
    advance: (seconds) => {
      offsetMs += seconds * 1000;
    },
  };
};

const routeKeyOf = (method: string, path: string): string =>
  `${method} ${(path.split('?')[0] ?? '').replace(/^(\/v1\/(?:requests|holds|delegations|people)\/)[^/]+/, '$1{id}')}`;

const functionOf = (routeKey: string): 'requests' | 'credentials' => {
  const route = Object.entries(contract).find(([key]) => key === routeKey)?.[1];
  if (route?.function !== 'requests' && route?.function !== 'credentials')
    throw new TypeError(`no such route here: ${routeKey}`);
  return route.function;
};

const replyOf = ({ statusCode = 0, headers = {}, body = '' }: APIGatewayProxyStructuredResultV2): TestReply => ({
  status: statusCode,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
  json: (body.startsWith('{') ? JSON.parse(body) : {}) as TestJson,
  text: body,
});
