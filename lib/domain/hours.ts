import type { Refusal } from './errors.ts';
import type { Instant } from './principal.ts';
import { msOf } from './time.ts';
import { instantAtWall, wallClockAt } from './wall-clock.ts';

/** In the order of `Date.prototype.getUTCDay`. */
export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Day = (typeof DAYS)[number];

/**
 * The times of the week at which an entitlement may be used, on the wall clocks of a place. `from` and `to` are `HH:MM`, `to` up to
 * `24:00`; a window whose `to` is not later than its `from` ends on the next day, and belongs to the day on which it begins.
 */
export interface Hours {
  /** A name of the IANA time zone database. */
  readonly timezone: string;
  readonly days: readonly Day[];
  readonly from: string;
  readonly to: string;
}

/** From `startsAt` on, up to and without `endsAt`. */
export interface Window {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

interface MsWindow {
  readonly startMs: number;
  readonly endMs: number;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A week, and a day on either side: wherever one looks from, a window of each day is among them. */
const DAYS_AROUND = Array.from({ length: 10 }, (_, index) => index - 1);

/**
 * The window that contains the instant, or else the next one. Windows that touch are one. What a time means where
 * the wall clocks leap, `instantAtWall` says. Undefined where the wall clocks' leaps leave no window in a week.
 */
export const windowFrom = (hours: Hours, at: Instant): Window | undefined => {
  const now = msOf(at);
  const today = Math.floor(wallClockAt(at, hours.timezone) / DAY_MS);
  let window: MsWindow | undefined;
  for (const ahead of DAYS_AROUND) {
    const next = windowOf(hours, today + ahead);
    if (!next || next.endMs <= now) continue;
    if (window && next.startMs > window.endMs) break;
    window = { startMs: window?.startMs ?? next.startMs, endMs: next.endMs };
  }
  return window && { startsAt: new Date(window.startMs).toISOString(), endsAt: new Date(window.endMs).toISOString() };
};

/** `outside_hours`; with when to come back, unless the start was chosen. No hours: at any time. */
export const withinHours = (hours: Hours | undefined, now: Instant, startAt?: Instant): Refusal | undefined => {
  if (!hours) return undefined;
  const at = startAt ?? now;
  const startsAt = windowFrom(hours, at)?.startsAt;
  if (startsAt !== undefined && msOf(startsAt) <= msOf(at)) return undefined;
  return {
    code: 'outside_hours',
    reason: `${at} is not within ${inWords(hours)}`,
    ...(startsAt === undefined || startAt !== undefined
      ? {}
      : { retryAfterSeconds: Math.ceil((msOf(startsAt) - msOf(at)) / 1000) }),
  };
};

/** For whoever asks. */
export const inWords = ({ timezone, days, from, to }: Hours): string =>
  `${days.join(', ')}, ${from} to ${to}, ${timezone}`;

/** Days are counted from the epoch, which was a Thursday. */
const windowOf = ({ timezone, days, from, to }: Hours, day: number): MsWindow | undefined => {
  const name = DAYS[(((day + 4) % 7) + 7) % 7];
  if (name === undefined || !days.includes(name)) return undefined;
  const [opens, closes] = [minutesOf(from), minutesOf(to)];
  const startMs = msOf(instantAtWall(day * DAY_MS + opens * MINUTE_MS, timezone));
  const endMs = msOf(instantAtWall((closes > opens ? day : day + 1) * DAY_MS + closes * MINUTE_MS, timezone));
  return startMs < endMs ? { startMs, endMs } : undefined;
};

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
