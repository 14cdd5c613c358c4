import { createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod';
import { type CompiledAccess, accessPolicy } from '../lib/config/access.ts';
import { certificateOfKmsKey, issuerMetadata } from '../lib/config/issuer-metadata.ts';
import type { Notice } from '../lib/broker/notice.ts';
import { parseNotice } from '../lib/chatops/notice-schema.ts';
import { acsUrl, spEntityId, tokenUrl } from '../lib/identity/saml-metadata.ts';
import { certain } from '../lib/domain/invariant.ts';
import type { PolicyDocument } from './aws/policy/document.ts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from './aws/server.ts';
import type { SigningKey } from './aws/kms/service.ts';
import type { Role } from './aws/world.ts';
import { openBoundaries } from './boundaries-file.ts';
import { bucketsOf } from './buckets.ts';
import { compile } from './compile.ts';
import type { LocalSlack } from './chat/slack.ts';
import type { LocalTeams } from './chat/teams.ts';
import { startTenant } from './chat/tenant.ts';
import { chatSecretsOf, startWorkspace } from './chat/workspace.ts';
import { activatePolicy } from './deployment.ts';
import { type Functions, startFunctions } from './gateway/functions.ts';
import { closeServer, listenOnLoopback } from './gateway/loopback.ts';
import { startGateway } from './gateway/server.ts';
import type { Account } from './idp/accounts.ts';
import { type LocalOidc, type OidcOptions, startOidc } from './idp/oidc.ts';
import { type LocalSaml, type SamlOptions, startSaml } from './idp/saml.ts';
import type { LaptopProviders } from './laptop-access.ts';
import { type LedgerStream, startLedgerStream } from './ledger-stream.ts';
import { type QueueSource, startQueueSource } from './queue-source.ts';
import { queueOf, queuesOf } from './queues.ts';
import { type LocalSchedule, startSchedule } from './schedule.ts';
import { type LocalState, openState, samlKeyOf, secretsOf } from './state.ts';
import { type EmbeddedDynamoDb, startDynamoDb } from './tables.ts';
import { openSigningKeys } from './signing-keys.ts';
import { BROKER_ACCOUNT, boundedRoles, targetAccounts } from './target-accounts.ts';
import { type LocalStack, type RoleResource, readTemplateFile } from './template.ts';

export interface Ports {
  readonly gateway: number;
  readonly oidc: number;
  readonly aws: number;
  readonly dynamodb: number;
  readonly saml: number;
  readonly slack: number;
  readonly teams: number;
}

export interface StackOptions {
  /** 0 takes a free one. */
  readonly ports: Ports;
  /** Everything that survives a restart. */
  readonly folder: string;
  readonly fresh?: boolean;
  /** The access policy, given the identity providers. */
  readonly access: (providers: LaptopProviders) => CompiledAccess;
  /** What the SAML identity provider calls itself. */
  readonly samlHost?: SamlOptions['host'];
  /** A line of a function's log. */
  readonly log: (functionId: string, line: string) => void;
  /** The local AWS's time only; the functions have the machine's. */
  readonly awsClock?: () => Date;
  /** For tests on a slow machine: how long Slack waits for a window. */
  readonly slackTriggerMs?: number;
  /** How often the ledger is looked at for changes to tell, in ms; every second unless said otherwise. */
  readonly ledgerStreamIntervalMs?: number;
  /** Gets every notice that somebody would be told. */
  readonly onNotice?: (notice: Notice) => void;
  /** How often what is due is looked for, in ms; every minute unless said otherwise. */
  readonly scheduleIntervalMs?: number;
  /** Begins every secret that the local AWS gives out, for tests that look for leaks. */
  readonly secretMark?: string;
  /** For tests, of which many run what is the same. */
  readonly compile?: typeof compile;
  /** For tests with more people than the laptop has. */
  readonly accounts?: readonly Account[];
  /** Stands between the functions and what stands in for AWS: given the latter's address, answers with those that the functions get. */
  readonly between?: (endpoint: string) => Promise<ServiceEndpoints>;
  /** Changes the compiled stack before it runs, as a wrong deployment would. */
  readonly alter?: (stack: LocalStack) => LocalStack;
}

/** Where the functions find DynamoDB, and where all else of AWS. */
export interface ServiceEndpoints {
  readonly dynamodb: string;
  readonly others: string;
}

export interface Stack {
  /** Of the broker. */
  readonly origin: string;
  readonly oidc: LocalOidc;
  readonly saml: LocalSaml;
  readonly slack: LocalSlack;
  readonly teams: LocalTeams;
  readonly aws: LocalAws;
  /** The bare embedded DynamoDB, behind the local AWS's back. */
  readonly dynamodbEndpoint: string;
  readonly ledgerStream: Pick<LedgerStream, 'poll'>;
  /** The one that calls on-notice. */
  readonly notices: Pick<QueueSource, 'poll'>;
  /** Those that functions are called with. */
  readonly queues: readonly Pick<QueueSource, 'poll'>[];
  readonly schedule: Pick<LocalSchedule, 'run'>;
  /** Signs what the log has grown by. */
  readonly checkpoints: Pick<LocalSchedule, 'run'>;
  /** Writes what was signed into the bucket of the export. */
  readonly exports: Pick<LocalSchedule, 'run'>;
  /** As `aws lambda invoke` does, for whoever IAM would let. */
  readonly invoke: Functions['invoke'];
  /** Ends a function's process in the midst of whatever it does; its next call starts another. */
  readonly kill: Functions['kill'];
  readonly template: LocalStack;
  close(): Promise<void>;
}

const REGION = 'eu-west-1';
const MINUTE_MS = 60_000;
const CHECKPOINT_MS = 5 * MINUTE_MS;
/** Lambda renews a function's credentials; here they are good until the process is likely to have ended. */
const FUNCTION_CREDENTIALS_SECONDS = 30 * 86_400;

/**
 * Hatcheck, an OpenID provider, a SAML identity provider, and what stands in for AWS, all on 127.0.0.1. When a part does not start, those that did are closed.
 */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const parts: { close(): Promise<void> | void }[] = [];
  const close = async (): Promise<void> => {
    for (const part of parts.splice(0).reverse()) await part.close();
  };
  try {
    const stack = await startParts(options, (part) => {
      parts.push(part);
      return part;
    });
    return { ...stack, close };
  } catch (error) {
    await close();
    throw error;
  }
};

