/** Two ways to the same end; each call does the whole thing once. */
export interface Contest {
  readonly candidate: () => unknown;
  readonly baseline: () => unknown;
  /** What the candidate may cost at most, in times of the baseline. */
  readonly bound: number;
}

export interface Comparison {
  readonly candidateUs: number;
  readonly baselineUs: number;
  /** The median over all rounds, and between which ratios nine rounds in ten were. */
  readonly ratio: number;
  readonly spread: readonly [number, number];
}

export interface Rounds {
  readonly rounds: number;
  /** How long each side of a round takes, about. */
  readonly roundMs: number;
}

/**
 * Both in the same process, turn by turn, so that whatever slows the machine down slows both. What a round compares happened within
 * milliseconds.
 */
export const compare = async ({ candidate, baseline }: Contest, { rounds, roundMs }: Rounds): Promise<Comparison> => {
  const calls = { candidate: await callsWithin(roundMs, candidate), baseline: await callsWithin(roundMs, baseline) };
  const measured: { candidateUs: number; baselineUs: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isFirst = round % 2 === 0;
    const before = isFirst ? await microsecondsOf(candidate, calls.candidate) : 0;
    const baselineUs = await microsecondsOf(baseline, calls.baseline);
    measured.push({ candidateUs: isFirst ? before : await microsecondsOf(candidate, calls.candidate), baselineUs });
  }
  const ratios = measured.map(({ candidateUs, baselineUs }) => candidateUs / baselineUs);
  return {
    candidateUs: quantile(
      measured.map(({ candidateUs }) => candidateUs),
      0.5,
    ),
    baselineUs: quantile(
      measured.map(({ baselineUs }) => baselineUs),
      0.5,
    ),
    ratio: quantile(ratios, 0.5),
    spread: spreadOf(ratios),
  };
};

/** How many calls fill the time, once they are warm. */
const callsWithin = async (ms: number, call: () => unknown): Promise<number> => {
  await microsecondsOf(call, 200);
  return Math.max(1, Math.round((ms * 1000) / (await microsecondsOf(call, 50))));
};

const microsecondsOf = async (call: () => unknown, times: number): Promise<number> => {
  const began = performance.now();
  // Not awaited where there is nothing to wait for: a turn of the loop would be measured instead.
  for (let done = 0; done < times; done += 1) {
    const result = call();
    if (result instanceof Promise) await result;
  }
  return ((performance.now() - began) * 1000) / times;
};

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
};

/** Between which values nine in ten are. */
export const spreadOf = (values: readonly number[]): readonly [low: number, high: number] => [
  quantile(values, 0.05),
  quantile(values, 0.95),
];
