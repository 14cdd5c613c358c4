import { generateKeyPairSync } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create as createCheckpoint } from '../../functions/on-checkpoint.ts';
import { create as createSequence } from '../../functions/on-sequence.ts';
import { itemOf, keyOf } from '../../lib/aws/ledger-item.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { dynamoLogPlaces } from '../../lib/aws/log-places.ts';
import { seal } from '../../lib/broker/chain.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { type LocalAws, startLocalAws } from '../../local/aws/server.ts';
import { BROKER_ACCOUNT, role } from '../local/aws/small-world.ts';
import { testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { eventsOf } from '../support/memory-log.ts';

const ROLE = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/everything`;
const KEY = `arn:aws:kms:eu-west-1:${BROKER_ACCOUNT}:key/checkpoints`;

let aws: LocalAws;
let database: TestDynamoDb;
let log: ReturnType<typeof recordingLogger>;
let onSequence: ReturnType<typeof createSequence>;
let onCheckpoint: ReturnType<typeof createCheckpoint>;

beforeAll(async () => {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    ...{ privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } },
  });
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        ...{ Effect: 'Allow', Action: 'kms:*', Resource: '*' },
        Principal: { AWS: `arn:aws:iam::${BROKER_ACCOUNT}:root` },
      },
    ],
  };
  aws = await startLocalAws({
    ...{ port: 0, dynamodbAccount: BROKER_ACCOUNT, signingKey: Buffer.alloc(32, 1) },
    world: { accounts: { [BROKER_ACCOUNT]: { buckets: [] } }, roles: [role(ROLE)] },
    signingKeys: [{ arn: KEY, spec: 'ECC_NIST_P256', privateKey, policy }],
  });
  const credentials = aws.credentialsFor(ROLE, 'the-log');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
});
afterAll(() => aws.close());

beforeEach(async () => {
  database = await startDynamoDb();
  log = recordingLogger();
  const config = testConfig({
    tables: database.tables,
    endpoints: { dynamodb: database.endpoint, kms: aws.endpoint },
    checkpointKeys: [KEY],
  });
  const around = { clock: memoryClock(), chance: systemChance, logger: log.logger };
  onSequence = createSequence(config, around);
  onCheckpoint = createCheckpoint(config, around);
});
afterEach(() => database.close());

const ledger = () => dynamoLedger({ client: database.client, table: database.tables.ledger });
const places = () => dynamoLogPlaces({ client: database.client, table: database.tables.index });

const put = async (events: readonly StoredEvent[]): Promise<void> => {
  for (const event of events) {
    await database.client.send(new PutItemCommand({ TableName: database.tables.ledger, Item: itemOf(event) }));
  }
};

const record = (event: StoredEvent, eventName = 'INSERT') => ({
  ...{ eventID: `${event.stream} ${event.seq}`, eventName },
  dynamodb: {
    ...{ ApproximateCreationDateTime: 1_772_452_800, Keys: keyOf(event), NewImage: itemOf(event) },
    SequenceNumber: `${event.seq}00`,
  },
});

const logged = async () =>
  (await ledger().read('log')).flatMap((event) =>
    event.type === 'log.extended' ? event.data.entries.map(({ stream, seq }) => `${stream} ${seq}`) : [],
  );

const messages = () => log.lines().map(({ message }) => message);

describe('on-sequence', () => {
  const events = eventsOf('request#r_1', 4);

  test('puts what it is told of into the log, and says that it has', async () => {
    await put(events);
    expect(await onSequence({ Records: events.map((each) => record(each)) })).toEqual({ batchItemFailures: [] });
    expect(await onSequence({ Records: events.map((each) => record(each)) })).toEqual({ batchItemFailures: [] });
    expect(await logged()).toEqual(['request#r_1 0', 'request#r_1 1', 'request#r_1 2', 'request#r_1 3']);
    expect(messages()).toStrictEqual([]);
  });

  test('leaves what is no new event to on-ledger-event', async () => {
    const [first, second] = events;
    if (!first || !second) throw new TypeError('events were made');
    const none = { ...record(second), dynamodb: { ...record(second).dynamodb, NewImage: { hash: { S: 'x' } } } };
    expect(await onSequence({ Records: [record(first, 'MODIFY'), none] })).toEqual({ batchItemFailures: [] });
    expect(await logged()).toStrictEqual([]);
  });

  test('wants to be told again from the first on, when the ledger is away or somebody forged the log', async () => {
    await put(events);
    await onSequence({ Records: events.slice(0, 1).map((each) => record(each)) });
    const last = await ledger().last('log');
    if (last?.type !== 'log.extended') throw new TypeError('there is a log');
    const { data, at, actor } = last;
    await put([seal(last, 'log', { type: 'log.extended', data, at, actor, eventId: 'forged' })]);
    expect(await onSequence({ Records: events.slice(1).map((each) => record(each)) })).toEqual({
      batchItemFailures: [{ itemIdentifier: '100' }],
    });
    expect(messages()).toEqual(['log.forged', 'events were not put into the log']);
    await database.client.send(
      new PutItemCommand({ TableName: database.tables.ledger, Item: { ...itemOf(last), hash: { S: 'x' } } }),
    );
    expect((await onSequence({ Records: events.slice(1).map((each) => record(each)) })).batchItemFailures).toHaveLength(
      1,
    );
  });

  test('tells of a gap, and of what it made anew', async () => {
    await put(events.toSpliced(1, 1));
    await onSequence({ Records: events.slice(3).map((each) => record(each)) });
    expect(log.lines().map(({ message, stream, seq }) => [message, stream, seq])).toEqual([
      ['log.gap', 'request#r_1', 2],
    ]);
    await onSequence({ Records: eventsOf('control', 1).map((each) => record(each)) });
    await places().putTile({ level: 0, n: 0, hashes: [] }, 'over');
    await onSequence({ Records: eventsOf('signin#1', 1).map((each) => record(each)) });
    expect(messages()).toEqual(['log.gap', 'log.repaired']);
  });

  test('by hand: puts whole streams in, and makes the places of the log anew', async () => {
    await put(events);
    await onSequence({ streams: ['request#r_1', 'request#r_none'] });
    expect(await logged()).toHaveLength(4);
    await places().putTile({ level: 0, n: 0, hashes: [] }, 'over');
    await onSequence({ rebuild: true });
    expect(await places().tile({ level: 0, n: 0 })).toHaveLength(4);
    expect(await onSequence({ streams: [] })).toEqual({ batchItemFailures: [] });
  });

  test('takes no other event', async () => {
    for (const event of [{}, { streams: [''] }, { rebuild: false }, 'x'])
      await expect(onSequence(event)).rejects.toThrow();
  });
});

describe('on-checkpoint', () => {
  const events = eventsOf('request#r_1', 3);

  test('signs when there is something new, and says which it signed', async () => {
    expect(await onCheckpoint()).toEqual({});
    await put(events);
    await onSequence({ Records: events.map((each) => record(each)) });
    expect(await onCheckpoint()).toEqual({ signed: 0 });
    expect(await onCheckpoint()).toEqual({});
    expect(messages()).toStrictEqual([]);
  });

  test('fails loudly when the log is not what was signed, and signs nothing', async () => {
    await put(events);
    await onSequence({ Records: events.map((each) => record(each)) });
    await onCheckpoint();
    const others = eventsOf('control', 1);
    await onSequence({ Records: others.map((each) => record(each)) });
    await places().putTile({ level: 0, n: 0, hashes: Array.from({ length: 4 }, () => Buffer.alloc(32)) }, 'over');
    await expect(onCheckpoint()).rejects.toThrow();
    expect(messages()).toEqual(['checkpoint.refused']);
    expect(await ledger().read('checkpoint')).toHaveLength(1);
  });

  test('tells of a checkpoint that nobody signed', async () => {
    const data = { checkpoint: '{}', signature: '', kid: '' };
    const actor = { kind: 'system', handle: 'somebody' } as const;
    await put(events);
    await put([
      seal(undefined, 'checkpoint', { type: 'checkpoint.signed', data, actor, at: events[0]!.at, eventId: 'forged' }),
    ]);
    await onSequence({ Records: events.map((each) => record(each)) });
    expect(await onCheckpoint()).toEqual({ signed: 1 });
    expect(log.lines().map(({ message, seq }) => [message, seq])).toEqual([['checkpoint.forged', 0]]);
  });

  test('does not start without a key', () => {
    expect(() => createCheckpoint(testConfig({ tables: database.tables }))).toThrow(TypeError);
  });
});
