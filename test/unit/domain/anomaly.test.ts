import { describe, expect, test } from '@jest/globals';
import { type Granted, type Issue, anomaliesOfIssue, anomalyOfRefusals, onceKey } from '../../../lib/domain/anomaly.ts';
import { NOON, approver, engineer, handleOf, noon, secondApprover, security } from '../../support/builders.ts';

const DAY = 86_400;

const granted = (more: Partial<Granted> = {}): Granted => ({
  entitlementId: 'prod-admin',
  at: NOON,
  approvers: [],
  ...more,
});
const issue = (more: Partial<Issue> = {}): Issue => ({
  ...granted(),
  person: engineer.handle,
  issuedAt: noon(60),
  ...more,
});

/** So many, a day apart, each at noon, the newest first, the newest of them `since` days ago. */
const daily = (count: number, more: Partial<Granted> = {}, since = 1): readonly Granted[] =>
  Array.from({ length: count }, (_, day) => granted({ at: noon(-(day + since) * DAY), ...more }));

const kinds = (of: Issue, earlier: readonly Granted[]): readonly string[] =>
  anomaliesOfIssue(of, earlier).map(({ kind }) => kind);

test('what is done as always is no anomaly', () => {
  expect(kinds(issue(), daily(30))).toStrictEqual([]);
});

describe('the first use of an entitlement', () => {
  test('by somebody who has used others for longer than a week is one, and says which', () => {
    const [found] = anomaliesOfIssue(issue(), daily(10, { entitlementId: 'prod-read' }));
    expect(found).toEqual({ kind: 'first_use', person: engineer.handle, at: noon(60), about: 'prod-admin' });
  });

  test('by a newcomer is none: not on the first day, not in the first week', () => {
    expect(kinds(issue(), [])).toStrictEqual([]);
    expect(kinds(issue(), daily(6, { entitlementId: 'prod-read' }))).toStrictEqual([]);
    expect(kinds(issue(), daily(8, { entitlementId: 'prod-read' }))).toEqual(['first_use']);
  });
});

test('an entitlement that was used once among others is used again', () => {
  const others = daily(8, { entitlementId: 'prod-read' }, 2);
  expect(kinds(issue(), [...daily(1), ...others])).toStrictEqual([]);
});

describe('unusual hours', () => {
  const at = (issuedAt: string) => issue({ issuedAt });
  const night = '2026-03-03T03:00:00.000Z';

  test('are those of which five others say so, and no fewer', () => {
    expect(kinds(at(night), daily(5, {}, 10))).toEqual(['unusual_hours']);
    expect(kinds(at(night), daily(4, {}, 10))).toStrictEqual([]);
  });

  test('are none where one of the others was near', () => {
    const once = granted({ at: minus('2026-03-03T02:00:00.000Z', 9) });
    expect(kinds(at(night), [...daily(7), once, ...daily(5, {}, 10)])).toStrictEqual([]);
  });

  test.each([
    ['three hours later', '2026-03-02T15:00:00.000Z', 8, []],
    ['more than three hours later', '2026-03-02T15:00:00.001Z', 8, ['unusual_hours']],
    ['in the night', '2026-03-03T03:00:00.000Z', 8, ['unusual_hours']],
    ['in the night, of somebody of whom too little is known', '2026-03-03T03:00:00.000Z', 4, []],
  ])('%s', (_what, issuedAt, count, found) => {
    expect(kinds(at(issuedAt), daily(count))).toEqual(found);
  });

  test('in the night of a newcomer’s first day are none', () => {
    const sameDay = Array.from({ length: 6 }, (_, n) => granted({ at: noon(n * 60) }));
    expect(kinds(at('2026-03-03T03:00:00.000Z'), sameDay)).toStrictEqual([]);
  });

  test.each([
    // Europe/Berlin, 2026: 08:00 local is 07:00 UTC before 29 March, and 06:00 UTC from then on; back on 25 October.
    ['forward', '2026-03-27T07:00:00.000Z', '2026-03-30T06:00:00.000Z'],
    ['back', '2026-10-23T06:00:00.000Z', '2026-10-26T07:00:00.000Z'],
  ])(
    'are none when clocks are put %s, though somebody comes two hours earlier or later than ever',
    (_way, before, after) => {
      const earlier = Array.from({ length: 20 }, (_, day) => granted({ at: minus(before, day) }));
      for (const shift of [-2 * 3600, 0, 2 * 3600])
        expect(kinds(at(minus(after, -shift / DAY)), earlier)).toStrictEqual([]);
      expect(kinds(at(minus(after, 0.25)), earlier)).toEqual(['unusual_hours']);
    },
  );

  test('go by the shorter way round midnight', () => {
    const late = Array.from({ length: 9 }, (_, day) => granted({ at: minus('2026-03-02T23:30:00.000Z', day + 1) }));
    expect(kinds(at('2026-03-03T00:30:00.000Z'), late)).toStrictEqual([]);
  });
});

