import { type Decision, unlessRefused } from './command.ts';
import { type Refusal, badInput, refuse } from './errors.ts';
import { certain } from './invariant.ts';
import type { Instant } from './principal.ts';
import { type Check, evaluate } from './rule.ts';
import { type Standing, prunedAt } from './standing.ts';
import { isBefore, secondsBetween } from './time.ts';

/** A request that counts against a limit of its requester's. Made before the request is, so that of two at once one is refused. */
export interface Reservation {
  readonly requestId: string;
  readonly breakGlass: boolean;
  readonly at: Instant;
  /** When it counts no longer, whatever becomes of the request: a pending one lapses, a grant is over. */
  readonly until: Instant;
  /** Of break-glass: when somebody else must have looked at it. It stays until then and beyond, until somebody did. */
  readonly reviewBy?: Instant;
}

/** How many break-glasses of one person may wait for their review. */
export const MAX_UNREVIEWED = 10;

/** Beside those that there are. */
export interface More {
  readonly count: number;
  /** Asked for in the same breath, by id: some may be among those that there are. */
  readonly together: readonly string[];
}

const ONE_MORE: More = { count: 1, together: [] };

/** Whether so many more may wait for approval. Errors: `limit_reached`, or `invalid_input` for more in one breath than ever may. */
export const openRequestsLeft = (
  reservations: readonly Reservation[],
  openRequests: number,
  now: Instant,
  { count, together }: More = ONE_MORE,
): Refusal | undefined => {
  const open = reservations.filter(({ breakGlass }) => !breakGlass);
  const tooMany = open.length + count - openRequests;
  if (tooMany <= 0) return undefined;
  const others = open.filter(({ requestId }) => !together.includes(requestId));
  // Were all others over, these would still be too many: there is nothing to wait for.
  if (others.length < tooMany)
    return badInput('/entitlementIds', 'too_big', `at most ${openRequests} of yours may wait for approval at once`);
  return {
    code: 'limit_reached',
    reason: `${open.length} requests are open, ${openRequests} allowed`,
    retryAfterSeconds: secondsUntilEnded(tooMany, others, now),
  };
};

/** One break-glass at a time, and none while a review is overdue. Those that were reviewed, and are over, are no longer among them. */
export const breakGlassFree = (reservations: readonly Reservation[], now: Instant): Refusal | undefined => {
  const broken = reservations.filter(({ breakGlass }) => breakGlass);
  const overdue = broken.find(({ reviewBy }) => reviewBy !== undefined && secondsBetween(reviewBy, now) >= 0);
  if (overdue)
    return refuse('review_overdue', `${overdue.requestId} was to be reviewed by ${String(overdue.reviewBy)}`);
  const running = broken.filter(({ until }) => secondsBetween(now, until) > 0);
  if (running.length > 0)
    return {
      code: 'limit_reached',
      reason: 'one break-glass at a time',
      retryAfterSeconds: secondsUntilEnded(running.length, running, now),
    };
  return broken.length < MAX_UNREVIEWED
    ? undefined
    : refuse('review_overdue', `${broken.length} break-glasses wait for their review`);
};

export const openRequestsCheck = (
  reservations: readonly Reservation[],
  openRequests: number,
  now: Instant,
  more?: More,
): Check => ({
  rule: 'openRequests',
  detail: `At most ${openRequests} requests of yours wait for approval at once.`,
  check: () => openRequestsLeft(reservations, openRequests, now, more),
});

export const breakGlassCheck = (reservations: readonly Reservation[], now: Instant): Check => ({
  rule: 'oneBreakGlass',
  detail: 'You have no other break-glass, and none that waits for an overdue review.',
  check: () => breakGlassFree(reservations, now),
});

/** Until so many of them, which must be there, count no longer. */
const secondsUntilEnded = (count: number, reservations: readonly Reservation[], now: Instant): number => {
  const seconds = reservations.map(({ until }) => secondsBetween(now, until)).toSorted((a, b) => a - b);
  return Math.max(1, Math.ceil(certain(seconds[count - 1], 'there are not so many reservations')));
};

/** What is reserved, and what else is known then. */
export interface ToReserve {
  /** All of one kind: open requests, or one break-glass. */
  readonly wanted: readonly Reservation[];
  /** Those of the person's other identities. */
  readonly elsewhere: readonly Reservation[];
  /** What the requests themselves say of reservations that were looked at, by key: a newer one, or that it counts no longer. */
  readonly seen: ReadonlyMap<string, Reservation | undefined>;
  readonly openRequests: number;
}

/**
 * The reservations, in the one stream that all identities of the person reserve in. Made once, however often it is tried.
 * Errors: `limit_reached`, `review_overdue`, `invalid_input` for more at once than may ever wait.
 */
export const reserve = (
  standing: Standing,
  { wanted, elsewhere, seen, openRequests }: ToReserve,
  now: Instant,
): Decision => {
  const { reservations } = standing;
  const missing = wanted.filter((each) => !reservations.some((there) => isAsMuch(there, each)));
  if (missing.length === 0) return { event: undefined };
  const keys = missing.map(reservationKey);
  const others = reservations.filter((each) => !keys.includes(reservationKey(each)));
  const kept = prunedAt({ ...standing, reservations: asSeen(others, seen) }, now);
  const all = [...kept.reservations, ...elsewhere];
  const check = missing.some(({ breakGlass }) => breakGlass)
    ? breakGlassCheck(all, now)
    : openRequestsCheck(all, openRequests, now, {
        count: missing.length,
        together: wanted.map(({ requestId }) => requestId),
      });
  return unlessRefused(evaluate([check]), () => {
    const carried = { ...kept, reservations: [...kept.reservations, ...missing] };
    return { type: 'reservation.made', data: { reservations: missing, carried } };
  });
};

/**
 * NB. One key of a caller's may have been used for an ordinary ask and for break-glass at once, before either request is there. Then
 * both are reserved, for nobody knows yet which of them it will be.
 */
export const reservationKey = ({ requestId, breakGlass }: Pick<Reservation, 'requestId' | 'breakGlass'>): string =>
  `${breakGlass ? 'break-glass' : 'open'} ${requestId}`;

/** Whether `there` holds the place at least as long. An earlier try, of which only the reservation is left, may have ended sooner. */
const isAsMuch = (there: Reservation, wanted: Reservation): boolean =>
  reservationKey(there) === reservationKey(wanted) && !isBefore(there.until, wanted.until);

/** With what was seen since in place of what is said. */
export const asSeen = (
  reservations: readonly Reservation[],
  seen: ReadonlyMap<string, Reservation | undefined>,
): readonly Reservation[] =>
  reservations.flatMap((each) => {
    const key = reservationKey(each);
    const now = seen.has(key) ? seen.get(key) : each;
    return now ? [now] : [];
  });
