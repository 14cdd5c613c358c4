import { beforeAll, describe, expect, test } from '@jest/globals';
import { evaluate } from '../support/metric-math.ts';
import { type BurnRate, type Minute, burnRateOf } from './burn-rate.ts';
import { packaged } from './template.ts';

let [fast, slow, late]: BurnRate[] = [];
beforeAll(async () => {
  const { template } = await packaged();
  [fast, slow, late] = ['FaultsFastAlarm', 'FaultsSlowAlarm', 'LatencySlowAlarm'].map((id) => burnRateOf(template, id));
});

const HOUR = 60;
const DAYS_30 = 30 * 24 * HOUR;

/** A thousand calls a minute, so many of a thousand failed; a metric that has nothing to count says nothing. */
const failing = (of1000: number): Minute => ({
  ...{ 'Invocations credentials': 400, 'Throttles credentials': 0, 'Errors credentials': 0 },
  ...{ 'Invocations requests': 600, 'Throttles requests': 0, 'Errors requests': 0 },
  ...(of1000 === 0 ? {} : { 'Faults requests': of1000 }),
});
const during = (minutes: number, minute: Minute): Minute[] => Array.from({ length: minutes }, () => minute);
const good = during(6 * HOUR, failing(0));

/** From when it begins until somebody is told, after a good morning. */
const toldAfter = (alarm: BurnRate, bad: readonly Minute[]): number | undefined => {
  const after = alarm.alarmsAfter([...good, ...bad]);
  return after === undefined ? undefined : after - good.length;
};

describe('the thresholds are the arithmetic that stands above them', () => {
  const budget = { faults: 0.1, slow: 1 };
  test.each([
    ['fast', () => fast, 14.4 * budget.faults, [3600, 300]],
    ['slow', () => slow, 6 * budget.faults, [21_600, 1800]],
    ['of what takes long', () => late, 6 * budget.slow, [21_600, 1800]],
  ] as const)('%s', (_which, alarm, threshold, periods) => {
    expect(alarm()?.windows.map(({ period }) => period)).toEqual(periods);
    for (const window of alarm()?.windows ?? []) expect(window.threshold).toBeCloseTo(threshold, 10);
  });

  test('2 % of what may fail in 30 days is gone in an hour, 5 % in six', () => {
    expect((14.4 * HOUR) / DAYS_30).toBeCloseTo(0.02, 10);
    expect((6 * 6 * HOUR) / DAYS_30).toBeCloseTo(0.05, 10);
  });
});

describe('good weather is silent', () => {
  test.each([
    ['nothing fails', failing(0)],
    ['one in two thousand, which leaves half of the budget', failing(0.5)],
    ['exactly what may fail', failing(1)],
  ])('%s', (_what, minute) => {
    for (const alarm of [fast!, slow!]) expect(alarm.alarmsAfter(during(12 * HOUR, minute))).toBeUndefined();
  });

  test('nobody calls', () => {
    for (const alarm of [fast!, slow!]) expect(alarm.alarmsAfter(during(HOUR, {}))).toBeUndefined();
  });

  test('at night, one call in an hour fails, then another', () => {
    const quiet = [...during(30, {}), { 'Invocations credentials': 1, 'Faults credentials': 1 }, ...during(29, {})];
    for (const alarm of [fast!, slow!]) expect(alarm.alarmsAfter([...quiet, ...quiet])).toBeUndefined();
  });

  test('a minute in which a twentieth fails, once', () => {
    for (const alarm of [fast!, slow!]) expect(toldAfter(alarm, [failing(50), ...good])).toBeUndefined();
  });
});

describe('an outage', () => {
  test('of 2 % is told within the hour, with 2 % of the budget gone', () => {
    const minutes = toldAfter(fast!, during(2 * HOUR, failing(20)))!;
    expect(minutes).toBe(44);
    expect((minutes * 20) / DAYS_30).toBeCloseTo(0.02, 2);
  });

  test('of 0.7 % is told within six hours, slowly, and wakes nobody faster', () => {
    expect(toldAfter(slow!, during(6 * HOUR, failing(7)))).toBe(309);
    expect(toldAfter(fast!, during(6 * HOUR, failing(7)))).toBeUndefined();
  });

  test.each<[string, Minute]>([
    ['everything fails', failing(1000)],
    ['nothing is answered', { ...failing(0), 'Errors credentials': 400, 'Errors requests': 600 }],
    ['nothing runs', { 'Throttles credentials': 400, 'Throttles requests': 600 }],
    ['half of them run', { ...failing(0), 'Throttles credentials': 1000 }],
  ])('is told in a minute or two where %s', (_what, minute) => {
    expect(toldAfter(fast!, during(10, minute))).toBeLessThanOrEqual(2);
  });

  test('is over five minutes after its end, though the hour remembers it', () => {
    const since = [...good, ...during(30, failing(1000))];
    expect(fast!.isAlarming([...since, ...during(4, failing(0))])).toBe(true);
    expect(fast!.isAlarming([...since, ...during(5, failing(0))])).toBe(false);
  });
});

describe('issues that take more than two seconds', () => {
  const taking = (of1000: number): Minute => ({
    'SampleCount Duration credentials': 1000,
    ...(of1000 === 0 ? {} : { 'TC(2000:) Duration credentials': of1000 }),
  });

  test('one in a hundred may', () => {
    expect(late!.alarmsAfter(during(12 * HOUR, taking(10)))).toBeUndefined();
  });

  test('half of them are told within the hour, and one in ten within four', () => {
    const calm = during(6 * HOUR, taking(0));
    const after = (of1000: number) => late!.alarmsAfter([...calm, ...during(6 * HOUR, taking(of1000))])! - calm.length;
    expect([after(500), after(100)]).toEqual([44, 216]);
  });

  test('nobody is told where nobody calls', () => {
    expect(late!.alarmsAfter(during(HOUR, {}))).toBeUndefined();
  });
});

describe('metric math as we read it', () => {
  test.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['FILL(none, 0) + some', 5],
    ['none + some', undefined],
    ['1 / 0', undefined],
    ['IF(some >= 5, 10, 20)', 10],
    ['IF(some > 5, 10, 20)', 20],
    ['IF(none > 5, 10, 20)', undefined],
    ['10 - 2 - 3', 5],
  ])('%s is %s', (expression, value) => {
    expect(evaluate(expression, { none: undefined, some: 5 })).toBe(value);
  });

  test.each(['other', '1 +', '(1', '1 2', 'MAX(some)', 'FILL(some)', "some['x']"])('%s is refused', (expression) => {
    expect(() => evaluate(expression, { some: 5 })).toThrow();
  });
});