type Keep = <T extends { close(): Promise<void> | void }>(part: T) => T;

const startParts = async (options: StackOptions, keep: Keep): Promise<Omit<Stack, 'close'>> => {
  const { ports, folder, log } = options;
  const state = await openState(folder, { fresh: options.fresh ?? false });
  const gatewayPort = ports.gateway === 0 ? await freePort() : ports.gateway;
  const origin = `http://127.0.0.1:${gatewayPort}`;
  const oidc = keep(await startOidc(oidcOptions(options, origin, state)));
  const saml = keep(await startSaml(samlOptions(options, origin, state)));
  const slack = keep(await startWorkspace(ports.slack, origin, state, options.slackTriggerMs));
  const teams = keep(await startTenant(ports.teams, origin, state));
  const access = options.access({ issuer: oidc.issuer, samlEntityId: saml.entityId });
  const { templateFile, serviceFolder } = await (options.compile ?? compile)(join(folder, 'build'), access);
  const compiled = await readTemplateFile(templateFile, PSEUDO, serviceFolder);
  const template = options.alter?.(compiled) ?? compiled;
  const database = keep(await startDynamoDb(ports.dynamodb, join(folder, 'dynamodb'), Object.values(template.tables)));
  const signingKeys = await openSigningKeys(template, folder);
  const aws = keep(
    await startLocalAws(awsOptions(options, { state, origin, access, template, database, signingKeys })),
  );
  const endpoints = (await options.between?.(aws.endpoint)) ?? { dynamodb: aws.endpoint, others: aws.endpoint };
  const environmentFor = (id: string) =>
    functionEnvironment(id, { template, aws, endpoints, origin, state, slack, teams });
  const functions = keep(startFunctions({ functions: template.functions, environmentFor, region: REGION, log }));
  const ledgerStream = keep(await followLedger(options, { template, database, functions }));
  const queues = followQueues(options, { template, aws, functions }).map(keep);
  const notices = certain(
    queues.find(({ functionId }) => functionId === 'on-notice'),
    'a function takes the notices',
  );
  const invoke = (functionId: string, event: unknown) => functions.invoke(functionId, event);
  await activatePolicy(template, invoke);
  const schedule = keep(
    startSchedule('on-schedule', invoke, { log, intervalMs: options.scheduleIntervalMs ?? MINUTE_MS }),
  );
  const checkpoints = keep(startSchedule('on-checkpoint', invoke, { log, intervalMs: CHECKPOINT_MS }));
  const exports = keep(startSchedule('on-export', invoke, { log, intervalMs: CHECKPOINT_MS }));
  keep(await startGateway({ port: gatewayPort, routes: template.routes, invoke }));
  return {
    ...{
      origin,
      oidc,
      saml,
      slack,
      teams,
      aws,
      ledgerStream,
      notices,
      schedule,
      checkpoints,
      exports,
      template,
      queues,
      invoke,
      kill: (functionId: string) => functions.kill(functionId),
    },
    dynamodbEndpoint: database.endpoint,
  };
};

