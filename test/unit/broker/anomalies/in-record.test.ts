import { expect, test } from '@jest/globals';
import { type TracedEvent, anomaliesIn, traceOf } from '../../../../lib/broker/anomalies/in-record.ts';
import { approver, engineer, noon } from '../../../support/builders.ts';

const DAY = 86_400;
const LATER = noon(100 * DAY);

let ids = 0;
const event = (type: string, at: string, data: TracedEvent['data'] = {}, handle = engineer.handle): TracedEvent => {
  ids += 1;
  return { type, at, eventId: `e${ids}`, actor: { handle }, data };
};

/** A request that is approved and used, so many days after the first. */
const used = (day: number, entitlementId = 'prod-read', at = 0): readonly TracedEvent[] => {
  const start = day * DAY + at;
  const intended = event('credentials.intended', noon(start + 20));
  return [
    event('request.submitted', noon(start), { entitlementId }),
    event('request.approved', noon(start + 10), {}, approver.handle),
    intended,
    event('credentials.issued', noon(start + 30), { intent: intended.eventId }),
  ];
};

const found = (...requests: readonly (readonly TracedEvent[])[]) =>
  anomaliesIn(requests.flatMap((events, n) => traceOf(`r_${n}`, events, LATER) ?? [])).map(
    ({ kind, at, about }) => `${kind} ${at.slice(0, 10)} ${about}`,
  );

const month = Array.from({ length: 30 }, (_, day) => used(day));

test('a month of the same has nothing in it; a newcomer’s first days neither', () => {
  expect(found(...month)).toEqual([]);
  expect(found(used(0, 'a'), used(0, 'b', 3600), used(1, 'c', 12 * 3600))).toEqual([]);
});

test('a first use and unusual hours are found, in whatever order the record has its requests', () => {
  const odd = used(31, 'prod-admin', 9 * 3600);
  const expected = ['first_use 2026-04-02 prod-admin', 'unusual_hours 2026-04-02 prod-admin'];
  expect(found(...month, odd)).toEqual(expected);
  expect(found(odd, ...month.toReversed())).toEqual(expected);
});

test('what was never approved makes nothing usual', () => {
  const [asked] = used(10, 'prod-admin');
  if (!asked) throw new TypeError('a request was asked for');
  expect(found(...month, [asked], used(31, 'prod-admin'))).toEqual(['first_use 2026-04-02 prod-admin']);
});

test('refusals are counted over all requests of a person, and told once a day', () => {
  const refusal = (n: number) => event('credentials.refused', noon(40 * DAY + n * 60));
  const refused = [0, 1].map((request) => [
    ...used(40 + request, 'prod-read', -3600),
    ...Array.from({ length: 6 }, (_, n) => refusal(request * 6 + n)),
  ]);
  expect(found(...month, ...refused)).toEqual(['many_refusals 2026-04-11 r_31']);
});

test('an intent without an outcome is found ten minutes later, and not before; one that failed has one', () => {
  const intended = event('credentials.intended', noon(20));
  const asked = event('request.submitted', noon(0), { entitlementId: 'prod-read', autoApproved: true });
  const at = (seconds: number, ...more: readonly TracedEvent[]) =>
    anomaliesIn([traceOf('r_1', [asked, intended, ...more], noon(seconds)) ?? []].flat()).map(({ kind }) => kind);
  expect(at(619)).toEqual([]);
  expect(at(620)).toEqual(['intent_without_outcome']);
  expect(at(620, event('credentials.failed', noon(30), { intent: intended.eventId }))).toEqual([]);
  expect(at(620, event('credentials.unknown', noon(30), { intent: intended.eventId }))).toEqual([
    'intent_without_outcome',
  ]);
});

test('the same kind, person and day is told once', () => {
  expect(found(...month, used(31, 'a'), used(31, 'b', 60), used(32, 'c'))).toEqual([
    ...['first_use 2026-04-02 a', 'first_use 2026-04-03 c'],
  ]);
});

test('of what nobody asked for there is nothing', () => {
  expect(traceOf('r_1', [event('credentials.refused', noon(0))], LATER)).toBeUndefined();
});

test('what a record leaves out is not guessed: an outcome without its intent ends none', () => {
  const intended = event('credentials.intended', noon(20));
  const trace = traceOf(
    'r_1',
    [event('request.submitted', noon(0)), intended, event('credentials.failed', noon(30))],
    LATER,
  );
  expect(trace).toMatchObject({ entitlementId: '', lostAt: [noon(20)] });
});
