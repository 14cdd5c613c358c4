import { randomBytes } from 'node:crypto';
import { DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create } from '../../functions/on-ledger-event.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { type Item, itemOf, keyOf } from '../../lib/aws/ledger-item.ts';
import { seal } from '../../lib/broker/chain.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { type LocalAws, startLocalAws } from '../../local/aws/server.ts';
import { requestId } from '../contract/requests.ts';
import { BROKER_ACCOUNT, role } from '../local/aws/small-world.ts';
import { approved, approver, noon, submitted } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { recordingMeter } from '../support/meter.ts';
import { type NoticesReader, type ReadNotice, startNoticesReader } from '../support/notices-reader.ts';

let database: TestDynamoDb;
let handler: ReturnType<typeof create>;
let log: ReturnType<typeof recordingLogger>;
let metrics: ReturnType<typeof recordingMeter>;
let requests = 0;

const ROLE = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/everything`;
const QUEUE = 'hatcheck-test-notices.fifo';
const REVOCATIONS = 'hatcheck-test-revocations.fifo';
const QUEUE_URL = `https://sqs.eu-west-1.amazonaws.com/${BROKER_ACCOUNT}/${QUEUE}`;
let aws: LocalAws;
let reader: NoticesReader;
let read: ReadNotice[];

beforeAll(async () => {
  database = await startDynamoDb();
  aws = await startLocalAws({
    port: 0,
    world: { accounts: { [BROKER_ACCOUNT]: { buckets: [] } }, roles: [role(ROLE)] },
    dynamodbAccount: BROKER_ACCOUNT,
    queues: [QUEUE, REVOCATIONS].map((name) => ({ name, fifo: true, visibilitySeconds: 60 })),
    signingKey: randomBytes(32),
  });
  const credentials = aws.credentialsFor(ROLE, 'on-ledger-event');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
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
  await database.close();
});
beforeEach(async () => {
  await reader.poll();
  log = recordingLogger();
  metrics = recordingMeter('on-ledger-event');
  read = [];
  const endpoints = { dynamodb: database.endpoint, sqs: aws.endpoint };
  const config = testConfig({
    ...{ tables: database.tables, endpoints, noticesQueue: QUEUE_URL },
    revocationsQueue: QUEUE_URL.replace(QUEUE, REVOCATIONS),
  });
  const { meter } = metrics;
  const around = { clock: memoryClock(noon(60)), chance: systemChance, logger: log.logger, meterIn: () => meter };
  handler = create(config, around);
});

const ledger = () => dynamoLedger({ client: database.client, table: database.tables.ledger });

/** A request asked for and approved, in the ledger and nowhere else. */
const written = async (): Promise<{ id: string; stream: string; events: readonly [StoredEvent, StoredEvent] }> => {
  requests += 1;
  const id = requestId(requests);
  const stream = `request#${id}`;
  const first = seal(undefined, stream, submitted({ requestId: id }));
  const second = seal(first, stream, approved(approver, noon(30)));
  for (const event of [first, second]) await ledger().append(event);
  return { id, stream, events: [first, second] };
};

const summaryOf = async (id: string): Promise<string | undefined> => {
  const key = { pk: { S: `request#${id}` }, sk: { S: 'summary' } };
  const { Item } = await database.client.send(
    new GetItemCommand({ TableName: database.tables.index, Key: key, ConsistentRead: true }),
  );
  return Item?.['seq']?.N;
};

let sequence = 0;

