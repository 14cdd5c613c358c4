import { DeleteItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { PersonalRecords, Traces } from '../broker/forget-person.ts';
import type { Handle } from '../domain/principal.ts';
import { dynamoChatLinks } from './chat-links.ts';
import { type IdentityTable, type Kind, bodyOf } from './identity-item.ts';
import type { Item } from './ledger-item.ts';
import { orUnavailable } from './unavailable.ts';

/** Of each of these a person has a partition, under their handle. */
const WAYS_IN = ['session', 'seen', 'family', 'refresh', 'upstream', 'chatlink'] as const satisfies readonly Kind[];

/**
 * These stand under something else, and may name a person: sign-ins under way, codes, machines that wait, mails that were sent, the key that
 * access.yml names somebody by. None is of another person only because somebody is called the same: it is done once more, then.
 */
const TRACES = [
  'attempt',
  'parked',
  'code',
  'device',
  'chatcode',
  'chatmessage',
  'chatlink',
] as const satisfies readonly Kind[];
const NAMED = 'person#named#';

/** So many deletes at once. */
const TOGETHER = 25;

/** Everything in the identity table that is of one person. It is the one reader of the table as a whole: what stands under no handle is found in no other way. */
export const dynamoPersonalRecords = (at: IdentityTable): PersonalRecords => {
  const links = dynamoChatLinks(at);
  return {
    removeWaysIn: async (handle) => {
      for (const account of await links.of(handle)) await links.remove({ account, handle });
      let removed = 0;
      for (const kind of WAYS_IN) removed += await removePartition(at, kind, handle);
      return removed;
    },
    removeTraces: async (person, from) => {
      const { Items = [], LastEvaluatedKey: last } = await orUnavailable(
        'the identity table cannot be read',
        at.client.send(
          new ScanCommand({
            TableName: at.table,
            ConsistentRead: true,
            ProjectionExpression: 'pk, sk, body',
            ...(from === undefined ? {} : { ExclusiveStartKey: placeOf(from) }),
          }),
        ),
      );
      const removed = await removeAll(
        at,
        Items.filter((item) => isTrace(item, person)),
      );
      return { removed, ...(last ? { next: textOf(last) } : {}) };
    },
    removeWords: (handle) => removePartition(at, 'text', handle),
    removeNames: (handle) => removePartition(at, 'person', handle),
  };
};

const removePartition = async (at: IdentityTable, kind: Kind, handle: Handle): Promise<number> => {
  let removed = 0;
  for (;;) {
    // Always the first page: what was on it is gone.
    const { Items = [] } = await orUnavailable(
      'the identity table cannot be read',
      at.client.send(
        new QueryCommand({
          TableName: at.table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: `${kind}#${handle}` } },
          ProjectionExpression: 'pk, sk',
        }),
      ),
    );
    if (Items.length === 0) return removed;
    removed += await removeAll(at, Items);
  }
};

const removeAll = async ({ client, table }: IdentityTable, items: readonly Item[]): Promise<number> => {
  for (let from = 0; from < items.length; from += TOGETHER)
    await orUnavailable(
      'what is kept of a person cannot be removed',
      Promise.all(
        items
          .slice(from, from + TOGETHER)
          .map(({ pk, sk }) =>
            client.send(
              new DeleteItemCommand({ TableName: table, Key: { pk: { S: pk?.S ?? '' }, sk: { S: sk?.S ?? '' } } }),
            ),
          ),
      ),
    );
  return items.length;
};

const isTrace = (item: Item, person: Traces): boolean => {
  const pk = item['pk']?.S ?? '';
  if (!pk.startsWith(NAMED) && !TRACES.some((kind) => pk.startsWith(`${kind}#`))) return false;
  const sought = new Set([...person.handles, ...person.emails, ...person.names].map(plain));
  // NB. Whether it is over or not: DynamoDB sweeps late.
  return [pk, item['sk']?.S ?? '', ...textsIn(jsonOf(item))].some((text) =>
    plain(text)
      .split('#')
      .some((part) => sought.has(part)),
  );
};

const plain = (text: string): string => text.normalize('NFC').toLowerCase();

const jsonOf = (item: Item): unknown => {
  const { body } = item;
  return body ? bodyOf({ body }, NO_CLOCK) : undefined;
};

/** What is asked for without its expiry has no use for one. */
const NO_CLOCK = { now: () => new Date(0).toISOString() };

const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

/** A place in the table as text: it names an item by its key, which may be a person's. It is the caller's to hand back, and nobody's to keep. */
const textOf = (key: Item): string => Buffer.from(JSON.stringify([key['pk']?.S, key['sk']?.S])).toString('base64url');

/** @throws TypeError when it is no place of ours */
const placeOf = (text: string): Record<string, { S: string }> => {
  const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
  const [pk, sk] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (typeof pk !== 'string' || typeof sk !== 'string') throw new TypeError('no place of ours');
  return { pk: { S: pk }, sk: { S: sk } };
};
