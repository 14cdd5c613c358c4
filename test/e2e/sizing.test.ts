import { expect, test } from '@jest/globals';
import { readFacts } from '../../scripts/sizing/facts.ts';
import { MEASURES, type Measure } from '../../scripts/sizing/tally.ts';
import { countFacts } from '../bench/sizing/count.ts';

/** Words and ids are of other lengths each time, and a line of a log more or less changes no bill. */
const ROUGH: ReadonlySet<Measure> = new Set(['logBytes', 'answerBytes', 'keptBytes', 's3Bytes']);

const isAsCounted = (measure: Measure, now: number, then: number): boolean =>
  ROUGH.has(measure) ? now <= 2 * then + 1000 && then <= 2 * now + 1000 : Math.abs(now - then) <= 2 + 0.1 * then;

test('acts ask of AWS what docs/sizing.md says; if they do not, run: node test/bench/sizing/run.ts && npm run docs', async () => {
  const [now, then] = [await countFacts(), readFacts()];
  const differ = Object.entries(now.acts).flatMap(([act, tally]) =>
    MEASURES.filter((measure) => !isAsCounted(measure, tally[measure], then.acts[act]?.[measure] ?? 0)).map(
      (measure) => `${act}: ${tally[measure]} ${measure}, not ${then.acts[act]?.[measure] ?? 0}`,
    ),
  );
  expect(differ).toStrictEqual([]);
  expect(Object.keys(now.acts)).toEqual(Object.keys(then.acts));
  expect(now.sequencerTrips).toEqual(then.sequencerTrips);
  expect(now.followerTrips).toBe(then.followerTrips);
  expect(now.resources.keys).toBe(then.resources.keys);
  // One alarm more is ten cents.
  expect(Math.abs(now.resources.alarms - then.resources.alarms)).toBeLessThanOrEqual(20);
});
