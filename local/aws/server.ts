import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { keepCall } from './calls.ts';
import type { CallRecord } from './calls.ts';
import { type LocalBusEvent, createEvents } from './events/service.ts';
import { createDynamodb } from './dynamodb/service.ts';
import { createFederation } from './federation/site.ts';
import { iam } from './iam/service.ts';
import { createKms } from './kms/service.ts';
import type { SigningKey } from './kms/service.ts';
import type { PolicyDocument } from './policy/document.ts';
import { createRouter } from './router.ts';
import { createS3 } from './s3/service.ts';
import type { Service } from './service.ts';
import { sessionIssuer } from './session.ts';
import type { Credentials, SessionIssuer } from './session.ts';
import type { QueueSettings } from './sqs/queue.ts';
import { createSqs } from './sqs/service.ts';
import { createMailbox } from './ses/mailbox-page.ts';
import { type LocalMail, createSes } from './ses/service.ts';
import { sts } from './sts/service.ts';
import { readRequest, TooLarge } from './wire.ts';
import type { Answer, WireRequest } from './wire.ts';
import { loadWorld } from './world.ts';
import type { LoadedWorld, Role, World } from './world.ts';

export interface LocalAwsOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock?: () => Date;
  readonly world: World;
  /** A DynamoDB that checks nothing itself; it should be reachable only from here. */
  readonly dynamodbEndpoint?: string;
  /** Whose tables those are; callers from other accounts find none. Without it every account sees them. */
  readonly dynamodbAccount?: string;
  /** Of the same account; kept in memory. */
  readonly queues?: readonly QueueSettings[];
  /** Names of EventBridge's buses, of the same account; what they take is kept in memory. */
  readonly buses?: readonly string[];
  /** Addresses and domains that SES sends from; none unless said otherwise. */
  readonly mailIdentities?: readonly string[];
  /** What KMS has. */
  readonly signingKeys?: readonly SigningKey[];
  /** At least 32 bytes. Session tokens issued under it are valid again after a restart with it. */
  readonly signingKey: Buffer;
  /** Where the console sends people whose session is over. */
  readonly portalOrigin?: string;
  /** Gets the text of each managed policy that is written, before the writer hears that it is. */
  readonly onPolicy?: (arn: string, text: string) => void;
  /** Begins every secret access key, session token and sign-in token, so that a test can look for leaks. */
  readonly secretMark?: string;
}

export interface LocalAws {
  /** For every service: `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly federationEndpoint: string;
  readonly consoleOrigin: string;
  /** Adds a role or replaces the one of that ARN, policies and all. Throws a PolicyFault or TypeError. */
  readonly addRole: (role: Role) => void;
  readonly addTablePolicy: (tableArn: string, document: PolicyDocument) => void;
  /** Credentials as Lambda gives a function those of its execution role. 3600 seconds unless said otherwise. */
  readonly credentialsFor: (roleArn: string, sessionName: string, seconds?: number) => Credentials;
  /** What the buses took, oldest first. */
  readonly busEvents: readonly LocalBusEvent[];
  /** What SES took, oldest first. */
  readonly mails: readonly LocalMail[];
  /** Where one reads them. */
  readonly mailbox: string;
  /** The latest thousand or two, oldest first. */
  readonly calls: readonly CallRecord[];
  readonly close: () => Promise<void>;
}

/** DynamoDB's own limit on a request. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** Session tokens and sign-in URLs are long. */
const MAX_HEADER_BYTES = 64 * 1024;
const KEPT_CALLS = 1000;

/**
 * Starts the local AWS on 127.0.0.1: STS, IAM, S3, DynamoDB, SQS, KMS, SES, EventBridge, the federation endpoint and the console, on one port.
 * Rejects with a PolicyFault or TypeError when the world is not understood, or when the port is taken.
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const clock = options.clock ?? (() => new Date());
  const world = loadWorld(options.world, options.onPolicy);
  if (options.signingKey.length < 32) throw new TypeError('signingKey must have 32 bytes or more');
  const sessions = sessionIssuer(options.signingKey, options.secretMark ?? '');
  const calls: CallRecord[] = [];
  const dynamodb = createDynamodb(options.dynamodbEndpoint, options.dynamodbAccount);
  const sqs = createSqs(options.queues ?? [], options.dynamodbAccount);
  const kms = createKms(options.signingKeys ?? []);
  const busEvents: LocalBusEvent[] = [];
  const events = createEvents({ buses: options.buses ?? [], taken: busEvents, account: options.dynamodbAccount });
  const mails: LocalMail[] = [];
  const ses = createSes({ verified: options.mailIdentities ?? [], mails });
  const mailbox = createMailbox(mails);
  const record = (call: CallRecord) => {
    keepCall(calls, call, KEPT_CALLS);
  };
  const route = createRouter({
    ...{ world, sessions, clock, record },
    services: new Map<string, Service>(
      Object.entries({ sts, iam, s3: createS3(), sqs, kms, ses, events, dynamodb: dynamodb.service }),
    ),
    fallback: sts,
  });
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES });
  const endpoint = `http://127.0.0.1:${await listen(server, options.port)}`;
  const federation = createFederation({ ...options, clock, world, sessions, record, origin: endpoint });
  const answer = (request: WireRequest) => federation(request) ?? mailbox(request) ?? route(request);
  server.on('request', (incoming, outgoing) => void serve(incoming, outgoing, clock, answer));
  return {
    ...{ endpoint, federationEndpoint: `${endpoint}/federation`, consoleOrigin: endpoint, calls },
    ...{ busEvents, mails, mailbox: `${endpoint}/mailbox` },
    addRole: world.putRole,
    addTablePolicy: world.putTablePolicy,
    credentialsFor: (roleArn, name, seconds = 3600) => openForService(world, sessions, clock(), roleArn, name, seconds),
    close: async () => {
      dynamodb.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  clock: () => Date,
  answer: (request: WireRequest) => Answer | Promise<Answer>,
): Promise<void> {
  try {
    const { status, headers, body } = await answer(await readRequest(incoming, MAX_BODY_BYTES));
    // The SDK corrects its clock by this header, so it must tell the same time as the signature check.
    outgoing.writeHead(status, { date: clock().toUTCString(), ...lengthOf(body), ...headers });
    if (body instanceof Readable) await pipeline(body, outgoing);
    else outgoing.end(incoming.method === 'HEAD' ? undefined : body);
  } catch (cause) {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(cause instanceof TooLarge ? 413 : 500, { connection: 'close' }).end();
  }
}

function lengthOf(body: Answer['body']): Record<string, string> {
  return body instanceof Readable ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

function openForService(
  world: LoadedWorld,
  sessions: SessionIssuer,
  now: Date,
  roleArn: string,
  name: string,
  seconds: number,
): Credentials {
  const role = world.role(roleArn);
  if (!role) throw new TypeError(`no role ${roleArn}`);
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) throw new TypeError(`"${name}" is no role session name`);
  const issuedAt = Math.floor(now.getTime() / 1000) * 1000;
  return sessions.open({
    ...{ roleArn, name, tags: {}, transitiveTagKeys: [], sourceIdentity: undefined, policy: undefined, chained: false },
    ...{ issuedAt, expiresAt: issuedAt + seconds * 1000 },
  });
}
