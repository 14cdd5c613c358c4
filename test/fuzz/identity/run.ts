import fc from 'fast-check';
import { type Cost, emptyCosts } from './costs.ts';
import type { Target } from './target.ts';

export interface Outcome {
  readonly runs: number;
  /** How often each: `accepted`, or a fault. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly costs: readonly Cost[];
  /** What was thrown at it, and what is wrong with what came of it; absent when nothing is. */
  readonly failure?: string;
}

export interface Effort {
  readonly seed: number;
  /** Ends with whichever comes first. */
  readonly runs: number;
  readonly isOver?: () => boolean;
  /** What an input may take of the processor, in milliseconds by KiB, after a warm-up; without it time is no failure. */
  readonly maxMsAKib?: number;
  readonly isWarm?: true;
}

const BATCH = 500;

/** Throws inputs at a target until it breaks the law or the effort is spent. */
export const fuzzTarget = async (target: Target, effort: Effort): Promise<Outcome> => {
  const outcomes = new Map<string, number>();
  const costs = emptyCosts();
  let runs = 0;
  const property = fc.asyncProperty(target.inputs, async (input) => {
    const isWarm = runs >= WARM_UP || effort.isWarm === true;
    const bound = isWarm ? effort.maxMsAKib : undefined;
    const { outcome, msAKib, kib } = await timed(target, input, bound ?? Number.POSITIVE_INFINITY);
    runs += 1;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (isWarm) costs.add(kib, msAKib);
  });
  for (let batch = 0; runs < effort.runs && effort.isOver?.() !== true; batch += 1) {
    const seed = effort.seed + batch;
    const details = await fc.check(property, { seed, numRuns: Math.min(BATCH, effort.runs - runs) });
    if (details.failed) return { runs, outcomes, costs: costs.rows(), failure: `seed ${seed}\n${reportOf(details)}` };
  }
  return { runs, outcomes, costs: costs.rows() };
};

/** What is slow once met the garbage collector, or somebody else's work. */
const TRIES = 5;

/** The processor's time is counted in ticks of some milliseconds: enough of them. */
const MEASURED_MS = 100;

/** So many inputs have no bound on their time: the compiler has not seen them yet. */
const WARM_UP = 200;

const timed = async ({ judge }: Target, input: string, maxMsAKib: number) => {
  const kib = Math.max(1, Buffer.byteLength(input) / 1024);
  let [outcome, least] = ['', Number.POSITIVE_INFINITY];
  for (let tries = 0; tries < TRIES && (tries === 0 || least > maxMsAKib); tries += 1) {
    const began = performance.now();
    outcome = await judge(input);
    least = Math.min(least, (performance.now() - began) / kib);
  }
  const msAKib = least > maxMsAKib ? Math.min(least, (await processorMs(() => judge(input))) / kib) : least;
  if (msAKib > maxMsAKib) throw new Error(`${msAKib.toFixed(2)} ms a KiB, for ${kib.toFixed(1)} KiB: ${outcome}`);
  return { outcome, kib, msAKib };
};

/** What a call takes of the processor, whoever else wants it meanwhile. */
const processorMs = async (call: () => Promise<string>): Promise<number> => {
  const before = process.threadCpuUsage();
  for (let calls = 1; ; calls += 1) {
    await call();
    const { user, system } = process.threadCpuUsage(before);
    const ms = (user + system) / 1000;
    if (ms >= MEASURED_MS) return ms / calls;
  }
};

const reportOf = (details: fc.RunDetails<[string]>): string => {
  const why = details.errorInstance instanceof Error ? String(details.errorInstance.stack) : '';
  return `${(fc.defaultReportMessage(details) ?? '').slice(0, 5000)}\n${why}`;
};
