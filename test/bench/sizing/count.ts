import { type TestStack, startTestStack } from '../../support/stack.ts';
import { type Cast, type Counted, actOnce } from './act.ts';
import { type CountingProxy, countOthers, countTables } from './counting-proxies.ts';
import type { IndexKeys } from './item-size.ts';
import { followerTrips } from './follower.ts';
import { sequencerTrips } from './sequencer.ts';
import { type Counter, newCounter } from './counter.ts';
import type { Facts } from '../../../scripts/sizing/facts.ts';
import type { Tally } from '../../../scripts/sizing/tally.ts';

/** Nothing runs but what is counted. */
const NEVER_MS = 3_600_000;
/** A line of a log is kept with so much more ("CloudWatch Logs … 26 bytes for each log event"). */
const LINE_BYTES = 26;

/** What each act asks of AWS, counted on the whole local stack; of the second time, since the first warms the functions up. */
export const countFacts = async (): Promise<Facts> => {
  const counter = newCounter();
  const proxies: CountingProxy[] = [];
  const indexes = new Map<string, readonly IndexKeys[]>();
  let apiFunctions: ReadonlySet<string> = new Set();
  const stack = await startTestStack({
    ledgerStreamIntervalMs: NEVER_MS,
    scheduleIntervalMs: NEVER_MS,
    log: (_functionId, line) => {
      counter.add('logBytes', Buffer.byteLength(line) + LINE_BYTES);
    },
    betweenTables: async (endpoint) => {
      const proxy = await countTables(endpoint, (table) => indexes.get(table) ?? [], counter);
      proxies.push(proxy);
      return proxy.endpoint;
    },
    between: async (endpoint) => {
      const proxy = await countOthers(endpoint, counter);
      proxies.push(proxy);
      return { dynamodb: proxy.endpoint, others: proxy.endpoint };
    },
    onAnswered: ({ functionId, bytes }) => {
      counter.add('invocations');
      if (!apiFunctions.has(functionId)) return;
      counter.add('apiCalls');
      counter.add('answerBytes', bytes);
    },
  });
  try {
    apiFunctions = new Set(stack.template.routes.map(({ functionId }) => functionId));
    for (const [table, keys] of indexesOf(stack)) indexes.set(table, keys);
    const [engineer, approver, auditor] = await Promise.all(
      ['engineer', 'approver', 'auditor'].map((name) => stack.signedIn(`${name}@example.com`)),
    );
    if (!engineer || !approver || !auditor) throw new Error('nobody is signed in');
    const cast = { stack, engineer, approver, auditor };
    await countAll(cast, counter);
    return {
      acts: await countAll(cast, counter),
      resources: resourcesOf(stack),
      sequencerTrips: { ofOne: await sequencerTrips(1), ofHundred: await sequencerTrips(100) },
      followerTrips: await followerTrips(),
    };
  } finally {
    await stack.close();
    await Promise.all(proxies.map((proxy) => proxy.close()));
  }
};

const countAll = async (cast: Cast, counter: Counter): Promise<Facts['acts']> => {
  const facts: Record<string, Tally> = {};
  const counted: Counted = async (name, work) => {
    await settle(cast.stack, counter);
    counter.take();
    const done = await work();
    await settle(cast.stack, counter);
    facts[name] = counter.take();
    return done;
  };
  await actOnce(cast, counted);
  return facts;
};

/** Until nothing follows from anything any more: events are told, notices and revocations taken. */
const settle = async ({ ledgerStream, queues }: TestStack, counter: Counter): Promise<void> => {
  for (let before = -1; before !== counter.calls();) {
    before = counter.calls();
    await ledgerStream.poll();
    for (const queue of queues) await queue.poll();
  }
};

const resourcesOf = ({ template: { resourcesOf: all } }: TestStack): Facts['resources'] => ({
  alarms: all('AWS::CloudWatch::Alarm').length,
  keys: all('AWS::KMS::Key').length,
  metrics: all('AWS::Logs::MetricFilter').length,
});

const indexesOf = ({ template }: TestStack): readonly (readonly [string, readonly IndexKeys[]])[] =>
  Object.values(template.tables).map(({ createTable: { TableName = '', GlobalSecondaryIndexes = [] } }) => [
    TableName,
    GlobalSecondaryIndexes.map(({ KeySchema = [] }) => ({
      hash: KeySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '',
      range: KeySchema.find(({ KeyType }) => KeyType === 'RANGE')?.AttributeName ?? '',
    })),
  ]);
