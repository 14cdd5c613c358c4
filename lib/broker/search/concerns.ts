import type { EventType, RecordedEvent, StoredEvent, TextRef } from '../../domain/event.ts';
import type { HoldTarget } from '../../domain/hold.ts';
import type { Handle } from '../../domain/principal.ts';
import type { OfRequest } from './found.ts';

/** What an event says by itself of whom and what it concerns, besides its actor and its request. */
export interface Concerns extends Partial<Omit<OfRequest, 'requester'>> {
  readonly people?: readonly Handle[];
  readonly refused?: string;
  readonly words?: TextRef;
}

/** `before` is the event in front of it, for those that name only by id what that one still carries. */
type Concerning<T extends EventType> = (event: RecordedEvent<T>, before: StoredEvent | undefined) => Concerns;

const nothing = (): Concerns => ({});

const onHold = (target: HoldTarget | undefined): Concerns => {
  switch (target?.on) {
    case 'person':
      return { people: [target.handle] };
    case 'entitlement':
      return { entitlementId: target.entitlementId };
    case 'account':
      return { accountId: target.accountId };
    default:
      return {};
  }
};

const liftedBy = (holdId: string, before: StoredEvent | undefined): Concerns =>
  before?.type === 'hold.placed' || before?.type === 'hold.lifted' || before?.type === 'policy.activated'
    ? onHold(before.data.carried.holds.find(({ id }) => id === holdId)?.target)
    : {};

const removedFrom = (delegationId: string, before: StoredEvent | undefined): Concerns => {
  if (!before || !('carried' in before.data) || !('delegations' in before.data.carried)) return {};
  const removed = before.data.carried.delegations.find(({ id }) => id === delegationId);
  return removed ? { people: [removed.by, removed.to] } : {};
};

const wordsOf = (words: TextRef | undefined): Concerns => (words ? { words } : {});

/** Each kind of event, or the compiler says so. `undefined`: it is about other events, which are found themselves. */
const CONCERNS: { readonly [T in EventType]: Concerning<T> | undefined } = {
  'request.submitted': ({ data }) => wordsOf(data.justification),
  'request.approved': ({ data }) => ({
    ...(data.onBehalfOf === undefined ? {} : { people: [data.onBehalfOf] }),
    ...wordsOf(data.comment),
  }),
  'request.denied': ({ data }) => ({ refused: 'denied', words: data.reason }),
  'request.cancelled': nothing,
  'request.extension_requested': ({ data }) => wordsOf(data.justification),
  'request.extended': ({ data }) => wordsOf(data.justification),
  'request.reviewed': ({ data }) => wordsOf(data.comment),
  'request.lapsed': nothing,
  'request.revoked': ({ data }) => wordsOf(data.reason),
  'request.ended': nothing,
  'credentials.intended': nothing,
  'credentials.issued': nothing,
  'credentials.withheld': nothing,
  'credentials.failed': nothing,
  'credentials.unknown': nothing,
  'credentials.refused': ({ data }) => ({ requestId: data.requestId, refused: data.code }),
  'sessions.ended': nothing,
  'console.issued': nothing,
  'signin.succeeded': nothing,
  'signin.refused': ({ data }) => ({ refused: data.reason }),
  'signin.ended': nothing,
  'hold.placed': ({ data }) => ({ ...onHold(data.hold.target), words: data.hold.reason }),
  'hold.lifted': ({ data }, before) => ({ ...liftedBy(data.holdId, before), ...wordsOf(data.reason) }),
  'policy.activated': nothing,
  'link.made': ({ data }) => ({ people: data.person }),
  'link.removed': ({ data }) => ({ people: [data.handle] }),
  'delegation.made': ({ data: { delegation } }) => ({
    people: [delegation.by, delegation.to],
    ...wordsOf(delegation.reason),
  }),
  'delegation.removed': ({ data }, before) => removedFrom(data.delegationId, before),
  'reservation.made': nothing,
  'person.signed_out': ({ data }) => ({ people: data.people, words: data.reason }),
  'person.forgotten': ({ data }) => ({ people: [data.handle] }),
  'ledger.altered': ({ data }) => {
    const [kind, of] = data.stream.split('#');
    if (of === undefined) return {};
    if (kind === 'person') return { people: [of] };
    return kind === 'request' || kind === 'refusals' ? { requestId: of } : {};
  },
  'log.extended': undefined,
  'checkpoint.signed': undefined,
};

/** Undefined: it is not to be found. */
export const concernsOf = (event: StoredEvent, before?: StoredEvent): Concerns | undefined => {
  // The type of a table cannot say that an event's own entry takes it.
  const concerning = CONCERNS[event.type] as Concerning<EventType> | undefined;
  return concerning?.(event, before);
};
