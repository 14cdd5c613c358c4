import { describe, expect, test } from '@jest/globals';
import { ledgerChangeOf } from '../../../lib/aws/ledger-change.ts';
import { type Item, eventOf } from '../../../lib/aws/ledger-item.ts';
import { canonicalOf, hashCanonical, seal } from '../../../lib/broker/chain.ts';
import { isEventType } from '../../../lib/domain/event-types.ts';
import { fold } from '../../../lib/domain/request.ts';
import { NOON, approved, approver, submitted } from '../../support/builders.ts';

const STREAM = 'request#r_1';
const FIRST = seal(undefined, STREAM, submitted());
const SECOND = seal(FIRST, STREAM, approved(approver, NOON));

/** What stands in the ledger when a newer Hatcheck wrote the event so. */
const written = (change: (canonical: string) => string): Item => {
  const canonical = change(canonicalOf(SECOND));
  return {
    stream: { S: STREAM },
    seq: { N: '1' },
    canonical: { S: canonical },
    hash: { S: hashCanonical(canonical) },
  };
};

const NEWER_TYPE = written((canonical) => canonical.replace('"request.approved"', '"request.transferred"'));

describe('what a newer Hatcheck wrote, read by this one after rolling back', () => {
  test('of a type that this one does not know is no event: the stream is read no further', () => {
    expect(() => eventOf(NEWER_TYPE)).toThrow(expect.objectContaining({ name: 'BrokenChainError', what: 'shape' }));
  });

  test('of another version is no event either', () => {
    const newer = written((canonical) => canonical.replace('"v":1', '"v":2'));
    expect(() => eventOf(newer)).toThrow(expect.objectContaining({ what: 'shape' }));
  });

  test('of such a type is an alteration to whoever follows the ledger', () => {
    const record = {
      eventID: '1',
      eventName: 'INSERT',
      dynamodb: {
        ApproximateCreationDateTime: 1,
        Keys: { stream: { S: STREAM }, seq: { N: '1' } },
        NewImage: NEWER_TYPE,
      },
    };
    expect(ledgerChangeOf(record)).toMatchObject({
      kind: 'altered',
      altered: { stream: STREAM, seq: 1, change: 'insert' },
    });
  });

  test('of a known type with more to say is read, and what is not known in it changes nothing', () => {
    const more = eventOf(written((canonical) => canonical.replace('"data":{', '"data":{"aNewMember":true,')));
    expect(more.data).toMatchObject({ aNewMember: true });
    expect(fold([FIRST, more])).toEqual(fold([FIRST, SECOND]));
  });
});

/** What a ledger may hold by now. A type is added when a release has written it; none is ever taken away. */
const EVER_WRITTEN = [
  ...['request.submitted', 'request.approved', 'request.denied', 'request.cancelled', 'request.revoked'],
  ...['request.ended', 'request.extension_requested', 'request.extended', 'request.reviewed', 'request.lapsed'],
  ...['credentials.intended', 'credentials.issued', 'credentials.withheld', 'credentials.failed'],
  ...['credentials.unknown', 'credentials.refused', 'console.issued', 'sessions.ended'],
  ...['signin.succeeded', 'signin.refused', 'signin.ended', 'hold.placed', 'hold.lifted', 'policy.activated'],
  ...['link.made', 'link.removed', 'delegation.made', 'delegation.removed', 'reservation.made', 'ledger.altered'],
];

test('what was ever written is still read', () => {
  expect(EVER_WRITTEN.filter((type) => !isEventType(type))).toStrictEqual([]);
});
