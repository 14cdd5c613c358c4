import type { Delegation } from './delegation.ts';
import type { StoredEvent } from './event.ts';
import type { Handle, Instant } from './principal.ts';
import type { Reservation } from './reservation.ts';
import { isBefore } from './time.ts';

/** What is known of a principal beyond one request, as their own stream tells it. */
export interface Standing {
  /** Handles that were ever proved to be the same person, this one not among them. A link that was removed still counts here. */
  readonly sameAs: readonly Handle[];
  /** Those of them that are linked today, for the person to see. No rule asks for it. */
  readonly linked: readonly Handle[];
  /** Given and received, those that are over left out. */
  readonly delegations: readonly Delegation[];
  /** Requests that may count against a limit; the request's own stream says whether it still does. */
  readonly reservations: readonly Reservation[];
}

export const NO_STANDING: Standing = { sameAs: [], linked: [], delegations: [], reservations: [] };

/** Without what time has put an end to; so the state that an event carries stays small. A debt of review stays until it is paid. */
export const prunedAt = (standing: Standing, now: Instant): Standing => ({
  ...standing,
  delegations: standing.delegations.filter(({ endsAt }) => isBefore(now, endsAt)),
  reservations: standing.reservations.filter(({ until, reviewBy }) => reviewBy !== undefined || isBefore(now, until)),
});

/** All handles of the person who this handle is, as their standing tells. */
export const handlesOf = (handle: Handle, { sameAs }: Pick<Standing, 'sameAs'>): readonly Handle[] => [
  handle,
  ...sameAs,
];

/** Whether two lists of handles speak of one person. */
export const samePerson = (some: readonly Handle[], others: readonly Handle[]): boolean =>
  some.some((handle) => others.includes(handle));

/** What the last event of a `person#<handle>` stream carries. @throws TypeError when the event has no place there. */
export const standingAfter = (last: StoredEvent | undefined): Standing => {
  if (!last) return NO_STANDING;
  switch (last.type) {
    case 'link.made':
    case 'link.removed':
    case 'delegation.made':
    case 'delegation.removed':
    case 'reservation.made':
    case 'person.signed_out':
    case 'person.forgotten':
      return last.data.carried;
    default:
      throw new TypeError(`${last.type} has no place in the stream of a person`);
  }
};
