import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Broker } from '../broker/broker.ts';
import type { Page, PageOf } from '../broker/ports.ts';
import type { RequestSummary } from '../broker/summary.ts';
import type { Item } from './ledger-item.ts';
import type { DynamoTable } from './ledger.ts';
import { parseSummary } from './summary-schema.ts';
import { orUnavailable } from './unavailable.ts';

/** One key of one index: its items lie together, sorted by their position. */
export interface Partition {
  readonly index: 'byRequester' | 'byMonth' | 'byApprover' | 'byPendingGroup';
  readonly attribute: 'requester' | 'monthShard' | 'approverGroup' | 'pendingGroup';
  readonly value: string;
}

/** A place in a list. What stands there may be unreadable; it counts as a place all the same, or a list would end early. */
export interface Place {
  readonly position: string;
  readonly seq: number;
  readonly summary?: RequestSummary;
}

/** The newest of a partition, at most `limit`, older than the position `after`. */
export type Newest = (partition: Partition, page: PageOf) => Promise<readonly Place[]>;

export const newestOf =
  (at: DynamoTable, warn: Broker['warn']): Newest =>
  async (partition, page) => {
    const items = await orUnavailable('the index cannot be read', newestItems(at, partition, page));
    return items.map((item) => placeOf(item, warn));
  };

const placeOf = (item: Item, warn: Broker['warn']): Place => {
  const summary = parseSummary(item['summary']?.S ?? '');
  if (!summary) warn('an item of the index holds no summary', new Error(`${item['pk']?.S} ${item['sk']?.S}`));
  return {
    position: item['createdKey']?.S ?? '',
    seq: Number(item['seq']?.N ?? 0),
    ...(summary ? { summary } : {}),
  };
};

/** A query answers at most 1 MB a time. */
const newestItems = async (at: DynamoTable, partition: Partition, page: PageOf): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await at.client.send(
      new QueryCommand({
        TableName: at.table,
        IndexName: partition.index,
        ScanIndexForward: false,
        Limit: page.limit - items.length,
        ...keyCondition(partition, page.after),
        ...(from ? { ExclusiveStartKey: from } : {}),
      }),
    );
    items.push(...Items);
    from = LastEvaluatedKey;
  } while (from && items.length < page.limit);
  return items;
};

const keyCondition = ({ attribute, value }: Partition, after: string | undefined) =>
  after === undefined
    ? {
        KeyConditionExpression: '#key = :key',
        ExpressionAttributeNames: { '#key': attribute },
        ExpressionAttributeValues: { ':key': { S: value } },
      }
    : {
        KeyConditionExpression: '#key = :key AND #position < :after',
        ExpressionAttributeNames: { '#key': attribute, '#position': 'createdKey' },
        ExpressionAttributeValues: { ':key': { S: value }, ':after': { S: after } },
      };

/** Several partitions as one list. One item more than the page is read of each, to know whether there is a next page. */
export const mergedPage = async (
  newest: Newest,
  partitions: readonly Partition[],
  { limit, ...page }: PageOf,
): Promise<Page<RequestSummary>> => {
  const lists = await Promise.all(partitions.map((partition) => newest(partition, { ...page, limit: limit + 1 })));
  return firstOf(merge(lists.flat()), limit);
};

/** The page, with where the next one begins if anything is left over. */
export const firstOf = (places: readonly Place[], limit: number): Page<RequestSummary> => {
  const page = places.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.flatMap(({ summary }) => summary ?? []),
    ...(last && places.length > limit ? { next: last.position } : {}),
  };
};

/** Newest first, each request once. Indexes do not all lag alike: of two summaries of one request the later counts. */
export const merge = (places: readonly Place[]): readonly Place[] => {
  const latest = new Map<string, Place>();
  for (const place of places) {
    if (place.seq > (latest.get(place.position)?.seq ?? -1)) latest.set(place.position, place);
  }
  return [...latest.values()].sort((a, b) => (a.position < b.position ? 1 : -1));
};