/** The functions that are called with what is on a queue. */
const followQueues = (
  { log, onNotice = () => undefined, ledgerStreamIntervalMs = 1000 }: StackOptions,
  { template, aws, functions }: { template: LocalStack; aws: LocalAws; functions: Functions },
): readonly (QueueSource & { readonly functionId: string })[] =>
  template.eventSources
    .filter(({ sourceArn }) => sourceArn.includes(':sqs:'))
    .map(({ functionId, sourceArn, batchSize }) => ({
      functionId,
      ...startQueueSource({
        ...{ endpoint: aws.endpoint, region: REGION, batchSize },
        queueUrl: queueOf(template, sourceArn).url,
        queueArn: sourceArn,
        credentials: aws.credentialsFor(roleOf(template, functionId).arn, 'lambda', FUNCTION_CREDENTIALS_SECONDS),
        invoke: (event) => functions.invoke(functionId, event),
        onTaken: (body) => {
          const notice = functionId === 'on-notice' ? parseNotice(body) : undefined;
          if (notice) onNotice(notice);
        },
        intervalMs: ledgerStreamIntervalMs,
        log: (line) => {
          log(functionId, line);
        },
      }),
    }));

/** The one table with a stream, and the functions that are called with its changes. */
const followLedger = (
  { folder, log, ledgerStreamIntervalMs = 1000 }: StackOptions,
  { template, database, functions }: { template: LocalStack; database: EmbeddedDynamoDb; functions: Functions },
): Promise<LedgerStream> => {
  const table = Object.values(template.tables).find(({ streamArn }) => streamArn !== undefined);
  const sources = template.eventSources.filter(({ sourceArn }) => sourceArn === table?.streamArn);
  return startLedgerStream({
    endpoint: database.endpoint,
    table: certain(table?.createTable.TableName, 'the ledger has a stream'),
    consumers: sources.map(({ functionId, batchSize, givesUp }) => ({
      invoke: (event) => functions.invoke(functionId, event),
      file: join(folder, `stream-${functionId}.json`),
      ...{ batchSize, givesUp },
      log: (line) => {
        log(functionId, line);
      },
    })),
    intervalMs: ledgerStreamIntervalMs,
    log: (line) => {
      log('on-ledger-event', line);
    },
  });
};

const PSEUDO = { accountId: BROKER_ACCOUNT, region: REGION, partition: 'aws', stackName: 'hatcheck-dev' };

const oidcOptions = ({ ports, accounts }: StackOptions, origin: string, state: LocalState): OidcOptions => ({
  port: ports.oidc,
  ...(accounts && { accounts }),
  client: { clientId: 'hatcheck', clientSecret: state.oidcClientSecret, redirectUris: [`${origin}/oidc/callback`] },
  keys: state.oidcKeys,
  workloadAudience: 'hatcheck',
});

const samlOptions = ({ ports, samlHost }: StackOptions, origin: string, state: LocalState): SamlOptions => ({
  port: ports.saml,
  ...(samlHost && { host: samlHost }),
  serviceProvider: {
    ...{ entityId: spEntityId(origin), acsUrl: acsUrl(origin), tokenUrl: tokenUrl(origin) },
    signingCertificate: state.samlSigningKey.certificate,
    encryptionCertificate: state.samlDecryptionKey.certificate,
  },
  key: samlKeyOf(state.samlKey),
});

interface Around {
  readonly state: LocalState;
  readonly origin: string;
  readonly template: LocalStack;
}

interface Started {
  readonly access: CompiledAccess;
  readonly database: EmbeddedDynamoDb;
  readonly signingKeys: readonly SigningKey[];
}

