import { describe, expect, test } from '@jest/globals';
import { type Looked, unusualIn } from '../../../lib/domain/unusual.ts';
import { NOON, approver, noon, words } from '../../support/builders.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

const asked = (more: Partial<Looked> = {}): Looked => ({
  entitlementId: 'prod-admin',
  createdAt: NOON,
  durationSeconds: HOUR,
  ...more,
});

/** So many of the same, a day apart, each at noon. */
const daily = (count: number, more: Partial<Looked> = {}): readonly Looked[] =>
  Array.from({ length: count }, (_, day) => asked({ createdAt: noon(-(day + 2) * DAY), ...more }));

const codesOf = (request: Looked, earlier: readonly Looked[], seconds = HOUR, scope?: true): readonly string[] =>
  unusualIn(request, earlier, { seconds, ...(scope ? { scope } : {}) }).map(({ code }) => code);

const closed = (kind: 'denied' | 'revoked' | 'ended' | 'cancelled', at: string): Partial<Looked> => ({
  closed: { kind, by: approver.handle, at, reason: words('no') },
});

test('what is asked for as always is not unusual', () => {
  expect(codesOf(asked(), daily(8))).toStrictEqual([]);
});

test('the first time for a role is, whatever else was asked for', () => {
  expect(codesOf(asked(), [])).toEqual(['first_time']);
  expect(codesOf(asked(), daily(2, { entitlementId: 'prod-read' }))).toEqual(['first_time']);
});

describe('longer than before', () => {
  test.each([
    ['by a second, after three', 3, HOUR + 1, ['longer_than_before']],
    ['not when it is as long as the longest', 3, HOUR, []],
    ['not while two say what is usual', 2, 4 * HOUR, []],
  ])('%s', (_what, count, seconds, codes) => {
    expect(codesOf(asked(), daily(count), seconds)).toEqual(codes);
  });

  test('not when it is as long as one of many', () => {
    expect(codesOf(asked(), [...daily(3), ...daily(1, { durationSeconds: 2 * HOUR })], 2 * HOUR)).toStrictEqual([]);
  });

  test('compares with the longest of the same role', () => {
    const earlier = [...daily(3), ...daily(3, { entitlementId: 'prod-read', durationSeconds: 8 * HOUR })];
    expect(unusualIn(asked(), earlier, { seconds: 2 * HOUR })).toEqual([
      { code: 'longer_than_before', detail: 'It is longer than ever before: 60 min until now.' },
    ]);
  });
});

describe('other hours', () => {
  const at = (createdAt: string) => asked({ createdAt });

  test.each([
    ['more than two hours later', '2026-03-02T14:00:00.001Z', 5, ['other_hours']],
    ['two hours later', '2026-03-02T14:00:00.000Z', 5, []],
    ['in the night', '2026-03-02T03:12:00.000Z', 5, ['other_hours']],
    ['in the night, while four say what is usual', '2026-03-02T03:12:00.000Z', 4, []],
  ])('%s', (_what, createdAt, count, codes) => {
    expect(codesOf(at(createdAt), daily(count))).toEqual(codes);
  });

  test('are none where one of the others was near', () => {
    const once = asked({ createdAt: '2026-02-21T04:00:00.000Z' });
    expect(codesOf(at('2026-03-02T03:12:00.000Z'), [...daily(5), once])).toStrictEqual([]);
  });

  test('go round midnight', () => {
    const late = daily(5).map((each) => ({ ...each, createdAt: each.createdAt.replace('T12', 'T23') }));
    expect(codesOf(at('2026-03-02T00:59:00.000Z'), late)).toStrictEqual([]);
    expect(codesOf(at('2026-03-02T01:01:00.000Z'), late)).toEqual(['other_hours']);
  });
});

describe('refused before', () => {
  test.each([
    ['denied a month ago', closed('denied', noon(-30 * DAY)), ['refused_before']],
    ['revoked yesterday', closed('revoked', noon(-DAY)), ['refused_before']],
    ['denied longer ago', closed('denied', noon(-30 * DAY - 1)), []],
    ['ended by themselves', closed('ended', noon(-DAY)), []],
    ['cancelled', closed('cancelled', noon(-DAY)), []],
  ])('%s', (_what, more, codes) => {
    expect(codesOf(asked(), daily(1, more))).toEqual(codes);
  });

  test('says on which day, and no more of the time', () => {
    const [found] = unusualIn(asked(), daily(1, closed('denied', noon(-DAY))), { seconds: HOUR });
    expect(found?.detail).toMatch(/ 2026-03-01\.$/);
  });

  test('another role does not count', () => {
    const other = daily(1, { entitlementId: 'prod-read', ...closed('denied', noon(-DAY)) });
    expect(codesOf(asked(), [...other, ...daily(1)])).toStrictEqual([]);
  });
});

test.each([
  [5, -DAY, ['many_today']],
  [4, -DAY, []],
  [5, -DAY - 1, []],
])('%i within so many seconds (%i)', (count, since, codes) => {
  const earlier = Array.from({ length: count }, () => asked({ createdAt: noon(since) }));
  expect(codesOf(asked(), earlier)).toEqual(codes);
});

test('the whole role is, where a part of it could have been asked for', () => {
  const scope = { actions: ['s3:GetObject'], resources: ['*'] };
  expect(codesOf(asked(), daily(1), HOUR, true)).toEqual(['whole_role']);
  expect(codesOf(asked({ scope }), daily(1), HOUR, true)).toStrictEqual([]);
  expect(codesOf(asked(), daily(1), HOUR)).toStrictEqual([]);
});
