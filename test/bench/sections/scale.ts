import type { Figure } from '../figure.ts';
import { type ScaleRow, compareScale } from '../scale/compare.ts';
import { ratioOf, tableOf } from '../scale/table.ts';
import type { Section } from '../section.ts';

const SHORT = { requests: 10_000, eventsEach: 2 };
const FULL = { requests: 1_000_000, eventsEach: 10 };
const MOST_ROUNDS = 40;
const BOUND = 1.2;

/** Pages and reads where there are many requests, against where there are a thousand. */
export const scale: Section = async ({ rounds: most, isFull, tell }) => {
  const rounds = Math.min(most, MOST_ROUNDS);
  const { rows, faults, filled } = await compareScale({ ...(isFull ? FULL : SHORT), rounds, onProgress: tell });
  const size = `${filled.requests} requests, ${filled.events} events, against 1000 requests`;
  const slowest = rows.flatMap((row) => figureOf(row, `${size}; ${rounds} rounds`)).toSorted(byRatio)[0];
  const dearer: Figure = {
    ...{ what: 'of these, scans, or more commands or read units', how: `${rows.length} pages and reads` },
    ...{ unit: '', digits: 0, measured: faults.length, bound: 0 },
  };
  return {
    table: tableOf(rows),
    remarks: faults,
    figures: [...(slowest ? [slowest] : []), dearer],
  };
};

const byRatio = (a: Figure, b: Figure): number => b.measured - a.measured;

const figureOf = (row: ScaleRow, how: string): readonly Figure[] => {
  const ratio = ratioOf(row);
  if (!ratio) return [];
  const what = `lists and reads with many requests, the slowest by comparison (${row.name})`;
  return [{ what, how, unit: ' ×', digits: 2, measured: ratio.median, spread: ratio.spread, bound: BOUND }];
};