const awsOptions = (
  { ports, folder, awsClock, secretMark }: StackOptions,
  { state, origin, access, template, database, signingKeys }: Around & Started,
): LocalAwsOptions => {
  const { policy } = accessPolicy(access);
  const boundaries = openBoundaries(folder);
  const broker = {
    credentialsRoleArn: roleOf(template, 'credentials').arn,
    onRevocationRoleArn: roleOf(template, 'on-revocation').arn,
    issuer: origin,
  };
  const { roles, managedPolicies } = boundedRoles(policy, broker, boundaries.of);
  return {
    port: ports.aws,
    world: {
      accounts: {
        ...targetAccounts(policy, origin, issuerMetadata(origin, samlCertificates(signingKeys))),
        [BROKER_ACCOUNT]: { buckets: bucketsOf(template, join(folder, 's3')) },
      },
      roles: [...roles, ...Object.values(template.roles).map(functionRole)],
      managedPolicies,
      tablePolicies: tablePolicies(template),
    },
    onPolicy: boundaries.keep,
    queues: queuesOf(template),
    buses: template.resourcesOf('AWS::Events::EventBus').map((bus) => bus.ref()),
    mailIdentities: ['example.com'],
    signingKeys,
    dynamodbEndpoint: database.endpoint,
    dynamodbAccount: BROKER_ACCOUNT,
    signingKey: Buffer.from(state.awsSigningKey, 'base64url'),
    portalOrigin: origin,
    ...(awsClock ? { clock: awsClock } : {}),
    ...(secretMark === undefined ? {} : { secretMark }),
  };
};

/** Of the keys that sign SAML responses: both, as `hatcheck issuer metadata` makes them. */
const samlCertificates = (keys: readonly SigningKey[]): readonly string[] =>
  keys
    .filter(({ spec }) => spec === 'RSA_2048')
    .map(({ privateKey }) => certificateOfKmsKey(createPublicKey(privateKey), 'localhost', new Date()));

const functionRole = ({ arn, trustPolicy, policies, maxSessionSeconds }: RoleResource): Role => ({
  arn,
  trustPolicy: documentSchema.parse(trustPolicy),
  policies: policies.map(({ document }) => documentSchema.parse(document)),
  maxSessionSeconds,
});

const documentSchema = z.record(z.string(), z.unknown());

const tablePolicies = ({ tables }: LocalStack): Readonly<Record<string, PolicyDocument>> =>
  Object.fromEntries(
    Object.values(tables)
      .filter(({ resourcePolicy }) => resourcePolicy !== undefined)
      .map(({ arn, resourcePolicy }) => [arn, documentSchema.parse(resourcePolicy)]),
  );

const roleOf = ({ functions, roles }: LocalStack, functionId: string): RoleResource => {
  const role = roles[functions[functionId]?.roleLogicalId ?? ''];
  if (!role) throw new Error(`the function ${functionId} has no role in the template`);
  return role;
};

interface FunctionsAround {
  readonly aws: LocalAws;
  readonly endpoints: ServiceEndpoints;
  readonly slack: LocalSlack;
  readonly teams: LocalTeams;
}

/** What the template says, the addresses of what stands in for AWS, and credentials of the function's own role: no other's. */
const functionEnvironment = (
  id: string,
  { template, aws, endpoints, origin, state, slack, teams }: Around & FunctionsAround,
): Readonly<Record<string, string>> => {
  const credentials = aws.credentialsFor(roleOf(template, id).arn, `hatcheck-dev-${id}`, FUNCTION_CREDENTIALS_SECONDS);
  const holdsSecrets = template.functions[id]?.environment['HATCHECK_PEPPER'] !== undefined;
  return {
    ...template.functions[id]?.environment,
    HATCHECK_ORIGIN: origin,
    HATCHECK_DYNAMODB_ENDPOINT: endpoints.dynamodb,
    HATCHECK_STS_ENDPOINT: endpoints.others,
    HATCHECK_SQS_ENDPOINT: endpoints.others,
    HATCHECK_KMS_ENDPOINT: endpoints.others,
    HATCHECK_SES_ENDPOINT: endpoints.others,
    HATCHECK_S3_ENDPOINT: endpoints.others,
    HATCHECK_EVENTS_ENDPOINT: endpoints.others,
    HATCHECK_ISSUER: origin,
    HATCHECK_FEDERATION_ENDPOINT: aws.federationEndpoint,
    HATCHECK_CONSOLE_ENDPOINT: aws.consoleOrigin,
    HATCHECK_SLACK_ENDPOINT: slack.endpoint,
    HATCHECK_TEAMS_ENDPOINT: teams.origin,
    ...chatSecretsOf(id, state),
    ...(holdsSecrets ? { HATCHECK_PEPPER: 'env:LOCAL_PEPPER', ...secretsOf(state) } : {}),
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
};

/** A port that was free a moment ago: the provider has to know the broker's address before the broker is there. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await listenOnLoopback(server, 0);
  await closeServer(server);
  return port;
};
