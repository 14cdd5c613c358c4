import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create } from '../../functions/on-schedule.ts';
import { warningTo } from '../../functions/warning-to.ts';
import { dynamoDues } from '../../lib/aws/dues.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { dynamoSummaries } from '../../lib/aws/summaries.ts';
import { shardOf } from '../../lib/aws/summary-items.ts';
import { seal } from '../../lib/broker/chain.ts';
import { summaryOf } from '../../lib/broker/summary.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { RecordedEvent } from '../../lib/domain/event.ts';
import { type LocalAws, startLocalAws } from '../../local/aws/server.ts';
import { type TicketServer, startTicketServer } from '../../local/ticket-server.ts';
import { requestId } from '../contract/requests.ts';
import { BROKER_ACCOUNT, role } from '../local/aws/small-world.ts';
import { entitlement, noon, policy, request, submitted } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { recordingMeter } from '../support/meter.ts';
import { type NoticesReader, type ReadNotice, startNoticesReader } from '../support/notices-reader.ts';

const ROLE = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/everything`;
const QUEUE = 'hatcheck-test-notices.fifo';
const REVOCATIONS = 'hatcheck-test-revocations.fifo';
const QUEUE_URL = `https://sqs.eu-west-1.amazonaws.com/${BROKER_ACCOUNT}/${QUEUE}`;
const TICKETED = entitlement({
  approval: 'auto',
  ticket: { pattern: '^OPS-[0-9]+$', required: true, check: { service: 'jira', assigned: false, endsGrant: true } },
});

let database: TestDynamoDb;
let aws: LocalAws;
let tickets: TicketServer;
let reader: NoticesReader;
let read: ReadNotice[];
let clock: ReturnType<typeof memoryClock>;
let log: ReturnType<typeof recordingLogger>;
let run: ReturnType<typeof create>;
let metrics: ReturnType<typeof recordingMeter>;
let requests = 0;

beforeAll(async () => {
  database = await startDynamoDb();
  tickets = await startTicketServer({ port: 0, token: 't0ken', tickets: { 'OPS-1': { open: true } } });
  aws = await startLocalAws({
    port: 0,
    world: { accounts: { [BROKER_ACCOUNT]: { buckets: [] } }, roles: [role(ROLE)] },
    dynamodbAccount: BROKER_ACCOUNT,
    queues: [QUEUE, REVOCATIONS].map((name) => ({ name, fifo: true, visibilitySeconds: 60 })),
    signingKey: randomBytes(32),
  });
  const credentials = aws.credentialsFor(ROLE, 'on-schedule');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    TICKETS: 't0ken',
  });
  reader = startNoticesReader({
    ...{ endpoint: aws.endpoint, region: 'eu-west-1', queueUrl: QUEUE_URL, credentials },
    onNotice: (notice) => read.push(notice),
    log: () => undefined,
  });
});

afterAll(async () => {
  await reader.close();
  await aws.close();
  await tickets.close();
  await database.close();
});

beforeEach(() => {
  [read, clock, log, metrics] = [[], memoryClock(), recordingLogger(), recordingMeter('on-schedule')];
  const { meter } = metrics;
  const config = testConfig({
    tables: database.tables,
    endpoints: { dynamodb: database.endpoint, sqs: aws.endpoint },
    noticesQueue: QUEUE_URL,
    revocationsQueue: QUEUE_URL.replace(QUEUE, REVOCATIONS),
    policy: policy([TICKETED]),
    outside: { onCall: [], tickets: [{ id: 'jira', type: 'jira', url: tickets.origin, token: 'env:TICKETS' }] },
  });
  run = create(config, { clock, chance: systemChance, logger: log.logger, meterIn: () => meter });
});

const ledger = () => dynamoLedger({ client: database.client, table: database.tables.ledger });
const index = () => ({ client: database.client, table: database.tables.index, warn: warningTo(log.logger) });

/** A request with its summary, as `requests` leaves it. */
const made = async (event: (id: string) => RecordedEvent): Promise<string> => {
  requests += 1;
  const id = requestId(requests);
  const first = event(id);
  await ledger().append(seal(undefined, `request#${id}`, first));
  await dynamoSummaries(index()).put(summaryOf(request(first)));
  return id;
};

const typesOf = async (id: string) => (await ledger().read(`request#${id}`)).map(({ type }) => type);

const open = async () => {
  const dues = dynamoDues(index());
  const pages = await Promise.all(dues.shards.map((shard) => dues.by(noon(86_400 * 9), shard)));
  return pages.flatMap(({ items }) => items);
};

const allDone = async () => {
  clock.set(noon(86_400 * 9));
  await run();
  expect(await open()).toStrictEqual([]);
};

describe('every minute', () => {
  test('reminders are sent at their time, requests lapse at theirs, and both once', async () => {
    const id = await made((requestId) => submitted({ requestId }));
    expect(await run()).toEqual({ done: 0, failed: 0 });
    clock.set(noon(900));
    expect([await run(), await run()]).toEqual([
      { done: 1, failed: 0 },
      { done: 0, failed: 0 },
    ]);
    clock.set(noon(1800));
    await Promise.all([run(), run()]);
    expect(await typesOf(id)).toEqual(['request.submitted', 'request.lapsed']);
    await reader.poll();
    expect(read.map(({ kind, requestId }) => [kind, requestId])).toEqual([['approval_reminder', id]]);
    expect(log.lines()).toStrictEqual([]);
    await allDone();
  });

  test('what was dealt with does not come back when the summary is written anew', async () => {
    const id = await made((requestId) => submitted({ requestId }));
    clock.set(noon(900));
    await run();
    const [event] = await ledger().read(`request#${id}`);
    if (event) await dynamoSummaries(index()).put({ ...summaryOf(request(event)), seq: 1 });
    expect((await open()).map(({ kind }) => kind)).toEqual(['lapse']);
    await allDone();
  });

  test('more than a page of them is dealt with in one run', async () => {
    // All of one shard, and of requests that the ledger does not have.
    const all = Array.from({ length: 500 }, (_, index) => requestId(1000 + index)).filter((id) => shardOf(id, 4) === 0);
    const ids = all.slice(0, 105);
    const dues = dynamoDues(index());
    await Promise.all(ids.map((requestId) => dues.again({ requestId, kind: 'lapse', at: noon(1) })));
    clock.set(noon(2));
    expect(await run()).toEqual({ done: 105, failed: 0 });
    expect(await open()).toStrictEqual([]);
  });

  test('a ticket that was closed ends its grant, one that is open does not', async () => {
    const id = await made((requestId) => submitted({ requestId, ticket: 'OPS-1' }, { of: TICKETED }));
    clock.set(noon(300));
    await run();
    expect(await typesOf(id)).toEqual(['request.submitted']);
    tickets.set('OPS-1', { open: false });
    clock.set(noon(600));
    await run();
    expect(await typesOf(id)).toEqual(['request.submitted', 'request.revoked']);
    expect(await open()).toStrictEqual([]);
  });
});

test('a run says how late it is, and how long those had waited whom it reminds of', async () => {
  await allDone();
  await made((requestId) => submitted({ requestId }));
  const before = metrics.documents().length;
  clock.set(noon(960));
  await run();
  await reader.poll();
  expect(metrics.documents().slice(before)).toMatchObject([
    { Until: 'reminded', Waited: [960] },
    { Function: 'on-schedule', OldestDue: [60], OldestIntent: [0] },
  ]);
  await allDone();
});
