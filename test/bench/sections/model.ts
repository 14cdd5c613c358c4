import { walkModel } from '../../model/walk.ts';
import type { Section } from '../section.ts';

const SHORT = 30_000;
const FULL = 1_000_000;

/** The laws, whatever is asked in whatever order, and whatever fails meanwhile. */
export const model: Section = async ({ isFull, seed, tell }) => {
  const { steps, runs, seconds, violation } = await walkModel({ steps: isFull ? FULL : SHORT, seed, tell });
  return {
    table: [],
    remarks: violation === undefined ? [] : [violation],
    figures: [
      {
        what: 'violations of the invariants under faults',
        how: `${steps} steps of ${FULL} in ${runs} runs, ${seconds.toFixed(0)} s, seed ${seed}`,
        ...{ unit: '', digits: 0, measured: violation === undefined ? 0 : 1, bound: 0 },
      },
    ],
  };
};
