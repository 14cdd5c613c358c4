/** What the last reading brought. */
export type Reading = 'changed' | 'same' | 'failed';

const SOON_MS = 2000;
const QUIET_AT_MOST_MS = 20_000;
const FAILED_AT_MOST_MS = 60_000;

/**
 * How long to wait until the next reading: two seconds after a change; longer and longer while nothing does, or nobody answers, and never
 * sooner than the broker asks for.
 */
export const nextDelayMs = (lastMs: number, reading: Reading, retryAfterSeconds = 0): number => {
  const delays: Readonly<Record<Reading, number>> = {
    changed: SOON_MS,
    same: Math.min(Math.max(lastMs, SOON_MS) * 1.5, QUIET_AT_MOST_MS),
    failed: Math.min(Math.max(lastMs, SOON_MS) * 2, FAILED_AT_MOST_MS),
  };
  return Math.max(delays[reading], retryAfterSeconds * 1000);
};