const minus = (instant: string, days: number): string =>
  new Date(Date.parse(instant) - days * DAY * 1000).toISOString();

describe('an approver and a requester who always pair', () => {
  const by = (handle: string, count: number, since = 1) => daily(count, { approvers: [handle] }, since);
  const others = [...by(secondApprover.handle, 1, 20), ...by(security.handle, 1, 21)];
  const now = issue({ approvers: [approver.handle] });

  test('nine of the last ten, where others approve too, are one, and it says who', () => {
    const earlier = [
      ...by(approver.handle, 4),
      ...by(handleOf('other'), 1, 5),
      ...by(approver.handle, 4, 6),
      ...others,
    ];
    expect(anomaliesOfIssue(now, earlier)).toEqual([
      { kind: 'same_approver', person: engineer.handle, at: noon(60), about: approver.handle },
    ]);
  });

  test('eight of ten are none', () => {
    const earlier = [
      ...by(approver.handle, 4),
      ...by(handleOf('other'), 2, 5),
      ...by(approver.handle, 3, 7),
      ...others,
    ];
    expect(kinds(now, earlier)).toStrictEqual([]);
  });

  test('those of who else approves count only where there are two, and the same one is not among them', () => {
    const nine = [...by(approver.handle, 4), ...by(secondApprover.handle, 1, 5), ...by(approver.handle, 4, 6)];
    expect(kinds(now, nine)).toStrictEqual([]);
    expect(kinds(now, [...nine, ...by(security.handle, 1, 20)])).toEqual(['same_approver']);
  });

  test('nine in all are none, though others said yes to them besides', () => {
    const both = (other: string, since: number) => daily(1, { approvers: [approver.handle, other] }, since);
    const earlier = [...by(approver.handle, 6), ...both(secondApprover.handle, 7), ...both(security.handle, 8)];
    expect(kinds(now, earlier)).toStrictEqual([]);
    expect(kinds(now, [...earlier, ...by(approver.handle, 1, 9)])).toEqual(['same_approver']);
  });

  test('are seen past what was approved by rule in between', () => {
    const earlier = [...by(approver.handle, 4), ...daily(3, {}, 5), ...by(approver.handle, 5, 8), ...others];
    expect(kinds(now, earlier)).toEqual(['same_approver']);
  });

  test('nine in all are none, and none is who is the only approver there ever was', () => {
    expect(kinds(now, by(approver.handle, 8))).toStrictEqual([]);
    expect(kinds(now, by(approver.handle, 40))).toStrictEqual([]);
  });

  test('what is approved by rule does not count', () => {
    expect(kinds(issue(), [...daily(20), ...by(approver.handle, 5, 30), ...others])).toStrictEqual([]);
  });
});

describe('many refusals', () => {
  const refusal = { person: engineer.handle, at: NOON, about: 'r_1' };
  const times = (count: number, apart = 60) => Array.from({ length: count }, (_, n) => noon(-n * apart));
  test.each([
    ['ten within a day', times(10), 1],
    ['nine', times(9), 0],
    ['ten, the first of them more than a day ago', times(10, 9601), 0],
    ['nine before it, and one after it', [...times(9), noon(60)], 0],
  ])('%s', (_what, refusedAt, found) => {
    expect(anomalyOfRefusals(refusal, refusedAt)).toHaveLength(found);
  });

  test('say whose, when and at what', () => {
    expect(anomalyOfRefusals(refusal, times(10))).toEqual([{ kind: 'many_refusals', ...refusal }]);
  });
});

test('once is for a person, a kind and a day, by UTC', () => {
  const anomaly = { kind: 'first_use', person: 'p', at: '2026-03-02T23:59:59.999Z', about: 'x' } as const;
  expect(onceKey(anomaly)).toEqual({ kind: 'first_use', person: 'p', day: '2026-03-02' });
  expect(onceKey({ ...anomaly, about: 'y', at: '2026-03-02T00:00:00.000Z' })).toEqual(onceKey(anomaly));
});
