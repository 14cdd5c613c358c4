import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ELEVATION, RUNS } from '../../../scripts/sizing/assumed.ts';
import { billedFor, lambdaMs, linesOf, monthLines, totalOf } from '../../../scripts/sizing/cost.ts';
import { readFacts, readPrices } from '../../../scripts/sizing/facts.ts';
import { limitsOf, peopleFor } from '../../../scripts/sizing/limits.ts';
import { idleMonth, monthOf, personsTimes, tallyOf } from '../../../scripts/sizing/month.ts';
import { EMPTY, MEASURES, type Tally, plus, times } from '../../../scripts/sizing/tally.ts';

const facts = readFacts();
const prices = readPrices();
const anyTally: fc.Arbitrary<Tally> = fc
  .array(fc.integer({ min: 0, max: 10_000 }), { minLength: MEASURES.length, maxLength: MEASURES.length })
  .map((counts) => ({ ...EMPTY, ...Object.fromEntries(MEASURES.map((measure, at) => [measure, counts[at] ?? 0])) }));
const people = fc.integer({ min: 0, max: 2_000_000 });
const near = (one: number, other: number): boolean => Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(one));

describe('what is done', () => {
  test('is the sum of its acts, each as often as it is done', () => {
    const ask = facts.acts['ask'] ?? EMPTY;
    const end = facts.acts['end'] ?? EMPTY;
    expect(tallyOf(facts, { ask: 3, end: 2 })).toEqual(plus(times(3, ask), times(2, end)));
  });

  test('of an act that nobody counted is a programmer’s mistake', () => {
    expect(() => tallyOf(facts, { dance: 1 })).toThrow(TypeError);
  });

  test('twice as often costs twice as much, and two things together what each costs', () => {
    fc.assert(
      fc.property(anyTally, anyTally, fc.integer({ min: 0, max: 1000 }), (one, other, factor) => {
        const cost = (tally: Tally): number => totalOf(linesOf(tally, prices));
        return (
          near(cost(times(factor, one)), factor * cost(one)) && near(cost(plus(one, other)), cost(one) + cost(other))
        );
      }),
    );
  });

  test('is billed by hand-made figures as by hand', () => {
    const tally: Tally = {
      ...EMPTY,
      apiCalls: 2_000_000,
      invocations: 1_000_000,
      awsCalls: 4_000_000,
      writeUnits: 8_000_000,
    };
    expect(lambdaMs(tally)).toBe(25_000_000 + 40_000_000);
    expect(billedFor(tally)).toMatchObject({ gbSeconds: 32_500, logGb: 1.1, keyMonths: 0 });
    const usd = Object.fromEntries(linesOf(tally, prices).map((line) => [line.billed, line.usd]));
    expect(usd).toMatchObject({ apiCalls: 2, invocations: 0.2, writeUnits: 5, readUnits: 0 });
    expect(usd['gbSeconds']).toBeCloseTo(0.433_335_5, 6);
  });
});

describe('a month', () => {
  test('of nobody is what schedules do, and nothing else', () => {
    expect(monthOf(facts, 0)).toEqual(idleMonth(facts));
    expect(idleMonth(facts).apiCalls).toBe(0);
    expect(idleMonth(facts).invocations).toBe(RUNS.schedule + RUNS.checkpoint + RUNS.export);
  });

  test('of nobody costs keys, alarms, metrics and queues that are asked in vain', () => {
    const lines = monthLines(facts, monthOf(facts, 0), prices);
    const usd = (billed: string): number => lines.find((line) => line.billed === billed)?.usd ?? 0;
    expect(usd('keyMonths')).toBe(facts.resources.keys);
    expect(usd('alarmMonths')).toBeCloseTo(facts.resources.alarms / 10, 9);
    expect(usd('queueRequests')).toBeGreaterThan(0);
    expect(usd('apiCalls') + usd('mails') + usd('transferGb')).toBe(0);
  });

  test('takes no less of anything with one person more, and costs no less', () => {
    fc.assert(
      fc.property(people, (some) => {
        const [few, more] = [monthOf(facts, some), monthOf(facts, some + 1)];
        const cost = (month: Tally): number => totalOf(monthLines(facts, month, prices));
        return MEASURES.every((measure) => more[measure] >= few[measure]) && cost(more) > cost(few);
      }),
    );
  });

  test('grows by the same with each person once every run of the export has something to say', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 2_000_000 }), fc.integer({ min: 1, max: 1000 }), (some, more) => {
        const [one, other] = [monthOf(facts, some), monthOf(facts, some + more)];
        const step = plus(monthOf(facts, 20_001), times(-1, monthOf(facts, 20_000)));
        return MEASURES.every(
          (measure) => Math.abs(other[measure] - one[measure] - more * step[measure]) < 1e-3 * (1 + other[measure]),
        );
      }),
    );
  });
});

describe('a limit', () => {
  const limits = limitsOf(facts);

  test('is enough for as many people as fit into it, and for one more it is not', () => {
    for (const limit of limits) {
      const enough = peopleFor(limit);
      expect(enough * limit.ofOne).toBeLessThanOrEqual(limit.most);
      // A hair less, of numbers that are not exact.
      expect((enough + 1.000_001) * limit.ofOne).toBeGreaterThan(limit.most);
    }
  });

  test('that fewest people reach stands first', () => {
    const enough = limits.map(peopleFor);
    expect(enough).toEqual(enough.toSorted((a, b) => a - b));
  });

  test('keeps 10,000 people from nothing', () => {
    expect(Math.min(...limits.map(peopleFor))).toBeGreaterThanOrEqual(10_000);
  });
});

test('every act that people are assumed to do was counted, and issues ask STS once', () => {
  expect(Object.keys({ ...personsTimes, ...ELEVATION }).filter((act) => !(act in facts.acts))).toStrictEqual([]);
  for (const way of ['issue', 'issue by webIdentity', 'issue by saml']) expect(facts.acts[way]?.stsCalls).toBe(1);
});
