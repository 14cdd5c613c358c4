import { beforeEach, describe, expect, test } from '@jest/globals';
import { type AnomalyWatch, watchForAnomalies } from '../../../../lib/broker/anomalies/watch.ts';
import { seal } from '../../../../lib/broker/chain.ts';
import { type RequestSummary, summaryOf } from '../../../../lib/broker/summary.ts';
import type { Anomaly } from '../../../../lib/domain/anomaly.ts';
import type { RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import { certain } from '../../../../lib/domain/invariant.ts';
import { requestId } from '../../../contract/requests.ts';
import {
  approved,
  approver,
  engineer,
  intended,
  noon,
  recorded,
  request,
  secondApprover,
  security,
  submitted,
} from '../../../support/builders.ts';
import { type MemoryLedger, memoryLedger, memorySummaries } from '../../../support/memory.ts';

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
  expect(told).toStrictEqual([]);
});

const asked = (entitlementId: string) => submitted({ entitlementId }, { at: noon(-9 * DAY) });

test.each([
  ['never', (entitlementId: string) => [asked(entitlementId)]],
  ['later', (entitlementId: string) => [asked(entitlementId), approved(approver, noon(30))]],
])('what was approved %s makes nothing usual, and nobody known', async (_when, of) => {
  const [own, other] = ['prod-admin', 'prod-read'].map((id) => summaryOf(request(...of(id))));
  const events = await written(STREAM, submitted(), approved(approver, noon(10)), ...issue(noon(20)));
  const issued = certain(events[3], 'the issue');
  await watchForAnomalies(watch([certain(other, 'one of two')]), issued);
  expect(told).toStrictEqual([]);
  await watchForAnomalies(watch([certain(own, 'one of two'), ...month]), issued);
  expect(told).toMatchObject([{ kind: 'first_use', about: 'prod-admin' }]);
});

describe('of the index', () => {
  const listed = (n: number, entitlementId: string, at: number) =>
    summaryOf(
      request(
        submitted({ requestId: requestId(n), entitlementId }, { at: noon(at) }),
        approved(approver, noon(at + 1)),
      ),
    );

  /** What is told of the request's issue, where the index has these and the request itself. */
  const toldWith = async (...items: readonly RequestSummary[]) => {
    const summaries = memorySummaries();
    const events = await written(STREAM, submitted(), approved(approver, noon(10)), ...issue(noon(20)));
    for (const item of [summaryOf(request(...events)), ...items]) await summaries.put(item);
    await watchForAnomalies({ ...watch(), summaries }, certain(events[3], 'the issue'));
    return told.map(({ kind }) => kind);
  };

  test('neither the request itself nor what was asked for after it is an example for it', async () => {
    expect(await toldWith(listed(1, 'prod-read', -9 * DAY), listed(2, 'prod-admin', 5))).toEqual(['first_use']);
  });

  test.each([
    [99, []],
    [100, ['first_use']],
  ])('the last hundred are looked at: one before %i others makes usual, or not: %j', async (count, expected) => {
    const others = Array.from({ length: count }, (_, n) => listed(n + 2, 'prod-read', -9 * DAY + n));
    expect(await toldWith(listed(1, 'prod-admin', -10 * DAY), ...others)).toEqual(expected);
  });
});

test('who nearly always says yes, though others do too, is told', async () => {
  const by = [...Array.from({ length: 8 }, () => approver), security, secondApprover];
  const items = by.map((each, n) => {
    const at = -(n + 1) * 3600;
    return summaryOf(request(submitted({}, { at: noon(at) }), approved(each, noon(at + 10))));
  });
  const events = await written(STREAM, submitted(), approved(approver, noon(10)), ...issue(noon(20)));
  for (const event of events) await watchForAnomalies(watch(items), event);
  expect(told).toEqual([{ kind: 'same_approver', person: engineer.handle, at: noon(20), about: approver.handle }]);
});

test('of a stream that is gone there is nothing to say', async () => {
  const events = await written(STREAM, submitted(), approved(approver, noon(10)), ...issue(noon(20)));
  const unknown = recorded('credentials.unknown', { intent: 'x', reason: 'NoOutcome' }, { by: engineer, at: noon(40) });
  const gone = { ...watch(), ledger: memoryLedger() };
  for (const event of [...events, seal(events.at(-1), STREAM, unknown)]) await watchForAnomalies(gone, event);
  expect(told).toStrictEqual([]);
});

test('attack: an issue that was taken out of its stream holds up nothing', async () => {
  const events = await written(STREAM, submitted(), approved(approver, noon(10)), ...issue(noon(20)));
  ledger.remove(STREAM, 3);
  await watchForAnomalies(watch(), certain(events[3], 'the issue'));
  expect(told).toStrictEqual([]);
});

test('refusals of the day before are not counted', async () => {
  const data = { requestId: 'r_1', purpose: 'console', code: 'held', reason: 'held' } as const;
  const refused = (at: number) => recorded('credentials.refused', data, { by: engineer, at: noon(at) });
  const events = await written('refusals#r_1', ...Array.from({ length: 9 }, (_, n) => refused(n)), refused(DAY + 1));
  for (const event of events) await watchForAnomalies(watch(), event);
  expect(told).toStrictEqual([]);
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
