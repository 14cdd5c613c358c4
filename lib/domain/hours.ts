import type { Refusal } from './errors.ts';
import type { Instant } from './principal.ts';
import { msOf } from './time.ts';

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

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A week, and a day on either side: wherever one looks from, a window of each day is among them. */
const DAYS_AROUND = Array.from({ length: 10 }, (_, index) => index - 1);

/**
 * The window that contains the instant, or else the next one. Windows that touch are one. Of a time that the wall clocks show twice the
 * first counts; for one that they leap over, the moment of the leap. Undefined where the wall clocks' leaps leave no window in a week.
 */
export const windowFrom = (hours: Hours, at: Instant): Window | undefined => {
  const now = msOf(at);
  const today = Math.floor((now + offsetMs(hours.timezone, now)) / DAY_MS);
  const [first, ...later] = DAYS_AROUND.flatMap((ahead) => windowOf(hours, today + ahead) ?? []).filter(
    ({ endMs }) => endMs > now,
  );
  if (!first) return undefined;
  let { endMs } = first;
  for (const next of later) {
    if (next.startMs > endMs) break;
    endMs = next.endMs;
  }
  return { startsAt: new Date(first.startMs).toISOString(), endsAt: new Date(endMs).toISOString() };
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
const windowOf = ({ timezone, days, from, to }: Hours, day: number): { startMs: number; endMs: number } | undefined => {
  const name = DAYS[(((day + 4) % 7) + 7) % 7];
  if (name === undefined || !days.includes(name)) return undefined;
  const [opens, closes] = [minutesOf(from), minutesOf(to)];
  const startMs = instantMs(timezone, day * DAY_MS + opens * MINUTE_MS);
  const endMs = instantMs(timezone, (closes > opens ? day : day + 1) * DAY_MS + closes * MINUTE_MS);
  return startMs < endMs ? { startMs, endMs } : undefined;
};

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** When the wall clocks of the zone show this, given as if they showed UTC. */
const instantMs = (timezone: string, wallMs: number): number => {
  const before = offsetMs(timezone, wallMs - DAY_MS);
  const after = offsetMs(timezone, wallMs + DAY_MS);
  const [first] = [before, after]
    .map((offset) => wallMs - offset)
    .filter((ms) => ms + offsetMs(timezone, ms) === wallMs)
    .sort((a, b) => a - b);
  return first ?? leapMs(timezone, wallMs - after, wallMs - before);
};

/** The first instant of the new offset; the old one is in force at `early`, the new one at `late`. */
const leapMs = (timezone: string, early: number, late: number): number => {
  const old = offsetMs(timezone, early);
  let [lo, hi] = [early, late];
  while (hi - lo > 1) {
    const middle = Math.floor((lo + hi) / 2);
    if (offsetMs(timezone, middle) === old) lo = middle;
    else hi = middle;
  }
  return hi;
};

/** How far the wall clocks of the zone are ahead of UTC. */
const offsetMs = (timezone: string, ms: number): number => {
  const parts = clockOf(timezone).formatToParts(ms);
  const shown = (wanted: Intl.DateTimeFormatPartTypes): number =>
    parts.reduce((found, { type, value }) => (type === wanted ? Number(value) : found), 0);
  const midnight = Date.UTC(shown('year'), shown('month') - 1, shown('day'));
  return (
    midnight + (shown('hour') * 3600 + shown('minute') * 60 + shown('second')) * 1000 - Math.floor(ms / 1000) * 1000
  );
};

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Made once for each zone: making one costs more than asking it a thousand times. */
const clockOf = (timezone: string): Intl.DateTimeFormat => {
  const known = clocks.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  clocks.set(timezone, made);
  return made;
};
