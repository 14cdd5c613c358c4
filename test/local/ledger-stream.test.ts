import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { itemOf, keyOf } from '../../lib/aws/ledger-item.ts';
import { type LedgerStream, startLedgerStream } from '../../local/ledger-stream.ts';
import type { StreamRecord } from '../../local/ledger-stream/changes.ts';
import { TRIES } from '../../local/ledger-stream/teller.ts';
import { chain } from '../contract/events.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';

let database: TestDynamoDb;
let folder: string;
let stream: LedgerStream | undefined;
let calls: StreamRecord[][];
let logged: string[];
/** The sequence numbers that the function reports as failed. */
let failing: (records: readonly StreamRecord[]) => readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hatcheck-ledger-stream-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  database = await startDynamoDb();
  [calls, logged, failing] = [[], [], () => []];
});
afterEach(async () => {
  await stream?.close();
  stream = undefined;
  for (const name of ['stream', 'besides']) await rm(join(folder, `${name}.json`), { force: true });
  await database.close();
});

const invoke = (event: unknown): Promise<unknown> => {
  const { Records } = event as { Records: StreamRecord[] };
  calls.push(Records);
  return Promise.resolve({ batchItemFailures: failing(Records).map((itemIdentifier) => ({ itemIdentifier })) });
};

interface More {
  readonly batchSize?: number;
  readonly givesUp?: boolean;
  readonly intervalMs?: number;
  readonly invoke?: typeof invoke;
  /** Of another function that is told too. */
  readonly besides?: typeof invoke;
}

const start = async ({
  batchSize = 100,
  givesUp = true,
  intervalMs,
  invoke: told = invoke,
  besides,
}: More = {}): Promise<void> => {
  await stream?.close();
  const log = (line: string) => logged.push(line);
  const consumer = (name: string, called: typeof invoke) => ({
    ...{ invoke: called, batchSize, givesUp, log },
    file: join(folder, `${name}.json`),
  });
  stream = await startLedgerStream({
    ...{ endpoint: database.endpoint, table: database.tables.ledger, intervalMs, log },
    consumers: [consumer('stream', told), ...(besides ? [consumer('besides', besides)] : [])],
    clock: () => new Date('2026-03-02T12:00:00.700Z'),
  });
};

const poll = async (): Promise<StreamRecord[][]> => {
  calls = [];
  await stream?.poll();
  return calls;
};

const events = chain('request#r_1', 3);
const [first, second, third] = events.map(itemOf);

const put = (Item = first!) => database.client.send(new PutItemCommand({ TableName: database.tables.ledger, Item }));
const remove = (seq: number) =>
  database.client.send(
    new DeleteItemCommand({ TableName: database.tables.ledger, Key: keyOf({ stream: 'request#r_1', seq }) }),
  );

const names = (told: readonly (readonly StreamRecord[])[]) => told.flat().map(({ eventName }) => eventName);

