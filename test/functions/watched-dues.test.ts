import { expect, test } from '@jest/globals';
import { watchedDues } from '../../functions/watched-dues.ts';
import type { Due } from '../../lib/domain/due.ts';
import { noon } from '../support/builders.ts';
import { memoryDues } from '../support/memory.ts';
import { recordingMeter } from '../support/meter.ts';

const due = (kind: Due['kind'], seconds: number): Due => ({ requestId: 'r', kind, at: noon(seconds) });

const run = async (...items: readonly Due[]) => {
  const { meter, documents } = recordingMeter('on-schedule');
  const watched = watchedDues({ ...memoryDues(), by: () => Promise.resolve({ items }) }, meter);
  expect((await watched.dues.by(noon(1000), 'a')).items).toEqual(items);
  watched.measure();
  watched.measure();
  meter.flush();
  return documents().map(({ OldestDue, OldestIntent }) => ({ OldestDue, OldestIntent }));
};

test('a run says how late the oldest is of what it found, and how old the oldest intent', async () => {
  expect(await run(due('lapse', 400), due('outcome', 900), due('ticket', 950))).toEqual([
    { OldestDue: [600, 0], OldestIntent: [700, 0] },
  ]);
});

test('a run that finds nothing says so', async () => {
  expect(await run()).toEqual([{ OldestDue: [0, 0], OldestIntent: [0, 0] }]);
});
