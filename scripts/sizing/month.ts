import { ELEVATION, ELEVATIONS_A_MONTH, PERSON, RUNS, type Times } from './assumed.ts';
import type { Facts } from './facts.ts';
import { EMPTY, type Tally, only, plus, times } from './tally.ts';

/** What these acts ask of AWS together. @throws TypeError of an act that was not counted */
export const tallyOf = ({ acts }: Facts, done: Times): Tally =>
  Object.entries(done)
    .map(([act, often]) => {
      const counted = acts[act];
      if (!counted) throw new TypeError(`nobody counted "${act}"`);
      return times(often, counted);
    })
    .reduce(plus, EMPTY);

/** What one person does in a month. */
export const personsTimes: Times = {
  ...PERSON,
  ...Object.fromEntries(Object.entries(ELEVATION).map(([act, often]) => [act, ELEVATIONS_A_MONTH * often])),
};

/** What is done when nobody is there. */
export const idleMonth = (facts: Facts): Tally =>
  tallyOf(facts, {
    'idle schedule': RUNS.schedule,
    'idle checkpoint': RUNS.checkpoint,
    'idle export': RUNS.export,
  });

/**
 * A month of so many people: what they do, the idle part, and what checkpoints and exports take that have something to say, as often as
 * there are events and at most every five minutes.
 */
export const monthOf = (facts: Facts, people: number): Tally => {
  const peoples = times(people, tallyOf(facts, personsTimes));
  const busyRuns = Math.min(RUNS.export, peoples.busEvents);
  const more = plus(
    tallyOf(facts, { checkpoint: busyRuns, export: busyRuns }),
    times(-busyRuns, tallyOf(facts, { 'idle checkpoint': 1, 'idle export': 1 })),
  );
  return [peoples, idleMonth(facts), more, times(peoples.busEvents, exportOfAnEvent(facts))].reduce(plus);
};

/** As many events as were in the export that was counted. */
const eventsExported = ({ acts }: Facts): number =>
  Object.values(acts).reduce((sum, { busEvents }) => sum + busEvents, 0);

/** NB. The run itself, counted above, read some already: an upper bound. */
const exportOfAnEvent = (facts: Facts): Tally =>
  times(1 / eventsExported(facts), only(['readUnits', 's3Bytes', 'awsCalls'], tallyOf(facts, { export: 1 })));
