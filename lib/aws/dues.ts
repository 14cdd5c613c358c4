import { type AttributeValue, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { Dues } from '../broker/ports.ts';
import { DUE_KINDS, type Due } from '../domain/due.ts';
import type { DynamoTable } from './ledger.ts';
import { shardOf } from './summary-items.ts';
import { orUnavailable } from './unavailable.ts';

/** Like the shards of a month: never lowered, or what is due in the others would be forgotten. */
const DUE_SHARDS = 4;
const PAGE = 100;

const shards: readonly string[] = Array.from({ length: DUE_SHARDS }, (_, shard) => `due#${shard}`);

/**
 * An item of a due that stands open. It is written once, when it is first known, and never over what became of it: an item without
 * `dueShard` has been dealt with, is in no index any more, and keeps the due from coming back.
 */
export const dueItem = (due: Due): Record<string, AttributeValue> => ({
  ...keyOf(due),
  dueShard: { S: shards[shardOf(due.requestId, DUE_SHARDS)] ?? '' },
  dueAt: { S: due.at },
});

const keyOf = ({ requestId, kind, extension }: Omit<Due, 'at'>): Record<string, AttributeValue> => ({
  pk: { S: `request#${requestId}` },
  sk: { S: extension === undefined ? `due#${kind}` : `due#${kind}#${extension}` },
});

const SK = /^due#([a-z_]+)(?:#([0-9]+))?$/;

const found = z.object({
  pk: z.object({ S: z.string().check(z.regex(/^request#/)) }),
  sk: z.object({ S: z.string().check(z.regex(SK)) }),
  dueAt: z.object({ S: z.string() }),
});

const kindOf = z.enum(DUE_KINDS);

/** What is due, in the index table; found by its time, a page at a time. It may lag, and decides nothing. */
export const dynamoDues = ({ client, table }: DynamoTable): Dues => {
  const put = async (item: Record<string, AttributeValue>): Promise<void> => {
    await orUnavailable('a due cannot be written', client.send(new PutItemCommand({ TableName: table, Item: item })));
  };
  return {
    shards,
    by: async (now, shard, after) => {
      const { Items = [], LastEvaluatedKey } = await orUnavailable(
        'the index cannot be read',
        client.send(
          new QueryCommand({
            TableName: table,
            IndexName: 'byDue',
            KeyConditionExpression: '#shard = :shard AND #at <= :now',
            ExpressionAttributeNames: { '#shard': 'dueShard', '#at': 'dueAt' },
            ExpressionAttributeValues: { ':shard': { S: shard }, ':now': { S: now } },
            Limit: PAGE,
            ...(after === undefined ? {} : { ExclusiveStartKey: keyIn(after, shard) }),
          }),
        ),
      );
      const last = LastEvaluatedKey && dueIn(LastEvaluatedKey);
      return { items: Items.flatMap((item) => dueIn(item) ?? []), ...(last ? { next: last } : {}) };
    },
    done: (due) => put(keyOf(due)),
    again: (due) => put(dueItem(due)),
  };
};

const keyIn = (due: Due, shard: string): Record<string, AttributeValue> => ({
  ...dueItem(due),
  dueShard: { S: shard },
});

/** Undefined for what another version wrote, or somebody by hand. */
const dueIn = (item: Record<string, AttributeValue>): Due | undefined => {
  const { success, data } = found.safeParse(item);
  const [, name, extension] = SK.exec(data?.sk.S ?? '') ?? [];
  const kind = kindOf.safeParse(name);
  if (!success || !kind.success) return undefined;
  const due = { requestId: data.pk.S.slice('request#'.length), kind: kind.data, at: data.dueAt.S };
  return extension === undefined ? due : { ...due, extension: Number(extension) };
};
