import { durationSeconds } from '../duration.ts';
import { instantGiven } from '../shown/times.ts';

const CLOCK = /^\d{1,2}:\d\d$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const AGO = /^(?:\d+[dhm])+$/;

/**
 * The instant in the past that somebody named, ISO 8601 in UTC: `2h` ago, `14:30` of today here, `2026-11-23` (its beginning here), `2026-11-23 14:30` here, or
 * with its zone, `2026-11-23T14:30Z`.
 * @throws Failure 2 for anything else
 */
export const pastInstant = (given: string, now: Date): string => {
  const text = given.trim();
  if (AGO.test(text)) return new Date(now.getTime() - durationSeconds(text) * 1000).toISOString();
  const two = (count: number): string => String(count).padStart(2, '0');
  const today = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  if (CLOCK.test(text)) return instantGiven(`${today} ${text.padStart(5, '0')}`, now);
  return instantGiven(DAY.test(text) ? `${text} 00:00` : text, now);
};
