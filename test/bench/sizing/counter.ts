import { EMPTY, type Measure, type Tally } from '../../../scripts/sizing/tally.ts';

export interface Counter {
  readonly add: (measure: Measure, amount?: number) => void;
  /** What was counted since the last time. */
  readonly take: () => Tally;
  /** Whatever was counted so far, to see whether more comes. */
  readonly calls: () => number;
}

export const newCounter = (): Counter => {
  let counts = { ...EMPTY };
  return {
    add: (measure, amount = 1) => {
      counts[measure] += amount;
    },
    take: () => {
      const taken = counts;
      counts = { ...EMPTY };
      return taken;
    },
    calls: () => counts.invocations + counts.sqsMessages,
  };
};
