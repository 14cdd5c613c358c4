import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { create } from '../../functions/on-revocation.ts';
import { warningTo } from '../../functions/warning-to.ts';
import { create as createSchedule } from '../../functions/on-schedule.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { sqsRevocations } from '../../lib/aws/revocation-queue.ts';
import { dynamoSummaries } from '../../lib/aws/summaries.ts';
import { summaryOf } from '../../lib/broker/summary.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { fold } from '../../lib/domain/request.ts';
import { startQueueSource } from '../../local/queue-source.ts';
import { boundedRoles } from '../../local/target-accounts.ts';
import type { LocalAws } from '../../local/aws/server.ts';
import { requestId } from '../contract/requests.ts';
import { BROKER, BROKER_ACCOUNT, clientConfig, codeOf, role, start, world } from '../local/aws/small-world.ts';
import { engineer, entitlement, noon, policy, principal } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { tell } from '../support/revocations.ts';

const ON_REVOCATION = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/on-revocation`;
const QUEUE = 'hatcheck-test-revocations.fifo';
const ISSUER = 'https://issuer.example.com';
const ADMIN = entitlement();
const POLICY = policy([ADMIN]);

let database: TestDynamoDb;
let aws: LocalAws;
let log: ReturnType<typeof recordingLogger>;
let handler: ReturnType<typeof create>;

beforeAll(async () => {
  database = await startDynamoDb();
  const { roles, managedPolicies } = boundedRoles(POLICY, {
    ...{ credentialsRoleArns: [BROKER], onRevocationRoleArns: [ON_REVOCATION], issuer: ISSUER },
  });
  aws = await start({
    world: { ...world(...roles, role(ON_REVOCATION)), managedPolicies },
    dynamodbAccount: BROKER_ACCOUNT,
    queues: [{ name: QUEUE, fifo: true, visibilitySeconds: 60 }],
  });
  const credentials = aws.credentialsFor(ON_REVOCATION, 'on-revocation');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

beforeEach(() => {
  log = recordingLogger();
  const endpoints = { dynamodb: database.endpoint, sts: aws.endpoint };
  const config = testConfig({ tables: database.tables, endpoints, policy: POLICY, issuer: ISSUER });
  handler = create(config, { clock: memoryClock(noon(62)), chance: systemChance, logger: log.logger });
});

const ledger = () => dynamoLedger({ client: database.client, table: database.tables.ledger });

/** A session of the role, and its way to S3. */
const sessionOf = async (id: string): Promise<() => Promise<string>> => {
  const { Credentials: given } = await new STSClient(clientConfig(aws, BROKER)).send(
    new AssumeRoleCommand({
      ...{ RoleArn: ADMIN.roleArn, RoleSessionName: 'session', SourceIdentity: `p_${'A'.repeat(43)}` },
      ExternalId: ADMIN.account.externalId,
      Tags: [{ Key: 'hatcheck-request', Value: id }],
    }),
  );
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
  const client = new S3Client({ endpoint: aws.endpoint, region: 'eu-west-1', maxAttempts: 1, credentials });
  return () => codeOf(client.send(new ListBucketsCommand({})));
};

const message = (body: string, messageId = 'message-1') => ({ messageId, body, receiptHandle: 'handle' });
const about = (id: string, messageId?: string) => message(JSON.stringify({ requestId: id }), messageId);

test('exactly the sessions of what is revoked are denied, on record, and to be looked at again', async () => {
  const [one, two] = [requestId(1), requestId(2)];
  await tell(ledger(), one, { revokedAt: noon(60) });
  await tell(ledger(), two, {});
  const codes = await Promise.all([one, two].map(sessionOf));
  expect(await handler({ Records: [about(one), about(two, 'message-2')] })).toEqual({ batchItemFailures: [] });
  expect(await Promise.all(codes.map((code) => code()))).toEqual(['AccessDenied', 'none']);
  expect((await ledger().read(`request#${one}`)).at(-1)).toMatchObject({
    type: 'sessions.ended',
    data: { tookMs: 2000, by: 'boundary' },
  });
  const Key = { pk: { S: `request#${one}` }, sk: { S: 'due#boundary' } };
  const { Item } = await database.client.send(new GetItemCommand({ TableName: database.tables.index, Key }));
  expect(Item?.['dueAt']).toEqual({ S: noon(962) });
  expect(log.lines()).toStrictEqual([]);
});

describe('what is told again', () => {
  test('is what failed, and nothing else', async () => {
    const [one, gone] = [requestId(3), requestId(4)];
    await tell(ledger(), one, { revokedAt: noon(60) });
    const elsewhere = entitlement({ account: { ...ADMIN.account, id: '999900001111' } });
    await tell(ledger(), gone, {
      of: { ...elsewhere, roleArn: ADMIN.roleArn.replace('111122223333', '999900001111') },
      revokedAt: noon(60),
    });
    expect(await handler({ Records: [about(gone, 'failing'), about(one)] })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'failing' }],
    });
    expect((await ledger().read(`request#${one}`)).at(-1)).toMatchObject({ type: 'sessions.ended' });
    expect(log.lines()).toMatchObject([{ level: 'ERROR', message: 'account.gone', requestId: gone }]);
  });

  test.each(['', '{}', '{"requestId":"request#x"}', '{"requestId":"r_A#control"}', '[]'])(
    'and what is none of ours: %j, so that somebody looks at it',
    async (body) => {
      expect(await handler({ Records: [message(body)] })).toEqual({
        batchItemFailures: [{ itemIdentifier: 'message-1' }],
      });
    },
  );
});

