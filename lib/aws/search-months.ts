import type { Page, Span } from '../broker/ports.ts';
import type { Instant } from '../domain/principal.ts';
import { isBefore, msOf } from '../domain/time.ts';
import { monthOf } from './summary-items.ts';

/** What stands at a position. It may be unreadable; it counts as a place all the same, or a list would end early. */
export interface Placed<T> {
  readonly position: string;
  readonly found?: T;
}

/** How many months one page looks through at the most; the next goes on where it stopped. */
const MONTHS_A_PAGE = 14;

/** Read at a time, going back: most pages end in the first, and a year of nothing takes three turns. */
const CHUNKS = [1, 3, 10];

/**
 * A page of what lies in partitions of a month each, newest first.
 * @param read gives the newest of one month's partition in the span, at most `limit`
 */
export const walkBack = async <T>(
  { from, before, limit }: Span,
  read: (month: string, span: Span) => Promise<readonly Placed<T>[]>,
): Promise<Page<T>> => {
  const all = monthsBack(before, from);
  const found: Placed<T>[] = [];
  let walked = 0;
  for (const chunk of CHUNKS) {
    const part = all.slice(walked, walked + chunk);
    const span = { from, before, limit: limit + 1 - found.length };
    found.push(...(await Promise.all(part.map((month) => read(month, span)))).flat());
    walked += part.length;
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  const next = found.length > limit ? page.at(-1)?.position : nextMonth(all, from);
  return { items: page.flatMap(({ found: one }) => (one === undefined ? [] : [one])), ...(next ? { next } : {}) };
};

/** Where the months that were not looked through end; undefined when there are none. */
const nextMonth = (walked: readonly string[], from: Instant): Instant | undefined => {
  const last = walked.at(-1);
  const begins = last === undefined ? from : startOf(last);
  return isBefore(from, begins) ? begins : undefined;
};

/** `yyyy-mm`, UTC, from the one that lies before `before` down to that of `from`. */
const monthsBack = (before: string, from: Instant): readonly string[] => {
  const months: string[] = [];
  const [instant = '', id] = before.split('#');
  // The first instant of a month is not before itself.
  let month = monthOf(new Date(msOf(instant) - (id === undefined ? 1 : 0)).toISOString());
  while (months.length < MONTHS_A_PAGE && month >= monthOf(from)) {
    months.push(month);
    month = monthOf(new Date(msOf(startOf(month)) - 1).toISOString());
  }
  return months;
};

const startOf = (month: string): Instant => `${month}-01T00:00:00.000Z`;
