import type { BadPlace } from './bad-place.ts';
import type { LedgerItem } from './verify-ledger-ports.ts';

/** Less than any number that somebody would write who did not look for the least that DynamoDB takes (-9.99E+125). */
const LEAST = -9.99e125;

/** From where on a stream is read so that all is seen that stands before that number, and behind the one before it. */
export const justBefore = (seq: number): number => (seq === 0 ? LEAST : seq - 1);

/**
 * Events stand under whole numbers from 0 on: what stands between two of them, or before the first, is none of ours.
 * @param items from `justBefore(seq)` on
 */
export const strayBefore = (items: readonly LedgerItem[], seq: number): Pick<BadPlace, 'what' | 'sign'> | undefined =>
  items.some((item) => item.seq > justBefore(seq) && item.seq < seq) ? { what: 'added', sign: 'place' } : undefined;
