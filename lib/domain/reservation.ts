import { type Refusal, refuse } from './errors.ts';
import type { Instant } from './principal.ts';
import type { Standing } from './standing.ts';
import { secondsBetween } from './time.ts';

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

/** Enough for whoever must not go on: it is there already, once. */
export const isReserved = ({ reservations }: Standing, requestId: string): boolean =>
  reservations.some((reservation) => reservation.requestId === requestId);

/** How many requests a person may have waiting for approval at once. */
export const openRequestsLeft = (
  { reservations }: Pick<Standing, 'reservations'>,
  openRequests: number,
  now: Instant,
): Refusal | undefined => {
  const open = reservations.filter(({ breakGlass }) => !breakGlass);
  if (open.length < openRequests) return undefined;
  return {
    code: 'limit_reached',
    reason: `${open.length} requests are open, ${openRequests} allowed`,
    retryAfterSeconds: secondsUntilFirstEnd(open, now),
  };
};

/** One break-glass at a time, and none while a review is overdue. Those that were reviewed, and are over, are no longer among them. */
export const breakGlassFree = ({ reservations }: Pick<Standing, 'reservations'>, now: Instant): Refusal | undefined => {
  const broken = reservations.filter(({ breakGlass }) => breakGlass);
  const overdue = broken.find(({ reviewBy }) => reviewBy !== undefined && secondsBetween(reviewBy, now) >= 0);
  if (overdue)
    return refuse('review_overdue', `${overdue.requestId} was to be reviewed by ${String(overdue.reviewBy)}`);
  const running = broken.filter(({ until }) => secondsBetween(now, until) > 0);
  if (running.length === 0) return undefined;
  return {
    code: 'limit_reached',
    reason: 'one break-glass at a time',
    retryAfterSeconds: secondsUntilFirstEnd(running, now),
  };
};

const secondsUntilFirstEnd = (reservations: readonly Reservation[], now: Instant): number =>
  Math.max(1, Math.ceil(Math.min(...reservations.map(({ until }) => secondsBetween(now, until)))));
