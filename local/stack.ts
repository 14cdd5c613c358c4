import { createServer } from 'node:http';
import { join } from 'node:path';
import { acsUrl, spEntityId, tokenUrl } from '../lib/identity/saml-metadata.ts';
import { certain } from '../lib/domain/invariant.ts';
import { awsOptions } from './aws-options.ts';
import { type LocalAws, startLocalAws } from './aws/server.ts';
import { compile } from './compile.ts';
import type { LocalSlack } from './chat/slack.ts';
import type { LocalTeams } from './chat/teams.ts';
import { startTenant } from './chat/tenant.ts';
import { startWorkspace } from './chat/workspace.ts';
import { activatePolicy } from './deployment.ts';
import { followLedger, followQueues } from './followers.ts';
import { functionEnvironment } from './function-environment.ts';
import { type Functions, startFunctions } from './gateway/functions.ts';
import { heardBy } from './gateway/heard.ts';
import { closeServer, listenOnLoopback } from './gateway/loopback.ts';
import { startGateway } from './gateway/server.ts';
import { type LocalOidc, type OidcOptions, startOidc } from './idp/oidc.ts';
import { type LocalSaml, type SamlOptions, startSaml } from './idp/saml.ts';
import type { LedgerStream } from './ledger-stream.ts';
import type { QueueSource } from './queue-source.ts';
import { type LocalSchedule, startSchedule } from './schedule.ts';
import { REGION, type StackOptions } from './stack-options.ts';
import { type LocalState, openState, samlKeyOf } from './state.ts';
import { startDynamoDb } from './tables.ts';
import { openSigningKeys } from './signing-keys.ts';
import { BROKER_ACCOUNT } from './target-accounts.ts';
import { type LocalStack, readTemplateFile } from './template.ts';

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

const MINUTE_MS = 60_000;
const CHECKPOINT_MS = 5 * MINUTE_MS;

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
  const dynamodbEndpoint = (await options.betweenTables?.(database.endpoint)) ?? database.endpoint;
  const aws = keep(
    await startLocalAws(awsOptions(options, { state, origin, access, template, dynamodbEndpoint, signingKeys })),
  );
  const endpoints = (await options.between?.(aws.endpoint)) ?? { dynamodb: aws.endpoint, others: aws.endpoint };
  const environmentFor = (id: string) =>
    functionEnvironment(id, { template, aws, endpoints, origin, state, slack, teams });
  const started = (options.runs ?? startFunctions)({
    functions: template.functions,
    environmentFor,
    region: REGION,
    log,
  });
  const functions = keep(options.onAnswered ? heardBy(options.onAnswered, started) : started);
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

const PSEUDO = { accountId: BROKER_ACCOUNT, region: REGION, partition: 'aws', stackName: 'hatcheck-dev' };

const oidcOptions = ({ ports, accounts }: StackOptions, origin: string, state: LocalState): OidcOptions => ({
  port: ports.oidc,
  ...(accounts && { accounts }),
  client: {
    ...{ clientId: 'hatcheck', clientSecret: state.oidcClientSecret, redirectUris: [`${origin}/oidc/callback`] },
    backChannelLogoutUri: `${origin}/oidc/backchannel-logout`,
  },
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

/** A port that was free a moment ago: the provider has to know the broker's address before the broker is there. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await listenOnLoopback(server, 0);
  await closeServer(server);
  return port;
};
