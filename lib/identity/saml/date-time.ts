import type { Instant } from '../../domain/principal.ts';
import { msOf } from '../../domain/time.ts';
import { SKEW_SECONDS } from '../id-token-times.ts';

/** xs:dateTime with a time zone. SAML 2.0 Core, 1.3.3 asks for UTC; some providers write `+00:00`, a few another offset. */
const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/** @returns undefined for what is none: without a zone, the 30th of February, the 24th hour */
export const instantIn = (text: string | undefined): Instant | undefined => {
  if (text === undefined) return undefined;
  const local = DATE_TIME.exec(text)?.[1];
  if (local === undefined) return undefined;
  const isOnTheCalendar = iso(`${local}Z`)?.startsWith(local) === true;
  return isOnTheCalendar ? iso(text) : undefined;
};

const iso = (text: string): Instant | undefined => {
  const milliseconds = msOf(text);
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
};

/** The skew is the sender's to use. */
export const isOver = (end: Instant, now: Instant): boolean => msOf(now) >= msOf(end) + SKEW_SECONDS * 1000;

export const isToCome = (start: Instant, now: Instant): boolean => msOf(now) < msOf(start) - SKEW_SECONDS * 1000;
