import { describe, expect, test } from '@jest/globals';
import { type TracedEvent, anomaliesIn, traceOf } from '../../../../lib/broker/anomalies/in-record.ts';
import type { Principal } from '../../../../lib/domain/principal.ts';
import { approver, engineer, noon, outsider, secondApprover, security } from '../../../support/builders.ts';

const DAY = 86_400;
const LATER = noon(100 * DAY);

let ids = 0;
const event = (type: string, at: string, data: TracedEvent['data'] = {}, handle = engineer.handle): TracedEvent => {
  ids += 1;
  return { type, at, eventId: `e${ids}`, actor: { handle }, data };
};

/** A request that is approved and used, so many days after the first. */
const used = (day: number, entitlementId = 'prod-read', at = 0, by: Principal = approver): readonly TracedEvent[] => {
  const start = day * DAY + at;
  const intended = event('credentials.intended', noon(start + 20));
  return [
    event('request.submitted', noon(start), { entitlementId }),
    event('request.approved', noon(start + 10), {}, by.handle),
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
  expect(found(...month)).toStrictEqual([]);
  expect(found(used(0, 'a'), used(0, 'b', 3600), used(1, 'c', 12 * 3600))).toStrictEqual([]);
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
  expect(at(619)).toStrictEqual([]);
  expect(at(620)).toEqual(['intent_without_outcome']);
  expect(at(620, event('credentials.failed', noon(30), { intent: intended.eventId }))).toStrictEqual([]);
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

test('a month of what is approved by rule makes usual too', () => {
  const byRule = (day: number, entitlementId: string) => [
    event('request.submitted', noon(day * DAY), { entitlementId, autoApproved: true }),
    event('credentials.issued', noon(day * DAY + 30)),
  ];
  const own = Array.from({ length: 30 }, (_, day) => byRule(day, 'prod-read'));
  expect(found(...own, byRule(31, 'prod-admin'))).toEqual(['first_use 2026-04-02 prod-admin']);
});

test('a request tells who said yes to it and when the last of them did, whoever says yes to more time', () => {
  const events = [
    event('request.submitted', noon(0), { entitlementId: 'prod-admin', autoApproved: false }),
    event('request.approved', noon(10), {}, approver.handle),
    event('request.approved', noon(20), {}, security.handle),
    event('credentials.issued', noon(30)),
    event('credentials.issued', noon(40)),
    event('request.approved', noon(50), { extension: true }, secondApprover.handle),
    event('request.denied', noon(60), { extension: true }, approver.handle),
  ];
  expect(traceOf('r_1', events, LATER)).toStrictEqual({
    ...{ requestId: 'r_1', person: engineer.handle, entitlementId: 'prod-admin', at: noon(0) },
    ...{ approvers: [approver.handle, security.handle], approvedAt: noon(20), issuedAt: noon(30) },
    ...{ refusals: [], lostAt: [] },
  });
});

test.each(['request.denied', 'request.cancelled', 'request.lapsed'])(
  'a request to which one said yes, and then %s, was never approved',
  (type) => {
    const events = [event('request.submitted', noon(0)), event('request.approved', noon(10)), event(type, noon(20))];
    expect(traceOf('r_1', events, LATER)).not.toHaveProperty('approvedAt');
  },
);

test.each([
  ['at that moment says what is usual', 30, []],
  ['a moment later does not', 30.001, ['first_use 2026-03-11 prod-admin']],
])('what was approved %s', (_what, after, expected) => {
  const before = [
    event('request.submitted', noon(8 * DAY), { entitlementId: 'prod-admin' }),
    event('request.approved', noon(9 * DAY + after), {}, approver.handle),
  ];
  expect(found(used(0), before, used(9, 'prod-admin'))).toEqual(expected);
});

test.each([
  [99, []],
  [100, ['first_use 2026-04-02 prod-admin']],
])('of a hundred requests, approved or not, the one before %i others says what is usual: %j', (count, expected) => {
  const others = Array.from({ length: count }, (_, n) => used(1, 'prod-read', n).slice(0, 1 + (n % 2)));
  const old = [used(0, 'prod-admin'), used(31, 'prod-admin')];
  expect(found(...old, ...others, used(0, 'prod-read', -60))).toEqual(expected);
});

test('nearly all of them approved by the same one, though others do too', () => {
  const days = Array.from({ length: 9 }, (_, n) => used(n + 2));
  const byOthers = [used(0, 'prod-read', 0, security), used(1, 'prod-read', 0, secondApprover)];
  expect(found(...byOthers, ...days)).toEqual([`same_approver 2026-03-12 ${approver.handle}`]);
  expect(found(...byOthers, ...days.slice(1))).toStrictEqual([]);
});

describe('what another person does', () => {
  test('makes nothing usual, and nothing unusual', () => {
    const theirs = [event('request.submitted', noon(31 * DAY), { entitlementId: 'prod-admin' }, outsider.handle)];
    expect(found(...month, [...theirs, event('credentials.issued', noon(31 * DAY + 30))])).toStrictEqual([]);
  });

  /** At a request of the engineer's. */
  const refused = (count: number, by: Principal) =>
    Array.from({ length: count }, (_, n) => event('credentials.refused', noon(60 + n), {}, by.handle));
  const inOne = (...refusals: readonly TracedEvent[]) =>
    anomaliesIn([traceOf('r_1', [...used(0), ...refusals], LATER) ?? []].flat());

  test('attack: who is refused at somebody else’s request again and again is named, and not whose it is', () => {
    expect(inOne(...refused(10, outsider))).toEqual([
      { kind: 'many_refusals', person: outsider.handle, at: noon(69), about: 'r_1' },
    ]);
  });

  test('is not counted with theirs', () => {
    expect(inOne(...refused(9, engineer), ...refused(9, outsider))).toStrictEqual([]);
  });
});
