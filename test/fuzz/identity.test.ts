import { expect, test } from '@jest/globals';
import { fuzzTarget } from './identity/run.ts';
import { peeks, samlResponses, vouchedForResponses } from './identity/saml-responses.ts';
import type { Target } from './identity/target.ts';
import { tokens } from './identity/tokens.ts';

const targets: readonly Target[] = [tokens, samlResponses, vouchedForResponses, peeks];

/** The long run of the same, with a bound on time, is `npm run fuzz -- --identity`. */
test.each(targets)('$name: whatever is thrown at it is refused in words of ours, or is genuine', async (target) => {
  const { failure, runs, outcomes } = await fuzzTarget(target, { seed: 20_261_122, runs: 250 });
  expect(failure).toBeUndefined();
  expect(runs).toBe(250);
  // Where everything is refused for the same reason, nothing was tried.
  expect(outcomes.size).toBeGreaterThan(target === peeks ? 1 : 6);
  expect(outcomes.get('accepted')).toBeGreaterThan(0);
});

test('a parser that crashes, that believes a forgery, or that is slow is found out', async () => {
  const fuzzed = async (judge: Target['judge'], maxMsAKib?: number) => {
    const effort = { seed: 1, runs: 5, isWarm: true as const, ...(maxMsAKib !== undefined && { maxMsAKib }) };
    return (await fuzzTarget({ ...samlResponses, judge }, effort)).failure;
  };
  expect(await fuzzed(samlResponses.judge, 1000)).toBeUndefined();
  expect(await fuzzed(() => Promise.reject(new TypeError('x is undefined')))).toContain('x is undefined');
  expect(await fuzzed(samlResponses.judge, 0)).toContain('ms a KiB');
});
