import { durationSeconds } from '../duration.ts';
import { Failure } from '../failure.ts';

const two = (count: number): string => String(count).padStart(2, '0');

const dayOf = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const clockOf = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`;

/**
 * An instant in the zone of whoever looks, to the minute, and in UTC beside it; with the day, where it is not today's.
 * `14:30 (13:30 UTC)`, `2026-11-23 00:10 (2026-11-22 23:10 UTC)`, and `14:30 UTC` in a zone that is as UTC then.
 */
export const timeText = (ms: number, now: Date): string => {
  const at = new Date(ms);
  const [day, utcDay, utcClock] = [dayOf(at), at.toISOString().slice(0, 10), at.toISOString().slice(11, 16)];
  const local = `${day === dayOf(now) ? '' : `${day} `}${clockOf(at)}`;
  if (at.getTimezoneOffset() === 0) return `${local} UTC`;
  return `${local} (${utcDay === day ? '' : `${utcDay} `}${utcClock} UTC)`;
};

const LATER = /^\+(.+)$/;
const CLOCK = /^(\d{1,2}):(\d\d)$/;
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)$/;
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * The instant that somebody named, ISO 8601 in UTC: `+2h`, `14:30` (the next time that it is so here), `2026-11-23 14:30` here, or with its zone,
 * `2026-11-23T14:30Z`.
 * @throws Failure 2 for anything else
 */
export const instantGiven = (given: string, now: Date): string => {
  const text = given.trim();
  const later = LATER.exec(text)?.[1];
  if (later !== undefined) return new Date(now.getTime() + durationSeconds(later) * 1000).toISOString();
  const date = INSTANT.test(text) ? new Date(text.replace(' ', 'T')) : (nextClock(text, now) ?? localTime(text));
  if (date === undefined || Number.isNaN(date.getTime()))
    throw new Failure(2, `${given} is no time; say it such as 14:30, +2h, 2026-11-23 14:30 or 2026-11-23T14:30Z`);
  return date.toISOString();
};

const nextClock = (text: string, now: Date): Date | undefined => {
  const [, hours, minutes] = CLOCK.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const onDay = (days: number): Date | undefined =>
    localDate([now.getFullYear(), now.getMonth(), now.getDate() + days], [Number(hours), Number(minutes)]);
  const today = onDay(0);
  return today && today.getTime() > now.getTime() ? today : onDay(1);
};

const localTime = (text: string): Date | undefined => {
  const [, year, month, day, hours, minutes] = (LOCAL.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > new Date(year, month, 0).getDate()) return undefined;
  return localDate([year, month - 1, day], [hours ?? 0, minutes ?? 0]);
};

/** Undefined where the clocks skip it, or no clock shows it: `Date` would take another time for it. */
const localDate = (
  [year, month, day]: readonly [number, number, number],
  [hours, minutes]: readonly [number, number],
): Date | undefined => {
  const date = new Date(year, month, day, hours, minutes);
  return date.getHours() === hours && date.getMinutes() === minutes ? date : undefined;
};