describe('what stands in for the stream of the ledger', () => {
  test('tells of new items in their order, with what a stream’s record has', async () => {
    await start();
    for (const item of [third, first, second]) await put(item);
    const [[record, ...others] = []] = await poll();
    expect(record).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      dynamodb: {
        ApproximateCreationDateTime: Date.parse('2026-03-02T12:00:00Z') / 1000,
        Keys: keyOf(events[0]!),
        NewImage: first,
        SequenceNumber: expect.stringMatching(/^\d+$/),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
    expect(others.map(({ dynamodb }) => dynamodb.Keys['seq']?.N)).toEqual(['1', '2']);
    expect(await poll()).toStrictEqual([]);
  });

  test('does not tell of what was there before it ever began', async () => {
    await put();
    await start();
    expect(await poll()).toStrictEqual([]);
  });

  test('tells of an item overwritten, whatever its hash says, and of one deleted', async () => {
    await put();
    await put(second);
    await start();
    await put({ ...first, canonical: { S: 'something else' } });
    await remove(1);
    const [[modified, removed] = []] = await poll();
    expect([modified?.eventName, modified?.dynamodb.OldImage]).toEqual([
      'MODIFY',
      { ...keyOf(events[0]!), hash: { S: events[0]!.hash } },
    ]);
    expect([removed?.eventName, removed?.dynamodb.OldImage, removed?.dynamodb.NewImage]).toEqual([
      'REMOVE',
      { ...keyOf(events[1]!), hash: { S: events[1]!.hash } },
      undefined,
    ]);
    expect(await poll()).toStrictEqual([]);
  });

  test('notices what was altered while it was down', async () => {
    await start();
    await put();
    await poll();
    await stream?.close();
    stream = undefined;
    await put({ ...first, extra: { S: 'x' } });
    await start();
    expect(names(await poll())).toEqual(['MODIFY']);
  });

  test('gives each change of a place an id of its own, back and forth too', async () => {
    await start();
    const ids: (string | undefined)[] = [];
    for (const change of [() => put(), () => remove(0), () => put(), () => remove(0)]) {
      await change();
      ids.push((await poll())[0]?.[0]?.eventID);
    }
    expect(new Set(ids).size).toBe(4);
  });

  test('tells no more at once than the function takes', async () => {
    await start({ batchSize: 2 });
    for (const item of [first, second, third]) await put(item);
    expect((await poll()).map((batch) => batch.length)).toEqual([2, 1]);
  });

  test('tells the failed record again and those behind it, under the same id', async () => {
    await start();
    for (const item of [first, second, third]) await put(item);
    failing = (records) =>
      records.filter(({ dynamodb }) => dynamodb.Keys['seq']?.N === '1').map((one) => one.dynamodb.SequenceNumber);
    const [before, atOnce, ...more] = await poll();
    failing = () => [];
    const [later] = await poll();
    for (const again of [atOnce, later])
      expect(again?.map(({ eventID }) => eventID)).toEqual(before?.slice(1).map(({ eventID }) => eventID));
    expect([more, await poll()]).toEqual([[], []]);
  });

  test('leaves a record alone that keeps failing, says so, and goes on', async () => {
    await start();
    await put();
    await put(second);
    failing = (records) =>
      records.filter(({ dynamodb }) => dynamodb.Keys['seq']?.N === '0').map((one) => one.dynamodb.SequenceNumber);
    for (let tries = 1; tries < TRIES; tries += 1) expect(names(await poll())).toEqual(['INSERT', 'INSERT']);
    expect((await poll()).map(({ length }) => length)).toEqual([2, 1]);
    expect(logged).toHaveLength(1);
    expect(await poll()).toStrictEqual([]);
  });

  test('never leaves a record alone where there is no limit to the tries', async () => {
    await start({ givesUp: false });
    await put();
    failing = (records) => records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    for (let tries = 0; tries < TRIES * 2; tries += 1) expect(names(await poll())).toEqual(['INSERT']);
    failing = () => [];
    expect(names(await poll())).toEqual(['INSERT']);
    expect([logged, await poll()]).toEqual([[], []]);
  });

  test('tells everything again when the function crashed', async () => {
    let crashed = true;
    await start({ invoke: (event) => (crashed ? Promise.reject(new Error('crash')) : invoke(event)) });
    await put();
    await poll();
    crashed = false;
    expect(names(await poll())).toEqual(['INSERT']);
    expect(logged).toHaveLength(1);
  });

  test('tells each function on its own: what fails for one is told to the other once, and is behind nobody', async () => {
    const told: string[] = [];
    const besides = (event: unknown) => {
      told.push(...(event as { Records: StreamRecord[] }).Records.map(({ dynamodb }) => dynamodb.Keys['seq']?.N ?? ''));
      return Promise.resolve({ batchItemFailures: [] });
    };
    await start({ besides });
    failing = (records) => records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    await put();
    expect(names(await poll())).toEqual(['INSERT']);
    await put(second);
    expect(names(await poll())).toEqual(['INSERT', 'INSERT']);
    expect(told).toEqual(['0', '1']);
  });

  test('does not let one function wait for another that takes its time, and skips nothing for that', async () => {
    let answer: (value: unknown) => void = () => undefined;
    const slow: string[][] = [];
    const besides = async (event: unknown) => {
      slow.push((event as { Records: StreamRecord[] }).Records.map(({ dynamodb }) => dynamodb.Keys['seq']?.N ?? ''));
      await new Promise((resolve) => (answer = resolve));
      return { batchItemFailures: [] };
    };
    let seen: (value: unknown) => void = () => undefined;
    await start({ intervalMs: 1, besides, invoke: (event) => (seen(event), invoke(event)) });
    for (const item of [first, second]) {
      const told = new Promise((resolve) => (seen = resolve));
      await put(item);
      await told;
    }
    expect([names(calls), slow]).toEqual([['INSERT', 'INSERT'], [['0']]]);
    const after = new Promise((resolve) => {
      answer(undefined);
      const look = (): void => {
        if (slow.length > 1) resolve(undefined);
        else setImmediate(look);
      };
      look();
    });
    await after;
    expect(slow).toEqual([['0'], ['1']]);
    answer(undefined);
  });

  test('looks by itself, again and again', async () => {
    let seen: (value: unknown) => void = () => undefined;
    await start({ intervalMs: 1, invoke: (event) => (seen(event), invoke(event)) });
    for (const item of [first, second]) {
      const told = new Promise((resolve) => (seen = resolve));
      await put(item);
      await told;
    }
    await stream?.close();
    expect(names(calls)).toEqual(['INSERT', 'INSERT']);
  });

  test('says so when the ledger cannot be looked at, to whoever asked', async () => {
    await start();
    await database.close();
    await expect(stream?.poll()).rejects.toThrow();
    database = await startDynamoDb();
  });
});
