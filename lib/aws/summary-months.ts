import type { Page, PageOf } from '../broker/ports.ts';
import type { RequestSummary } from '../broker/summary.ts';
import { HatcheckError } from '../domain/errors.ts';
import type { Instant } from '../domain/principal.ts';
import { plusSeconds } from '../domain/time.ts';
import { MONTH_SHARDS, monthOf, monthShard } from './summary-items.ts';
import { type Newest, type Partition, type Place, firstOf, merge } from './summary-query.ts';

/** How many months are read at a time, going back: most pages end in the first, and a year of nothing takes three turns. */
const CHUNKS_OF_MONTHS = [1, 3, 10];

/** Another function's clock may be ahead of ours by so much. */
const SKEW_SECONDS = 60;

/**
 * Everybody's requests, walking back month by month, of this month and the 13 before it: older ones are no longer listed, though the
 * ledger keeps them.
 *
 * @throws HatcheckError `invalid_cursor` when `after` is no position.
 */
export const everybody = async (
  newest: Newest,
  { now, limit, after }: PageOf & { readonly now: Instant },
): Promise<Page<RequestSummary>> => {
  const latest = monthNumber(plusSeconds(now, SKEW_SECONDS));
  const first = after === undefined ? latest : Math.min(latest, monthNumber(after));
  let found: readonly Place[] = [];
  let month = latest;
  for (const months of CHUNKS_OF_MONTHS) {
    const partitions = monthsDown(month, months)
      .filter((one) => one <= first)
      .flatMap(shardsOf);
    const page = { limit: limit + 1 - found.length, ...(after === undefined ? {} : { after }) };
    const lists = await Promise.all(partitions.map((partition) => newest(partition, page)));
    found = [...found, ...merge(lists.flat())];
    if (found.length > limit) break;
    month -= months;
  }
  return firstOf(found, limit);
};

const monthsDown = (from: number, count: number): number[] => Array.from({ length: count }, (_, back) => from - back);

const shardsOf = (month: number): Partition[] =>
  Array.from({ length: MONTH_SHARDS }, (_, shard) => ({
    index: 'byMonth',
    attribute: 'monthShard',
    value: monthShard(monthOf(new Date(Date.UTC(0, month)).toISOString()), shard),
  }));

/** Months since the year 1900, as `Date.UTC(0, month)` counts them. */
const monthNumber = (position: string): number => {
  const [, year, month] = /^(\d{4})-(\d{2})-/.exec(position) ?? [];
  if (year === undefined || month === undefined)
    throw new HatcheckError({ code: 'invalid_cursor', reason: 'a position begins with a month' });
  return (Number(year) - 1900) * 12 + Number(month) - 1;
};
