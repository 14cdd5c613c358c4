import { type AttributeValue, BatchWriteItemCommand, type PutItemCommand } from '@aws-sdk/client-dynamodb';
import { itemOf } from '../../../lib/aws/ledger-item.ts';
import { dynamoSearchIndex } from '../../../lib/aws/search-index.ts';
import { summaryItems } from '../../../lib/aws/summary-items.ts';
import { seal } from '../../../lib/broker/chain.ts';
import { foundEvent, foundGrant } from '../../../lib/broker/search/find.ts';
import { summaryOf } from '../../../lib/broker/summary.ts';
import type { RecordedEvent, StoredEvent } from '../../../lib/domain/event.ts';
import {
  approved,
  approver,
  engineer,
  entitlement,
  intended,
  noon,
  recorded,
  request,
  stage,
  submitted,
} from '../../support/builders.ts';
import type { TestDynamoDb } from '../../support/dynamodb.ts';

const WEEKS_SECONDS = 28 * 86_400;
export const admin = entitlement({ approval: { stages: [stage('sre-leads')], withinSeconds: WEEKS_SECONDS } });

/** `r_` and 26 characters, in the order of the numbers. */
export const idOf = (index: number): string =>
  `r_${index.toString(8).padStart(26, '0').replaceAll('0', 'A').replaceAll('1', 'B')}`;

/** One in so many is never decided. */
const OPEN_EACH = 10;

/** The life of a request: so many events, of one in ten only the first, each two seconds after the other; requests begin a second apart. */
export const lifeOf = (index: number, events: number): readonly StoredEvent[] => {
  const id = idOf(index);
  const at = (step: number): string => noon(index + 2 * step);
  const life: RecordedEvent[] = [
    submitted({ requestId: id, pendingUntil: noon(index + WEEKS_SECONDS) }, { of: admin, at: at(0) }),
    approved(approver, at(1)),
  ];
  while (life.length < events) {
    const intent = { ...intended(at(life.length)), eventId: `${id}-${life.length}` };
    const expiration = noon(index + 900);
    const data = { intent: intent.eventId, accessKeyId: `ASIA${String(index).padStart(16, '0')}`, expiration };
    life.push(intent, recorded('credentials.issued', data, { by: engineer, at: at(life.length + 1) }));
  }
  const stored: StoredEvent[] = [];
  for (const event of life.slice(0, index % OPEN_EACH === 0 ? 1 : events))
    stored.push(
      seal(stored.at(-1), `request#${id}`, { ...event, eventId: `${id}-${stored.length}`, policy: 'the-version' }),
    );
  return stored;
};

export type Item = Record<string, AttributeValue>;

/** What our own code would put into the index for these events, one after the other. */
const searchItems = async (events: readonly StoredEvent[]): Promise<readonly Item[]> => {
  const puts = new Map<string, Item>();
  const catching = {
    send: ({ input: { Item = {} } }: PutItemCommand) => {
      // A later put under the same key takes the earlier one's place, as the condition on `seq` has it.
      puts.set(`${Item['pk']?.S ?? ''} ${Item['sk']?.S ?? ''}`, Item);
      return Promise.resolve({});
    },
  };
  // Only `send` of a put is ever used here.
  const client = catching as unknown as TestDynamoDb['client'];
  const search = dynamoSearchIndex({ client, table: 'index', warn: () => undefined });
  for (const [at, event] of events.entries()) {
    const state = request(...events.slice(0, at + 1));
    const [found, grant] = [foundEvent(event, state), foundGrant(event, state)];
    if (found) await search.putEvent(found);
    if (grant) await search.putGrant(grant);
  }
  return [...puts.values()];
};

export interface Filled {
  readonly requests: number;
  readonly events: number;
  readonly items: number;
}

/** Puts items into a table, whatever was there before. */
export type Write = (table: 'ledger' | 'index', items: readonly Item[]) => Promise<void>;

/** Writes requests from `from` up to `to`, with ledger, lists and search as our own code makes their items. */
export const fill = async (
  write: Write,
  { from, to, eventsEach }: { readonly from: number; readonly to: number; readonly eventsEach: number },
  onProgress: (requests: number) => void = () => undefined,
): Promise<Filled> => {
  let [events, items] = [0, 0];
  for (let first = from; first < to; first += 100) {
    const lives = Array.from({ length: Math.min(100, to - first) }, (_, more) => lifeOf(first + more, eventsEach));
    const ledger = lives.flat().map(itemOf);
    const found = await Promise.all(lives.map(searchItems));
    const index = [...lives.flatMap((life) => summaryItems(summaryOf(request(...life)))), ...found.flat()];
    await Promise.all([write('ledger', ledger), write('index', index)]);
    events += ledger.length;
    items += ledger.length + index.length;
    onProgress(first + lives.length);
  }
  return { requests: to - from, events, items };
};

/** Batches under way at once. */
const AT_ONCE = 8;
const BATCH = 25;

/** As any client writes, over HTTP. */
export const overHttp =
  ({ client, tables }: TestDynamoDb): Write =>
  async (table, items) => {
    const batches = Array.from({ length: Math.ceil(items.length / BATCH) }, (_, n) =>
      items.slice(n * BATCH, (n + 1) * BATCH),
    );
    const work = async (): Promise<void> => {
      for (let batch = batches.pop(); batch; batch = batches.pop()) {
        const puts = batch.map((Item) => ({ PutRequest: { Item } }));
        await client.send(new BatchWriteItemCommand({ RequestItems: { [tables[table]]: puts } }));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  };
