import { beforeEach, expect, test } from '@jest/globals';
import { type AnomalyWatch, watchForAnomalies } from '../../../../lib/broker/anomalies/watch.ts';
import { seal } from '../../../../lib/broker/chain.ts';
import { summaryOf } from '../../../../lib/broker/summary.ts';
import type { Anomaly } from '../../../../lib/domain/anomaly.ts';
import type { RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import { certain } from '../../../../lib/domain/invariant.ts';
import {
  approved,
  approver,
  engineer,
  intended,
  noon,
  pending,
  recorded,
  request,
  submitted,
} from '../../../support/builders.ts';
import { type MemoryLedger, memoryLedger } from '../../../support/memory.ts';

const DAY = 86_400;
const STREAM = 'request#r_AAAAAAAAAAAAAAAAAAAAAAAAAA';

let ledger: MemoryLedger;
let told: Anomaly[];
let isFirst: boolean;
beforeEach(() => {
  [ledger, told, isFirst] = [memoryLedger(), [], true];
});

/** Requests of another entitlement, a day apart. */
const month = Array.from({ length: 20 }, (_, n) => {
  const at = -(n + 1) * DAY;
  return summaryOf(
    request(submitted({ entitlementId: 'prod-read' }, { at: noon(at) }), approved(approver, noon(at + 10))),
  );
});

const watch = (items = month): AnomalyWatch => ({
  ledger,
  summaries: { ofRequester: () => Promise.resolve({ items }) },
  marks: { first: () => Promise.resolve(isFirst) },
  tell: (anomaly) => {
    told.push(anomaly);
    return Promise.resolve();
  },
});

const written = async (stream: string, ...events: readonly RecordedEvent[]): Promise<readonly StoredEvent[]> => {
  const sealed: StoredEvent[] = [];
  for (const event of events) {
    sealed.push(seal(sealed.at(-1), stream, event));
    await ledger.append(certain(sealed.at(-1), 'it was sealed'));
  }
  return sealed;
};

const issue = (at: string) => {
  const intent = intended(at);
  const data = { intent: intent.eventId, accessKeyId: 'ASIA', expiration: noon(900) };
  return [intent, recorded('credentials.issued', data, { by: engineer, at })];
};

test('the first issue of a request is looked at, a later one is not', async () => {
  const events = await written(
    STREAM,
    submitted(),
    approved(approver, noon(10)),
    ...issue(noon(20)),
    ...issue(noon(30)),
  );
  for (const event of events) await watchForAnomalies(watch(), event);
  expect(told).toEqual([{ kind: 'first_use', person: engineer.handle, at: noon(20), about: 'prod-admin' }]);
});

test('what was told of that day already is not told again', async () => {
  isFirst = false;
  for (const event of await written(STREAM, submitted(), approved(approver, noon(10)), ...issue(noon(20))))
    await watchForAnomalies(watch(), event);
  expect(told).toEqual([]);
});

test('requests that were not approved by then make nothing usual', async () => {
  const events = await written(STREAM, submitted(), approved(approver, noon(10)), ...issue(noon(20)));
  const later = summaryOf(request(submitted({}, { at: noon(-9 * DAY) }), approved(approver, noon(30))));
  const never = summaryOf(pending());
  for (const event of events) await watchForAnomalies(watch([later, never]), event);
  expect(told).toEqual([]);
});

test('of a stream that is gone there is nothing to say', async () => {
  const events = await written(STREAM, submitted(), approved(approver, noon(10)), ...issue(noon(20)));
  const unknown = recorded('credentials.unknown', { intent: 'x', reason: 'NoOutcome' }, { by: engineer, at: noon(40) });
  const gone = { ...watch(), ledger: memoryLedger() };
  for (const event of [...events, seal(events.at(-1), STREAM, unknown)]) await watchForAnomalies(gone, event);
  expect(told).toEqual([]);
});

test('ten refusals of one person are told, of somebody else’s nothing is', async () => {
  const data = { requestId: 'r_1', purpose: 'console', code: 'held', reason: 'held' } as const;
  const refused = (n: number) =>
    recorded('credentials.refused', data, { by: n === 9 ? approver : engineer, at: noon(n) });
  const events = await written('refusals#r_1', ...Array.from({ length: 11 }, (_, n) => refused(n)));
  for (const event of events.slice(9)) await watchForAnomalies(watch(), event);
  expect(told).toEqual([{ kind: 'many_refusals', person: engineer.handle, at: noon(10), about: 'r_1' }]);
});

test('an outcome that nobody knows is about the requester, whoever says so', async () => {
  const unknown = recorded('credentials.unknown', { intent: 'x', reason: 'NoOutcome' }, { by: approver, at: noon(40) });
  const events = await written(STREAM, submitted(), approved(approver, noon(10)), intended(noon(20)), unknown);
  for (const event of events) await watchForAnomalies(watch(), event);
  expect(told).toMatchObject([{ kind: 'intent_without_outcome', person: engineer.handle, about: STREAM.slice(8) }]);
});
