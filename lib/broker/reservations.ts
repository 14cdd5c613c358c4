import { HatcheckError } from '../domain/errors.ts';
import type { EventData } from '../domain/event.ts';
import { certain } from '../domain/invariant.ts';
import type { Handle, Instant, Principal } from '../domain/principal.ts';
import { fold, grantAt, statusAt } from '../domain/request.ts';
import { type Reservation, asSeen, reservationKey, reserve } from '../domain/reservation.ts';
import { type Standing, handlesOf, prunedAt } from '../domain/standing.ts';
import { secondsBetween } from '../domain/time.ts';
import { appendCarried } from './append-carried.ts';
import { type Broker, type Patience, actorOf, requestStream } from './broker.ts';
import { personStream, readStanding } from './person-stream.ts';
import type { Ledger } from './ports.ts';

/** Longer than any call lasts: a request that is not there by then is not on its way. */
const ON_ITS_WAY_SECONDS = 120;

/** So many requests at a time are looked at, the oldest first, until there is room. */
const AT_A_TIME = 10;

/** What counts against a person's limits, over all their identities. */
export interface Counted {
  /** The caller's own, with the reservations of all of them. */
  readonly standing: Standing;
  /** The one identity in whose stream all of them reserve, so that two at once meet there. */
  readonly lead: Handle;
  readonly elsewhere: readonly Reservation[];
  readonly seen: ReadonlyMap<string, Reservation | undefined>;
}

interface Asking {
  readonly handle: Handle;
  readonly standing: Standing;
  /** Reserved already, perhaps, by an earlier try: they do not count against themselves. */
  readonly requestIds: readonly string[];
  readonly breakGlass: boolean;
  /** Looks at every open request, not only until there is room: others may take that. */
  readonly all?: true;
}

/**
 * A reservation is only a pointer: whether it still counts, its request says. Nobody has to release one, and nothing that was cut off
 * between the two leaves a limit reached for good. Requests are looked at only when it depends on them: for break-glass, or at the limit.
 *
 * @throws HatcheckError `ledger_unavailable`
 */
export const countReservations = async (
  { ledger, clock, policy }: Pick<Broker, 'ledger' | 'clock' | 'policy'>,
  { handle, standing, requestIds, breakGlass, all: lookAtAll }: Asking,
): Promise<Counted> => {
  const now = clock.now();
  const handles = handlesOf(handle, standing);
  const lead = certain(handles.toSorted()[0], 'a person has at least the identity that asks');
  const linked = await Promise.all(
    standing.sameAs.map(async (each) => ({ of: each, ...(await readStanding(ledger, each)) })),
  );
  const all = [{ of: handle, ...standing }, ...linked].map(({ of, reservations }) => ({
    of,
    reservations: prunedAt({ ...standing, reservations }, now).reservations.filter(
      ({ requestId }) => !requestIds.includes(requestId),
    ),
  }));
  const reservations = all.flatMap((each) => each.reservations);
  const seen = breakGlass
    ? await look(
        ledger,
        reservations.filter((each) => each.breakGlass),
        now,
      )
    : await lookForRoom(
        ledger,
        reservations.filter((each) => !each.breakGlass),
        lookAtAll ? 0 : policy.limits.openRequests - requestIds.length,
        now,
      );
  const elsewhere = all.filter(({ of }) => of !== lead).flatMap((each) => each.reservations);
  return {
    standing: prunedAt({ ...standing, reservations: asSeen(reservations, seen) }, now),
    lead,
    elsewhere: prunedAt({ ...standing, reservations: asSeen(elsewhere, seen) }, now).reservations,
    seen,
  };
};

type Seen = Map<string, Reservation | undefined>;

const look = async (ledger: Ledger, reservations: readonly Reservation[], now: Instant): Promise<Seen> =>
  new Map(
    await Promise.all(
      reservations.map(async (each) => [reservationKey(each), await asItIs(ledger, each, now)] as const),
    ),
  );

