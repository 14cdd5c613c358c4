import type { Cost } from './costs.ts';
import { type Outcome, fuzzTarget } from './run.ts';
import { peeks, samlResponses, vouchedForResponses } from './saml-responses.ts';
import type { Target } from './target.ts';
import { tokens } from './tokens.ts';

/** Once the caps on size, depth and number let an input pass. */
const MAX_MS_A_KIB = 1;

/** How much dearer a KiB of the largest inputs may be than one of those up to 8 KiB, for time to be called linear in size. */
const MAX_GROWTH = 2;

const targets: readonly Target[] = [tokens, samlResponses, vouchedForResponses, peeks];

/** The targets one after the other, each for its share of the time. @returns whether the law holds for all of them */
export const fuzzIdentity = async (minutes: number, seed: number): Promise<boolean> => {
  process.stdout.write(`the parsers of lib/identity, ${minutes} minutes, seed ${seed}\n`);
  let isGood = true;
  for (const target of targets) {
    const end = performance.now() + (minutes * 60_000) / targets.length;
    const outcome = await fuzzTarget(target, {
      ...{ seed, runs: Number.MAX_SAFE_INTEGER, maxMsAKib: MAX_MS_A_KIB },
      isOver: () => performance.now() >= end,
    });
    report(target.name, outcome);
    isGood &&= outcome.failure === undefined && isLinear(outcome.costs);
  }
  return isGood;
};

const report = (name: string, { runs, outcomes, costs, failure }: Outcome): void => {
  const counts = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${outcome}×${count}`);
  process.stdout.write(`${name}: ${runs} inputs: ${counts.join(' ')}\n`);
  for (const { size, inputs, median, p99, slowest } of costs)
    process.stdout.write(
      `  ${size.padEnd(12)} ${String(inputs).padStart(9)} inputs, ms a KiB: median ${ms(median)}, 99 of 100 ${ms(p99)}, slowest ${ms(slowest)}\n`,
    );
  if (!isLinear(costs)) process.stdout.write('BREAKS THE LAW: a KiB of a large input is dearer\n');
  if (failure !== undefined) process.stdout.write(`BREAKS THE LAW, ${failure}\n`);
};

/** By what nearly all take: a hundredth may have met the garbage collector. */
const isLinear = (costs: readonly Cost[]): boolean => {
  const small = costs.find(({ size }) => size === 'up to 8 KiB');
  const large = costs.filter(({ size, inputs }) => size !== 'up to 1 KiB' && inputs >= 100).at(-1);
  return !small || !large || large.p99 <= small.p99 * MAX_GROWTH;
};

const ms = (value: number): string => value.toFixed(2);
