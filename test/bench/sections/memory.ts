import { measureMemory } from '../memory/measure.ts';
import type { Section } from '../section.ts';

const CALLS = 500;
const PEOPLE = 20;
const MOST_MB = 150;

/** What each function has resident while it serves. */
export const memory: Section = async ({ tell }) => {
  if (process.platform !== 'linux')
    return { table: [], remarks: ['memory: skipped, only Linux says what was resident'] };
  const { bareMb, functions } = await measureMemory({ calls: CALLS, people: PEOPLE, tell });
  const rows = functions.map(({ functionId, calls, good, again, peakMb }) => [
    ...[functionId, `${peakMb.toFixed(0)} MB`, `${(peakMb - bareMb).toFixed(0)} MB`, `${MOST_MB} MB`],
    ...[calls, good, again].map(String),
  ]);
  const [largest] = functions.toSorted((a, b) => b.peakMb - a.peakMb);
  return {
    table: [
      [
        'function',
        'resident at the most',
        'over Node alone',
        'bound',
        'calls',
        'of these not refused',
        'of these events again',
      ],
      ...rows,
    ],
    remarks: [`Node alone: ${bareMb.toFixed(0)} MB`],
    figures: largest
      ? [
          {
            what: `memory of each function while it serves, the largest (\`${largest.functionId}\`)`,
            how: `${functions.length} functions, ${CALLS} calls each or more; Node alone ${bareMb.toFixed(0)} MB`,
            ...{ unit: ' MB', digits: 0, measured: largest.peakMb, bound: MOST_MB },
            spread: [Math.min(...functions.map(({ peakMb }) => peakMb)), largest.peakMb],
          },
        ]
      : [],
  };
};
