import type { Instant } from './principal.ts';
import { msOf } from './time.ts';

/** What clocks on a wall show, as if it were UTC: milliseconds that are compared and counted with, never an instant. */
export type WallMs = number;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one costs some hundred times what using it does. */
const formatOf = (timezone: string): Intl.DateTimeFormat => {
  const made =
    formats.get(timezone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(timezone, made);
  return made;
};

/** @param timezone of the IANA database, such as `Europe/Berlin`. @throws RangeError when there is no such zone. */
export const wallClockAt = (instant: Instant, timezone: string): WallMs => {
  const ms = msOf(instant);
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const seconds = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return seconds + (((ms % 1000) + 1000) % 1000);
};

/**
 * The instant at which clocks there show this: the first, where they show it twice; where they leave it out, as long after the leap as it
 * was to be after what was left out (RFC 5545, 3.3.5: by the offset before).
 */
export const instantAtWall = (wall: WallMs, timezone: string): Instant => {
  const offsetAt = (ms: number): number => wallClockAt(new Date(ms).toISOString(), timezone) - ms;
  const before = wall - offsetAt(wall - DAY_MS);
  const after = wall - offsetAt(wall + DAY_MS);
  const shows = (ms: number): boolean => ms + offsetAt(ms) === wall;
  return new Date(!shows(before) && shows(after) ? after : before).toISOString();
};
