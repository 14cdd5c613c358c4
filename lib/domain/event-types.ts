import type { EventType } from './event.ts';

const TYPES = {
  'request.submitted': true,
  'request.approved': true,
  'request.denied': true,
  'request.cancelled': true,
  'request.revoked': true,
  'request.ended': true,
  'request.extension_requested': true,
  'request.extended': true,
  'request.reviewed': true,
  'request.lapsed': true,
  'credentials.intended': true,
  'credentials.issued': true,
  'credentials.withheld': true,
  'credentials.failed': true,
  'credentials.unknown': true,
  'credentials.refused': true,
  'console.issued': true,
  'sessions.ended': true,
  'signin.succeeded': true,
  'signin.refused': true,
  'signin.ended': true,
  'hold.placed': true,
  'hold.lifted': true,
  'policy.activated': true,
  'link.made': true,
  'link.removed': true,
  'delegation.made': true,
  'delegation.removed': true,
  'reservation.made': true,
  'person.signed_out': true,
  'person.forgotten': true,
  'ledger.altered': true,
  'log.extended': true,
  'checkpoint.signed': true,
} satisfies Record<EventType, true>;

export const isEventType = (value: unknown): value is EventType =>
  typeof value === 'string' && Object.hasOwn(TYPES, value);

/** Each of them, once. */
export const EVENT_TYPES: readonly EventType[] = Object.keys(TYPES).filter(isEventType);
