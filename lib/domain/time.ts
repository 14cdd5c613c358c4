import type { Instant } from './principal.ts';

/** Instants are compared as numbers, never as text: a text with another offset or precision would sort wrongly. */
export const msOf = (instant: Instant): number => Date.parse(instant);

export const plusSeconds = (instant: Instant, seconds: number): Instant =>
  new Date(msOf(instant) + seconds * 1000).toISOString();

export const isBefore = (a: Instant, b: Instant): boolean => msOf(a) < msOf(b);

export const latest = (a: Instant, b: Instant): Instant => (isBefore(a, b) ? b : a);

export const earliest = (a: Instant, b: Instant): Instant => (isBefore(b, a) ? b : a);

/** From `from` to `to` in seconds, negative when `to` is earlier. */
export const secondsBetween = (from: Instant, to: Instant): number => (msOf(to) - msOf(from)) / 1000;

/** `1 h 30 min`, without what there is none of; `0 s` where there is nothing. @param seconds whole, not negative */
export const durationText = (seconds: number): string => {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = [hours > 0 && `${hours} h`, minutes > 0 && `${minutes} min`, rest > 0 && `${rest} s`];
  return parts.filter((part) => part !== false).join(' ') || '0 s';
};
