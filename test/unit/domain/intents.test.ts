import { expect, test } from '@jest/globals';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import { withoutOutcome } from '../../../lib/domain/intents.ts';
import { approved, approver, engineer, intended, noon, recorded, submitted } from '../../support/builders.ts';

const first = intended(noon(2));
const second = intended(noon(4));
const intent = first.eventId;
const by = { by: engineer, at: noon(3) };

/** The ids of the intents that nobody knows the outcome of, of a request whose first intent was followed by this. */
const left = (...after: readonly RecordedEvent[]): readonly string[] =>
  withoutOutcome([submitted(), approved(approver, noon(1)), first, ...after, second]).map(({ eventId }) => eventId);

test('intents that nobody said more of are left, oldest first', () => {
  expect(left()).toEqual([intent, second.eventId]);
});

test.each<RecordedEvent>([
  recorded('credentials.issued', { intent, accessKeyId: 'ASIA1', expiration: noon(900) }, by),
  recorded('credentials.withheld', { intent, accessKeyId: 'ASIA1', reason: 'revoked' }, by),
  recorded('credentials.failed', { intent, reason: 'AccessDenied' }, by),
  recorded('credentials.unknown', { intent, reason: 'NoOutcome' }, by),
])('$type settles the intent that it names, and no other', (outcome) => {
  expect(left(outcome)).toEqual([second.eventId]);
});

test.each<RecordedEvent>([
  recorded('console.issued', { intent, expiresAt: noon(900) }, by),
  recorded('credentials.refused', { requestId: 'r_1', purpose: 'console', code: 'on_hold', reason: 'held' }, by),
  recorded('request.ended', {}, by),
])('$type is no outcome', (other) => {
  expect(left(other)).toEqual([intent, second.eventId]);
});

test('a request that nobody had credentials of has no intents', () => {
  expect(withoutOutcome([submitted()])).toStrictEqual([]);
});
