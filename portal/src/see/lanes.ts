import type { RequestView } from '../api/calls.ts';

/** A grant in the picture, from 0, where the time that is shown begins, to 1, where it ends. */
export interface Bar {
  readonly request: RequestView;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly from: number;
  readonly to: number;
  /** Counted from 0: what overlaps stands in different ones. */
  readonly lane: number;
}

export interface AccountBars {
  readonly accountId: string;
  readonly bars: readonly Bar[];
  readonly lanes: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The grants that reach into the span, by account, those with the most first. */
export const barsByAccount = (requests: readonly RequestView[], span: Span): readonly AccountBars[] => {
  const accounts = new Map<string, Omit<Bar, 'lane'>[]>();
  for (const request of requests) {
    const bar = barOf(request, span);
    if (bar) accounts.set(request.accountId, [...(accounts.get(request.accountId) ?? []), bar]);
  }
  return [...accounts]
    .map(([accountId, bars]) => ({ accountId, ...inLanes(bars) }))
    .sort((a, b) => b.bars.length - a.bars.length || a.accountId.localeCompare(b.accountId));
};

const barOf = (request: RequestView, { fromMs, toMs }: Span): Omit<Bar, 'lane'> | undefined => {
  const { grant } = request;
  if (!grant) return undefined;
  const [starts, ends] = [Date.parse(grant.startsAt), Date.parse(grant.endsAt)];
  if (ends <= fromMs || starts >= toMs) return undefined;
  const placeOf = (ms: number): number => Math.min(1, Math.max(0, (ms - fromMs) / (toMs - fromMs)));
  return { request, startsAt: grant.startsAt, endsAt: grant.endsAt, from: placeOf(starts), to: placeOf(ends) };
};

/** Each in the first lane that is free again. */
const inLanes = (bars: readonly Omit<Bar, 'lane'>[]): { bars: readonly Bar[]; lanes: number } => {
  const ends: number[] = [];
  const placed = [...bars]
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt))
    .map((bar) => {
      const free = ends.findIndex((end) => end <= bar.from);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = bar.to;
      return { ...bar, lane };
    });
  return { bars: placed, lanes: ends.length };
};
