import { type Refusal, badInput } from './errors.ts';
import type { Instant } from './principal.ts';
import { secondsBetween } from './time.ts';

/** How far ahead a grant may begin, whoever names the start. */
const MAX_AHEAD_SECONDS = 30 * 86_400;

export const notTooFarAhead = (startAt: Instant, now: Instant): Refusal | undefined =>
  secondsBetween(now, startAt) > MAX_AHEAD_SECONDS
    ? badInput('/startAt', 'too_far_ahead', 'at most 30 days ahead')
    : undefined;
