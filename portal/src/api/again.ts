import type { Refused } from './problem.ts';

/** Longer than anybody sits before a page that says nothing. */
const MOST_MS = 5000;
const FIRST_MS = 400;
const TRIES = 2;

/**
 * After how many ms a reading that found the door full is tried again without a word; undefined: say so. By its Retry-After, or longer the second time
 * and never all at once. What acts is not tried again by itself.
 *
 * @param tries how often it was tried again already
 * @param fraction from 0 to 1
 */
export const againAfterMs = (
  method: string,
  { status, retryAfterSeconds }: Pick<Refused, 'status' | 'retryAfterSeconds'>,
  tries: number,
  fraction: number,
): number | undefined => {
  if (method !== 'GET' || status !== 429 || tries >= TRIES) return undefined;
  const ms = retryAfterSeconds === undefined ? FIRST_MS * 3 ** tries * (0.5 + fraction) : retryAfterSeconds * 1000;
  return ms <= MOST_MS ? ms : undefined;
};