const QUEUE_URL = `https://sqs.eu-west-1.amazonaws.com/${BROKER_ACCOUNT}/${QUEUE}`;

/** What is on the queue, all of it. */
const takeFromQueue = async (): Promise<void> => {
  const source = startQueueSource({
    ...{ endpoint: aws.endpoint, region: 'eu-west-1', queueUrl: QUEUE_URL, queueArn: QUEUE, batchSize: 10 },
    credentials: aws.credentialsFor(ON_REVOCATION, 'lambda'),
    invoke: (event) => handler(event),
    log: (line) => {
      throw new Error(line);
    },
  });
  await source.poll();
  await source.close();
};

test('fifty revocations at once on one role, through the queue, all take effect, and nobody else is hit', async () => {
  const fifty = Array.from({ length: 50 }, (_, index) => requestId(100 + index));
  for (const id of fifty) await tell(ledger(), id, { revokedAt: noon(60) });
  const [other, ...codes] = await Promise.all([requestId(6), ...fifty].map(sessionOf));
  const credentials = aws.credentialsFor(ON_REVOCATION, 'lambda');
  const client = new SQSClient({
    ...{ endpoint: aws.endpoint, region: 'eu-west-1', credentials, useQueueUrlAsEndpoint: false },
  });
  const revocations = sqsRevocations({ client, queueUrl: QUEUE_URL });
  await Promise.all(fifty.map((id) => revocations.send({ id, requestId: id, roleArn: ADMIN.roleArn })));
  await takeFromQueue();
  expect(new Set(await Promise.all(codes.map((code) => code())))).toEqual(new Set(['AccessDenied']));
  expect(await other?.()).toBe('none');
  expect(log.lines()).toStrictEqual([]);
});

test('a revocation of which the ledger’s stream never told takes effect all the same, a minute later', async () => {
  const id = requestId(7);
  await tell(ledger(), id, { revokedAt: noon(60) });
  // As whoever revokes leaves it: nobody else is told.
  const request = fold(await ledger().read(`request#${id}`));
  const index = { client: database.client, table: database.tables.index, warn: warningTo(log.logger) };
  if (request) await dynamoSummaries(index).put(summaryOf(request));
  const code = await sessionOf(id);
  await runScheduleAt(119);
  await takeFromQueue();
  expect(await code()).toBe('none');
  expect(await runScheduleAt(120)).toEqual({ done: 1, failed: 0 });
  await takeFromQueue();
  expect(await code()).toBe('AccessDenied');
  expect((await ledger().read(`request#${id}`)).at(-1)).toMatchObject({ type: 'sessions.ended' });
  expect(log.lines()).toStrictEqual([]);
});

/** `on-schedule`, so many seconds after noon. */
const runScheduleAt = (now: number) => {
  const config = testConfig({
    tables: database.tables,
    endpoints: { dynamodb: database.endpoint, sqs: aws.endpoint },
    ...{ policy: POLICY, noticesQueue: QUEUE_URL, revocationsQueue: QUEUE_URL },
  });
  return createSchedule(config, { clock: memoryClock(noon(now)), chance: systemChance, logger: log.logger })();
};

test('too many of one person are left to one deny of theirs, and the operator is told whose', async () => {
  const many = Array.from({ length: 200 }, (_, index) => requestId(2000 + index));
  for (const id of many) await tell(ledger(), id, { revokedAt: noon(60) });
  expect(await handler({ Records: many.map((id) => about(id, id)) })).toEqual({ batchItemFailures: [] });
  expect(log.lines()).toMatchObject([{ level: 'WARN', message: 'sessions.crowded', handle: engineer.handle }]);
  const by = await Promise.all(
    many.map(async (id) => (await ledger().read(`request#${id}`)).findLast(({ type }) => type === 'sessions.ended')),
  );
  expect(new Set(by.map((event) => JSON.stringify(event?.data)))).toEqual(
    new Set(['{"by":"source_identity","tookMs":2000}', '{"by":"boundary","tookMs":2000}']),
  );
});

test('too many for one boundary are said to the operator', async () => {
  const many = Array.from({ length: 200 }, (_, index) => requestId(1000 + index));
  for (const id of many) await tell(ledger(), id, { revokedAt: noon(60), by: principal(id, ['sre']) });
  const other = await sessionOf(requestId(5));
  expect(await handler({ Records: many.map((id) => about(id, id)) })).toEqual({ batchItemFailures: [] });
  expect(await other()).toBe('none');
  expect(log.lines()).toMatchObject([{ level: 'ERROR', message: 'sessions.overflowed' }]);
  expect((await ledger().read(`request#${requestId(1000)}`)).at(-1)).toMatchObject({
    data: { by: 'token_issue_time' },
  });
});
