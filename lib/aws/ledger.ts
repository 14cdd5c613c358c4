import { type DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { BrokenChainError, verifyLinks } from '../broker/chain.ts';
import type { LedgerParts } from '../broker/log/ports.ts';
import type { LedgerItem, LedgerItems } from '../broker/log/verify-ledger-ports.ts';
import type { Ledger, LedgerPairs } from '../broker/ports.ts';
import type { StoredEvent } from '../domain/event.ts';
import { allPages } from './all-pages.ts';
import { type Item, eventOf, itemOf, keyOf } from './ledger-item.ts';
import { orUnavailable, unavailable } from './unavailable.ts';

export interface DynamoTable {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/**
 * The ledger in DynamoDB. This is the only file that puts into its table (a test says so): IAM cannot demand a condition on a put, and
 * a put without one would overwrite.
 */
export const dynamoLedger = (at: DynamoTable): Ledger & LedgerPairs & LedgerParts & Pick<LedgerItems, 'items'> => ({
  read: (stream) =>
    failClosed('the stream cannot be read', async () => {
      const events = (await allPages(at, (start) => query(at, stream, start ? { ExclusiveStartKey: start } : {}))).map(
        eventOf,
      );
      verifyLinks(events);
      return events;
    }),

  last: (stream) =>
    failClosed("the stream's last event cannot be read", async () => {
      const { Items = [] } = await at.client.send(query(at, stream, { ScanIndexForward: false, Limit: 1 }));
      return Items.map(eventOf)[0];
    }),

  pair: (stream, seq) =>
    failClosed('an event and the one before it cannot be read', async () => {
      const { Items = [] } = await at.client.send(partQuery(at, stream, { from: seq - 1, to: seq }));
      return Items.map(eventOf);
    }),

  part: (stream, from, to) =>
    failClosed('a part of the stream cannot be read', async () => {
      const items = await allPages(at, (start) => partQuery(at, stream, { from, to }, start));
      return items.flatMap((item) => soundOf(item) ?? []);
    }),

  items: (stream, from, to) =>
    failClosed('what stands in the stream cannot be read', async () => {
      const items = await allPages(at, (start) => partQuery(at, stream, { from, to }, start));
      return items.map(asItStands);
    }),

  append: async (event) => {
    const item = itemOf(event);
    try {
      await at.client.send(
        new PutItemCommand({
          TableName: at.table,
          Item: item,
          ConditionExpression: PLACE_IS_FREE,
          ExpressionAttributeNames: STREAM,
        }),
      );
      return 'appended';
    } catch (cause) {
      return settle(at, event, item, cause);
    }
  },
});

const asItStands = ({ seq, canonical, hash }: Item): LedgerItem => ({
  seq: Number(seq?.N),
  ...(canonical?.S === undefined ? {} : { canonical: canonical.S }),
  ...(hash?.S === undefined ? {} : { hash: hash.S }),
});

const STREAM = { '#stream': 'stream' };
const PLACE_IS_FREE = 'attribute_not_exists(#stream)';

/**
 * Whatever went wrong, an earlier try of the SDK's may have been done: only the ledger can say. An empty place proves nothing, for a put
 * that is still under way may take it yet.
 */
const settle = async (
  { client, table }: DynamoTable,
  event: StoredEvent,
  item: Item,
  cause: unknown,
): Promise<'appended' | 'conflict'> => {
  const { Item: there } = await orUnavailable(
    'an append failed, and the ledger cannot be asked',
    client.send(new GetItemCommand({ TableName: table, Key: keyOf(event), ConsistentRead: true })),
  );
  if (!there) throw unavailable('an append failed, or is still under way', cause);
  // The event id is in the canonical string.
  const ours = there['canonical']?.S === item['canonical']?.S && there['hash']?.S === event.hash;
  return ours ? 'appended' : 'conflict';
};

const query = (
  { table }: DynamoTable,
  stream: string,
  options: { ScanIndexForward?: boolean; Limit?: number; ExclusiveStartKey?: Item } = {},
): QueryCommand =>
  new QueryCommand({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: '#stream = :stream',
    ExpressionAttributeNames: STREAM,
    ExpressionAttributeValues: { ':stream': { S: stream } },
    ...options,
  });

interface Part {
  readonly from: number;
  readonly to: number;
}

const partQuery = ({ table }: DynamoTable, stream: string, { from, to }: Part, start?: Item): QueryCommand =>
  new QueryCommand({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: '#stream = :stream AND #seq BETWEEN :from AND :to',
    ExpressionAttributeNames: { ...STREAM, '#seq': 'seq' },
    ExpressionAttributeValues: {
      ':stream': { S: stream },
      ':from': { N: String(from) },
      ':to': { N: String(to) },
    },
    ...(start ? { ExclusiveStartKey: start } : {}),
  });

/** Undefined: what is no event by itself. */
const soundOf = (item: Item): StoredEvent | undefined => {
  try {
    return eventOf(item);
  } catch (error) {
    if (error instanceof BrokenChainError) return undefined;
    throw error;
  }
};

/** A broken chain stops everything too: the cause says where it is broken. */
const failClosed = <T>(reason: string, read: () => Promise<T>): Promise<T> => orUnavailable(reason, read());