const lookForRoom = async (ledger: Ledger, open: readonly Reservation[], room: number, now: Instant): Promise<Seen> => {
  const oldest = open.toSorted((a, b) => secondsBetween(b.at, a.at));
  const seen: Seen = new Map();
  for (let from = 0; from < oldest.length && asSeen(open, seen).length > room; from += AT_A_TIME)
    for (const [id, reservation] of await look(ledger, oldest.slice(from, from + AT_A_TIME), now))
      seen.set(id, reservation);
  return seen;
};

/** The reservation as its request bears it out, undefined when it counts no longer. */
const asItIs = async (ledger: Ledger, reservation: Reservation, now: Instant): Promise<Reservation | undefined> => {
  const request = fold(await ledger.read(requestStream(reservation.requestId)));
  if (!request) return secondsBetween(reservation.at, now) <= ON_ITS_WAY_SECONDS ? reservation : undefined;
  if (!reservation.breakGlass) return statusAt(request, now) === 'pending' ? reservation : undefined;
  // What was asked for under the same key became an ordinary request.
  if (!request.breakGlass) return undefined;
  const { requestId, breakGlass, at, reviewBy } = reservation;
  const { endsAt: until } = certain(grantAt(request, now), 'break-glass is approved in the same breath');
  return {
    requestId,
    breakGlass,
    at,
    until,
    ...(request.review ? {} : { reviewBy: certain(reviewBy, 'break-glass is reviewed') }),
  };
};

interface Reserving {
  readonly principal: Principal;
  readonly patience: Patience;
  readonly counted: Counted;
  readonly submissions: readonly EventData['request.submitted'][];
}

/**
 * Reserves what these submissions count against, before the first of them is written. What is approved in the same breath and is no
 * break-glass counts against nothing. Others may have reserved since it was counted: at the limit it is counted again, once.
 *
 * @throws HatcheckError `limit_reached`, `review_overdue`, `ledger_conflict`, `ledger_unavailable`
 */
export const reserveFor = async (broker: Broker, reserving: Reserving): Promise<void> => {
  const now = broker.clock.now();
  const wanted = reserving.submissions.flatMap((submission) => reservationOf(submission, now) ?? []);
  if (wanted.length === 0) return;
  try {
    await reserveAs(broker, reserving, wanted);
  } catch (error) {
    if (!(error instanceof HatcheckError) || error.code !== 'limit_reached') throw error;
    const { handle } = reserving.principal;
    const standing = await readStanding(broker.ledger, handle);
    const requestIds = wanted.map(({ requestId }) => requestId);
    const breakGlass = wanted.some((each) => each.breakGlass);
    const counted = await countReservations(broker, { handle, standing, requestIds, breakGlass, all: true });
    await reserveAs(broker, { ...reserving, counted }, wanted);
  }
};

const reserveAs = async (
  broker: Broker,
  { principal, patience, counted: { lead, elsewhere, seen } }: Reserving,
  wanted: readonly Reservation[],
): Promise<void> => {
  const toReserve = { wanted, elsewhere, seen, openRequests: broker.policy.limits.openRequests };
  await appendCarried(broker, personStream(lead), { actor: actorOf(principal), patience }, (standing, now) =>
    reserve(standing, toReserve, now),
  );
};

/** What a submission counts against; undefined where it is approved in the same breath and is no break-glass. */
export const reservationOf = (
  { requestId, pendingUntil, breakGlass }: EventData['request.submitted'],
  at: Instant,
): Reservation | undefined => {
  // Until it is looked at again its request says when it ends; before that the review is not due either.
  if (breakGlass) return { requestId, breakGlass: true, at, until: breakGlass.reviewBy, reviewBy: breakGlass.reviewBy };
  return pendingUntil === undefined ? undefined : { requestId, breakGlass: false, at, until: pendingUntil };
};
