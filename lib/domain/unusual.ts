import type { Entitlement } from './entitlement.ts';
import type { Instant } from './principal.ts';
import type { RequestState } from './request.ts';
import { isBefore, msOf, plusSeconds } from './time.ts';

/** Something that whoever decides should have seen. It stops nobody: the rules do that. */
export interface Unusual {
  readonly code: 'first_time' | 'longer_than_before' | 'other_hours' | 'whole_role' | 'refused_before' | 'many_today';
  /** For the reader, of our own words and numbers only. */
  readonly detail: string;
}

/** What is looked at of each request. */
export type Looked = Pick<RequestState, 'entitlementId' | 'createdAt' | 'durationSeconds' | 'scope' | 'closed'>;

/** As many of the same show what is usual. */
const USUAL_LENGTHS = 3;
const USUAL_TIMES = 5;
const NEAR_MS = 2 * 3_600_000;
const DAY_MS = 86_400_000;
const MANY = 5;
const REMEMBERED_SECONDS = 30 * 86_400;

/**
 * How the request differs from the requester's last ones, `earlier`, which are older than it.
 * @param seconds that are asked for, in all
 */
export const unusualIn = (
  request: Looked,
  earlier: readonly Looked[],
  { scope, seconds }: { readonly seconds: number } & Pick<Entitlement, 'scope'>,
): readonly Unusual[] => {
  const same = earlier.filter(({ entitlementId }) => entitlementId === request.entitlementId);
  return [
    ...firstTime(same),
    ...refusedBefore(request, same),
    ...longerThanBefore(seconds, same),
    ...otherHours(request.createdAt, earlier),
    ...manyToday(request.createdAt, earlier),
    ...(scope && !request.scope
      ? [{ code: 'whole_role' as const, detail: 'The whole role is asked for, though a part of it could be.' }]
      : []),
  ];
};

const firstTime = (same: readonly Looked[]): readonly Unusual[] =>
  same.length > 0 ? [] : [{ code: 'first_time', detail: 'The requester never asked for this role before.' }];

const refusedBefore = ({ createdAt }: Looked, same: readonly Looked[]): readonly Unusual[] => {
  const since = plusSeconds(createdAt, -REMEMBERED_SECONDS);
  const refused = same.find(
    ({ closed }) => (closed?.kind === 'denied' || closed?.kind === 'revoked') && !isBefore(closed.at, since),
  )?.closed;
  return refused
    ? [{ code: 'refused_before', detail: `A request for this role was ${refused.kind} on ${dayOf(refused.at)}.` }]
    : [];
};

const longerThanBefore = (seconds: number, same: readonly Looked[]): readonly Unusual[] => {
  const longest = Math.max(...same.map(({ durationSeconds }) => durationSeconds));
  return same.length >= USUAL_LENGTHS && seconds > longest
    ? [{ code: 'longer_than_before', detail: `It is longer than ever before: ${minutes(longest)} until now.` }]
    : [];
};

const otherHours = (at: Instant, earlier: readonly Looked[]): readonly Unusual[] =>
  earlier.length >= USUAL_TIMES && earlier.every(({ createdAt }) => apartInDay(at, createdAt) > NEAR_MS)
    ? [
        {
          code: 'other_hours',
          detail: `It was made at ${at.slice(11, 16)} UTC, more than two hours from when the requester ever asks.`,
        },
      ]
    : [];

/** Between two times of day, the shorter way round, in milliseconds. */
export const apartInDay = (a: Instant, b: Instant): number => {
  const apart = Math.abs((msOf(a) % DAY_MS) - (msOf(b) % DAY_MS));
  return Math.min(apart, DAY_MS - apart);
};

const manyToday = (at: Instant, earlier: readonly Looked[]): readonly Unusual[] => {
  const since = plusSeconds(at, -DAY_MS / 1000);
  const today = earlier.filter(({ createdAt }) => !isBefore(createdAt, since)).length;
  return today >= MANY
    ? [{ code: 'many_today', detail: `There were ${today} other requests in the 24 hours before.` }]
    : [];
};

const dayOf = (at: Instant): string => at.slice(0, 10);

const minutes = (seconds: number): string => `${Math.ceil(seconds / 60)} min`;