/** As the stream of the table tells it, with both images. */
const record = (images: { before?: Item; after?: Item }, day = '2026-03-02') => {
  sequence += 1;
  const { stream, seq } = images.after ?? images.before ?? {};
  const names = { insert: 'INSERT', modify: 'MODIFY', remove: 'REMOVE' };
  return {
    eventID: `${sequence}`.padStart(32, '0'),
    eventName: names[images.before ? (images.after ? 'modify' : 'remove') : 'insert'],
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    dynamodb: {
      ApproximateCreationDateTime: Date.parse(`${day}T12:00:31Z`) / 1000,
      Keys: { stream, seq },
      ...(images.after ? { NewImage: images.after } : {}),
      ...(images.before ? { OldImage: images.before } : {}),
      SequenceNumber: `${sequence}`.padStart(21, '1'),
      SizeBytes: 400,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
};

const alarmsOf = async (stream: string, day = '2026-03-02') =>
  (await ledger().read(`alarm#${day}`)).filter(
    ({ type, data }) => type === 'ledger.altered' && 'stream' in data && data.stream === stream,
  );

const alarmLines = () => log.lines().filter(({ message }) => message === 'ledger.altered');

const putByHand = (item: Item) =>
  database.client.send(new PutItemCommand({ TableName: database.tables.ledger, Item: item }));

test('the summary of a request that was lost is there again', async () => {
  const { id, events } = await written();
  expect(await summaryOf(id)).toBeUndefined();
  const Records = events.map((event) => record({ after: itemOf(event) }));
  expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
  expect(await summaryOf(id)).toBe('1');
  expect(log.lines()).toStrictEqual([]);
});

test('a summary that is newer stays', async () => {
  const { id, stream, events } = await written();
  await handler({ Records: [record({ after: itemOf(events[1]) })] });
  await database.client.send(
    new DeleteItemCommand({ TableName: database.tables.ledger, Key: keyOf({ stream, seq: 1 }) }),
  );
  await handler({ Records: [record({ after: itemOf(events[0]) })] });
  expect(await summaryOf(id)).toBe('1');
});

describe('whom an event concerns', () => {
  test('is told once, though the stream tells it twice', async () => {
    const { id, events } = await written();
    const Records = [events[0], events[1], events[0]].map((event) => record({ after: itemOf(event) }));
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    await reader.poll();
    expect(read).toMatchObject([
      { id: events[0].eventId, kind: 'approval_wanted', requestId: id },
      { id: events[1].eventId, kind: 'approved', requestId: id },
    ]);
  });

  test('is told later when the queue did not take it, and nothing else is held up', async () => {
    const { id, events } = await written();
    const Records = [record({ after: itemOf(events[0]) })];
    const [told] = Records;
    aws.addRole(role(ROLE, { policies: [] }));
    const failed = await handler({ Records });
    aws.addRole(role(ROLE));
    expect(failed).toEqual({ batchItemFailures: [{ itemIdentifier: told?.dynamodb.SequenceNumber }] });
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    await reader.poll();
    expect(read.map(({ requestId: of }) => of)).toEqual([id]);
  });
});

describe('an alteration by hand raises the alarm once, told twice', () => {
  const toldTwice = async (told: ReturnType<typeof record>) => {
    const once = () => handler({ Records: [told] });
    expect([await once(), await once()]).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
  };

  test('an event overwritten', async () => {
    const { stream, events } = await written();
    const before = itemOf(events[1]);
    const after = { ...before, canonical: { S: before['canonical']?.S?.replace(approver.handle, 'p_me') ?? '' } };
    await putByHand(after);
    await toldTwice(record({ before, after }));
    const hash = events[1].hash;
    expect(await alarmsOf(stream)).toMatchObject([
      { data: { stream, seq: 1, change: 'modify', hashBefore: hash, hashAfter: hash } },
    ]);
    expect(alarmLines()).toMatchObject([
      { level: 'ERROR', stream, seq: 1, reason: 'modify' },
      { level: 'ERROR', stream, seq: 1, reason: 'modify' },
    ]);
  });

  test('an event deleted', async () => {
    const { stream, events } = await written();
    const Key = keyOf(events[1]);
    await database.client.send(new DeleteItemCommand({ TableName: database.tables.ledger, Key }));
    await toldTwice(record({ before: itemOf(events[1]) }));
    const [alarm, ...more] = await alarmsOf(stream);
    expect(alarm?.data).toEqual({ stream, seq: 1, change: 'remove', hashBefore: events[1].hash });
    expect(more).toStrictEqual([]);
  });

  const forged: readonly (readonly [string, (after: StoredEvent) => Item])[] = [
    ['whose hash is not its content’s', (last) => ({ ...itemOf(next(last)), hash: { S: 'x'.repeat(43) } })],
    ['without a hash', (last) => ({ ...keyOf(next(last)), canonical: { S: '{}' } })],
    ['under a key that is not its own', (last) => ({ ...itemOf(next(last)), seq: { N: '7' } })],
    ['that does not follow the one before', (last) => itemOf(next({ ...last, hash: 'none' }))],
    ['with a hash that is no text', (last) => ({ ...itemOf(next(last)), hash: { N: '1' } })],
    ['with a hash too long for an alarm', (last) => ({ ...itemOf(next(last)), hash: { S: 'x'.repeat(390_000) } })],
  ];

  const next = (last: StoredEvent): StoredEvent => seal(last, last.stream, approved(approver, noon(31)));

  test.each(forged)('an event forged, %s', async (_how, make) => {
    const { stream, events } = await written();
    const after = make(events[1]);
    await putByHand(after);
    await toldTwice(record({ after }));
    expect(await alarmsOf(stream)).toMatchObject([{ data: { seq: Number(after['seq']?.N), change: 'insert' } }]);
  });

  test('and so does one of an alarm', async () => {
    const stream = 'alarm#2026-03-01';
    const before = itemOf(seal(undefined, stream, approved(approver, noon(-86_400))));
    await toldTwice(record({ before }));
    expect(await alarmsOf(stream)).toMatchObject([{ data: { seq: 0, change: 'remove' } }]);
  });
});

test('what happened is counted, and how long it was waited for; not what is told again', async () => {
  const { events } = await written();
  const strange = { eventName: 'INSERT', dynamodb: { SequenceNumber: '5' } };
  await handler({ Records: [...events.map((event) => record({ after: itemOf(event) })), strange] });
  expect(metrics.documents().map(({ _aws, ...values }) => values)).toEqual([
    { Type: 'request.submitted', Events: [1] },
    { Approval: 'stages', Asked: [1] },
    { Type: 'request.approved', Events: [1] },
    { Until: 'approved', Waited: [30] },
  ]);
});

test('of a batch, just the one record that failed is told again', async () => {
  const [one, other] = [await written(), await written()];
  // The alarms of that day were altered themselves: no more can be put on record, and the operator is told all the same.
  await putByHand({ ...keyOf({ stream: 'alarm#2026-02-28', seq: 0 }), canonical: { S: '{}' }, hash: { S: 'none' } });
  const failing = record({ before: itemOf(one.events[0]) }, '2026-02-28');
  const Records = [record({ after: itemOf(one.events[1]) }), failing, record({ after: itemOf(other.events[1]) })];
  expect(await handler({ Records })).toEqual({
    batchItemFailures: [{ itemIdentifier: failing.dynamodb.SequenceNumber }],
  });
  expect([await summaryOf(one.id), await summaryOf(other.id)]).toEqual(['1', '1']);
  expect(alarmLines()).toMatchObject([{ stream: one.stream, seq: 0, reason: 'remove' }]);
});

test('a record that is none is told again, the others are dealt with', async () => {
  const { id, events } = await written();
  const strange = { eventName: 'INSERT', dynamodb: { SequenceNumber: '5' } };
  expect(await handler({ Records: [strange, record({ after: itemOf(events[1]) })] })).toEqual({
    batchItemFailures: [{ itemIdentifier: '5' }],
  });
  expect(await summaryOf(id)).toBe('1');
});

test('what is no batch of records fails as a whole', async () => {
  for (const event of [{}, { Records: [{ dynamodb: {} }] }, null]) await expect(handler(event)).rejects.toThrow();
});
