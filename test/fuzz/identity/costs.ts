/** How long inputs took, in milliseconds by KiB, as a histogram in hundredths: a run of ten minutes has millions. */
export interface Costs {
  add(kib: number, msAKib: number): void;
  /** By size of input, those that came up: how many, the median, the ninety-ninth of a hundred, the slowest. */
  rows(): readonly Cost[];
}

export interface Cost {
  readonly size: string;
  readonly inputs: number;
  readonly median: number;
  readonly p99: number;
  readonly slowest: number;
}

const SIZES = [1, 8, 64, Number.POSITIVE_INFINITY];
const STEPS = 500;

export const emptyCosts = (): Costs => {
  const classes = SIZES.map((upTo) => ({
    size: upTo === Number.POSITIVE_INFINITY ? 'larger' : `up to ${upTo} KiB`,
    counts: new Uint32Array(STEPS + 1),
    slowest: 0,
  }));
  return {
    add: (kib, msAKib) => {
      const found = classes[SIZES.findIndex((upTo) => kib <= upTo)];
      const step = Math.min(STEPS, Math.floor(msAKib * 100));
      if (!found) return;
      found.counts[step] = (found.counts[step] ?? 0) + 1;
      found.slowest = Math.max(found.slowest, msAKib);
    },
    rows: () =>
      classes
        .map(({ size, counts, slowest }) => ({
          ...{ size, inputs: counts.reduce((sum, count) => sum + count, 0) },
          ...{ median: quantile(counts, 0.5), p99: quantile(counts, 0.99), slowest },
        }))
        .filter(({ inputs }) => inputs > 0),
  };
};

const quantile = (counts: Uint32Array, share: number): number => {
  const wanted = counts.reduce((sum, count) => sum + count, 0) * share;
  let seen = 0;
  return counts.findIndex((count) => (seen += count) >= wanted) / 100;
};
