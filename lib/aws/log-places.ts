import { type AttributeValue, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { LogPlaces, Run } from '../broker/log/ports.ts';
import type { Tile, TilePlace } from '../broker/log/tiles.ts';
import type { DynamoTable } from './ledger.ts';
import { orUnavailable, wasWritten } from './unavailable.ts';

/** Digits of the largest whole number that is exact: numbers of that many sort as text. */
const DIGITS = 16;
const HASH_BYTES = 32;

const count = z.object({ N: z.string().check(z.regex(/^\d{1,16}$/)) });
const runItem = z.object({ sk: z.object({ S: z.string().check(z.regex(/^\d{16}$/)) }), index: count, count });
const tileItem = z.object({ hashes: z.object({ B: z.instanceof(Uint8Array) }) });

/**
 * In the index table: a run under `sequenced#<stream>` and its last number, a tile under `tile#<level>#<n>`, its hashes one after the other. What is
 * not of that form was not written here, and is as if it were not there.
 */
export const dynamoLogPlaces = (at: DynamoTable): LogPlaces => ({
  runsFrom: (stream, seq) => runs(at, stream, { condition: '#sk >= :seq', seq }),
  runBefore: async (stream, seq) => (await runs(at, stream, { condition: '#sk < :seq', seq, newest: true }))[0],

  putRun: async (run) => {
    await orUnavailable(
      'where an event stands in the log cannot be written',
      at.client.send(new PutItemCommand({ TableName: at.table, Item: itemOfRun(run) })),
    );
  },

  tile: async (place) => {
    const { Item } = await orUnavailable(
      'a tile of the log cannot be read',
      at.client.send(new GetItemCommand({ TableName: at.table, Key: keyOfTile(place), ConsistentRead: true })),
    );
    const { success, data } = tileItem.safeParse(Item);
    return success ? hashesIn(data.hashes.B) : [];
  },

  putTile: async (tile, over) => {
    const written = await wasWritten(
      'a tile of the log cannot be written',
      at.client.send(
        new PutItemCommand({ TableName: at.table, Item: itemOfTile(tile), ...(over ? {} : unlessLonger(tile)) }),
      ),
    );
    return written ? 'written' : 'longer';
  },
});

interface Wanted {
  readonly condition: string;
  readonly seq: number;
  readonly newest?: true;
}

const runs = async (
  { client, table }: DynamoTable,
  stream: string,
  { condition, seq, newest }: Wanted,
): Promise<readonly Run[]> => {
  const found: Run[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await orUnavailable(
      'where events stand in the log cannot be read',
      client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: `#pk = :pk AND ${condition}`,
          ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
          ExpressionAttributeValues: { ':pk': { S: pkOf(stream) }, ':seq': { S: padded(seq) } },
          ...(newest ? { ScanIndexForward: false, Limit: 1 } : {}),
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      ),
    );
    found.push(...Items.flatMap((item) => runOf(stream, item) ?? []));
    start = newest ? undefined : LastEvaluatedKey;
  } while (start);
  return found;
};

const runOf = (stream: string, item: Record<string, AttributeValue>): Run | undefined => {
  const { success, data } = runItem.safeParse(item);
  if (!success) return undefined;
  return { stream, last: Number(data.sk.S), count: Number(data.count.N), index: Number(data.index.N) };
};

const itemOfRun = ({ stream, last, count: length, index }: Run): Record<string, AttributeValue> => ({
  pk: { S: pkOf(stream) },
  sk: { S: padded(last) },
  count: { N: String(length) },
  index: { N: String(index) },
});

const pkOf = (stream: string): string => `sequenced#${stream}`;

const padded = (seq: number): string => String(seq).padStart(DIGITS, '0');

const keyOfTile = ({ level, n }: TilePlace): Record<string, AttributeValue> => ({
  pk: { S: `tile#${level}#${n}` },
  sk: { S: 'tile' },
});

const itemOfTile = ({ level, n, hashes }: Tile): Record<string, AttributeValue> => ({
  ...keyOfTile({ level, n }),
  hashes: { B: Buffer.concat(hashes) },
  length: { N: String(hashes.length) },
});

const unlessLonger = ({ hashes }: Tile) => ({
  ConditionExpression: 'attribute_not_exists(#pk) OR #length <= :length',
  ExpressionAttributeNames: { '#pk': 'pk', '#length': 'length' },
  ExpressionAttributeValues: { ':length': { N: String(hashes.length) } },
});

const hashesIn = (bytes: Uint8Array): readonly Buffer[] =>
  Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_, at) =>
    Buffer.from(bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)),
  );
