import { type AttributeValue, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Broker } from '../broker/broker.ts';
import type { Page, SearchIndex, Span } from '../broker/ports.ts';
import {
  type FoundEvent,
  type FoundGrant,
  type Under,
  positionOfEvent,
  positionOfGrant,
  underOfEvent,
  underOfGrant,
} from '../broker/search/found.ts';
import { parseFoundEvent, parseFoundGrant } from './found-schema.ts';
import type { Item } from './ledger-item.ts';
import type { DynamoTable } from './ledger.ts';
import { type Placed, walkBack } from './search-months.ts';
import { monthOf } from './summary-items.ts';
import { orUnavailable, wasWritten } from './unavailable.ts';

export interface SearchIndexOptions extends DynamoTable {
  /** Told of an item that holds nothing; it is left out. */
  readonly warn: Broker['warn'];
}

/** Grants have keys of their own: they are looked for by when they began, further back than events. */
type Kind = 'event' | 'grant';

/**
 * `find#<facet>#<value>#<yyyy-mm>`: what is under one value of a facet in one month lies together, by its position. A value may hold a `#`
 * itself, and stands encoded, so that no value of one facet is the key of another.
 */
const partitionOf = (kind: Kind, { facet, value }: Under, month: string): string =>
  `find#${kind === 'grant' ? 'grant.' : ''}${facet}#${encodeURIComponent(value)}#${month}`;

/** The items of the index that a search goes by; written by the function that follows the ledger, and derived from it. */
export const dynamoSearchIndex = ({ warn, ...at }: SearchIndexOptions): SearchIndex => {
  const pages = <T>(kind: Kind, parse: (json: string) => T | undefined) => {
    const place = (item: Item): Placed<T> => {
      const found = parse(item['found']?.S ?? '');
      if (!found) warn('an item of the index holds nothing found', new Error(`${item['pk']?.S} ${item['sk']?.S}`));
      return { position: item['sk']?.S ?? '', ...(found ? { found } : {}) };
    };
    return (under: Under, span: Span): Promise<Page<T>> =>
      walkBack(span, async (month, part) => (await newest(at, partitionOf(kind, under, month), part)).map(place));
  };
  return {
    putEvent: async (found) => {
      await Promise.all(eventItems(found).map((item) => put(at, item)));
    },
    putGrant: async (found) => {
      await Promise.all(grantItems(found).map((item) => put(at, item, found.seq)));
    },
    events: pages('event', parseFoundEvent),
    grants: pages('grant', parseFoundGrant),
  };
};

const eventItems = (found: FoundEvent): Record<string, AttributeValue>[] =>
  underOfEvent(found).map((under) => ({
    pk: { S: partitionOf('event', under, monthOf(found.at)) },
    sk: { S: positionOfEvent(found) },
    found: { S: JSON.stringify(found) },
  }));

const grantItems = (found: FoundGrant): Record<string, AttributeValue>[] =>
  underOfGrant(found).map((under) => ({
    pk: { S: partitionOf('grant', under, monthOf(found.startsAt)) },
    sk: { S: positionOfGrant(found) },
    seq: { N: String(found.seq) },
    found: { S: JSON.stringify(found) },
  }));

/** An event never changes: written again it is the same. @param newer than what is there, or it is not written */
const put = ({ client, table }: DynamoTable, item: Record<string, AttributeValue>, newer?: number): Promise<unknown> =>
  wasWritten(
    'what is to be found cannot be written',
    client.send(
      new PutItemCommand({
        TableName: table,
        Item: item,
        ...(newer === undefined
          ? {}
          : {
              ConditionExpression: 'attribute_not_exists(#pk) OR #seq < :seq',
              ExpressionAttributeNames: { '#pk': 'pk', '#seq': 'seq' },
              ExpressionAttributeValues: { ':seq': { N: String(newer) } },
            }),
      }),
    ),
  );

/** The newest of a partition in the span; a query answers at most 1 MB a time. */
const newest = async ({ client, table }: DynamoTable, pk: string, span: Span): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await orUnavailable(
      'the index cannot be read',
      client.send(
        new QueryCommand({
          TableName: table,
          ScanIndexForward: false,
          // One more: the end of the span is not in it, and a condition on a key cannot say so beside its beginning.
          Limit: span.limit + 1 - items.length,
          KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :before',
          ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
          ExpressionAttributeValues: { ':pk': { S: pk }, ':from': { S: span.from }, ':before': { S: span.before } },
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      ),
    );
    items.push(...Items.filter((item) => item['sk']?.S !== span.before));
    start = LastEvaluatedKey;
  } while (start && items.length < span.limit);
  return items.slice(0, span.limit);
};
