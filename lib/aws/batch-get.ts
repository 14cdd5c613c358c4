import { setTimeout as pause } from 'node:timers/promises';
import { BatchGetItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { type IdentityKey, type IdentityTable, keyOf } from './identity-item.ts';
import type { Item } from './ledger-item.ts';

/** The most that BatchGetItem takes (API reference). */
const BATCH = 100;

/** DynamoDB gives less than asked for when it is short of capacity, or past 16 MB. */
const MAX_TURNS = 5;
const FIRST_PAUSE_MS = 20;

/** The items under these keys, in no order, strongly consistent; what is not there is left out. Each key is asked for once. */
export const batchGet = async (at: IdentityTable, wanted: readonly IdentityKey[]): Promise<readonly Item[]> => {
  const keys = [...new Map(wanted.map((key) => [JSON.stringify(key), keyOf(key)])).values()];
  const batches = Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, n) =>
    keys.slice(n * BATCH, (n + 1) * BATCH),
  );
  return (await Promise.all(batches.map((batch) => wholeBatch(at, batch)))).flat();
};

const wholeBatch = async (
  { client, table }: IdentityTable,
  batch: Record<string, AttributeValue>[],
): Promise<Item[]> => {
  const items: Item[] = [];
  let left = batch;
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: left, ConsistentRead: true } } }),
    );
    items.push(...(Responses?.[table] ?? []));
    left = UnprocessedKeys?.[table]?.Keys ?? [];
    if (left.length === 0) return items;
    await pause(FIRST_PAUSE_MS * 2 ** turn);
  }
  throw new Error(`DynamoDB left ${left.length} keys unread, ${MAX_TURNS} times over`);
};
