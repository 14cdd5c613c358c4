import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { Instant } from '../domain/principal.ts';
import { msOf } from '../domain/time.ts';
import type { Clock } from '../identity/ports.ts';
import { allPages } from './all-pages.ts';
import type { Item } from './ledger-item.ts';
import { orUnavailable } from './unavailable.ts';

export interface IdentityTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
}

/** The kinds of item. Roles are told apart by them (`dynamodb:LeadingKeys`), so a partition key begins with its kind and nothing else. */
export type Kind =
  | 'session'
  | 'seen'
  | 'attempt'
  | 'parked'
  | 'replay'
  | 'person'
  | 'text'
  | 'code'
  | 'family'
  | 'refresh'
  | 'upstream'
  | 'device'
  | 'usercode'
  | 'limit'
  | 'chatmessage'
  | 'chatlink'
  | 'chatcode';

export interface IdentityKey {
  readonly kind: Kind;
  readonly of: string;
  readonly sort: string;
}

export const keyOf = ({ kind, of, sort }: IdentityKey): Record<string, AttributeValue> => ({
  pk: { S: `${kind}#${of}` },
  sk: { S: sort },
});

/** The item: its content as JSON, and when DynamoDB may sweep it. */
export const identityItem = (key: IdentityKey, body: unknown, expiresAt?: Instant): Record<string, AttributeValue> => ({
  ...keyOf(key),
  body: { S: JSON.stringify(body) },
  ...(expiresAt === undefined ? {} : { expiresAt: { N: String(sweepSecond(expiresAt)) } }),
});

/** TTL counts whole seconds since 1970. Rounded up: nothing is gone before its time. */
const sweepSecond = (instant: Instant): number => Math.ceil(msOf(instant) / 1000);

/** Demands that there is none, or one that is over: DynamoDB sweeps late. */
export const unlessThere = (clock: Clock): WriteCondition => ({
  ConditionExpression: 'attribute_not_exists(#pk) OR #expiresAt <= :now',
  ExpressionAttributeNames: { '#pk': 'pk', '#expiresAt': 'expiresAt' },
  ExpressionAttributeValues: { ':now': { N: String(Math.floor(msOf(clock.now()) / 1000)) } },
});

/** Demands that nobody wrote since `was` was read; its members are in the order in which they are written. */
export const unlessChanged = (was: object | undefined, clock: Clock): WriteCondition =>
  was
    ? {
        ConditionExpression: '#body = :was',
        ExpressionAttributeNames: { '#body': 'body' },
        ExpressionAttributeValues: { ':was': { S: JSON.stringify(was) } },
      }
    : unlessThere(clock);

export type WriteCondition = Pick<
  PutItemCommand['input'],
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

export const putIdentityItem = (
  { client, table }: IdentityTable,
  item: Record<string, AttributeValue>,
  condition?: WriteCondition,
) => client.send(new PutItemCommand({ TableName: table, Item: item, ...condition }));

/** Strongly consistent; undefined when there is none, or it is over. */
export const getIdentityItem = async (at: IdentityTable, key: IdentityKey): Promise<unknown> => {
  const { Item } = await orUnavailable(
    'the identity table cannot be read',
    at.client.send(new GetItemCommand({ TableName: at.table, Key: keyOf(key), ConsistentRead: true })),
  );
  return bodyOf(Item, at.clock);
};

/** The content of all items of a partition; strongly consistent. */
export const listIdentityItems = async (at: IdentityTable, kind: Kind, of: string): Promise<readonly unknown[]> =>
  (await identityItems(at, kind, of)).map((item) => bodyOf(item, at.clock));

/** The items themselves, those that are over among them. */
export const identityItems = (at: IdentityTable, kind: Kind, of: string): Promise<readonly Item[]> =>
  orUnavailable(
    'the identity table cannot be read',
    allPages(at, (from) => partitionQuery(at.table, `${kind}#${of}`, from)),
  );

const partitionQuery = (table: string, pk: string, from: Item | undefined): QueryCommand =>
  new QueryCommand({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :pk',
    ExpressionAttributeNames: { '#pk': 'pk' },
    ExpressionAttributeValues: { ':pk': { S: pk } },
    ...(from && { ExclusiveStartKey: from }),
  });

/**
 * The content of an item; undefined when there is none, or it is over (DynamoDB sweeps late, up to days), or it is not JSON.
 * What it holds is for the caller to parse.
 */
export const bodyOf = (item: Item | undefined, clock: Clock): unknown => {
  const sweptFrom = item?.['expiresAt']?.N;
  if (sweptFrom !== undefined && !(msOf(clock.now()) < Number(sweptFrom) * 1000)) return undefined;
  try {
    return JSON.parse(item?.['body']?.S ?? '');
  } catch {
    return undefined;
  }
};
