import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalOf, hashCanonical, seal } from '../../../lib/broker/chain.ts';
import { firstBad } from '../../../lib/broker/first-bad.ts';
import type { RecordedEvent, StoredEvent } from '../../../lib/domain/event.ts';

const STREAM = 'request#r_1';

const recorded = (seconds: number, handle = 'p_a'): RecordedEvent => ({
  type: 'request.cancelled',
  data: {},
  eventId: `e${seconds}`,
  at: new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString(),
  actor: { kind: 'person', handle },
});

const chainOf = (length: number, stream = STREAM): readonly StoredEvent[] =>
  Array.from({ length }, (_, second) => recorded(second)).reduce<readonly StoredEvent[]>(
    (events, event) => [...events, seal(events.at(-1), stream, event)],
    [],
  );

const LENGTH = 6;
const chain = chainOf(LENGTH);
const places = chain.map((_, seq) => seq);
const insideOnly = places.slice(0, -1);
const pairs = places.flatMap((from) => places.filter((to) => to > from).map((to) => [from, to] as const));

const resealed = ({ hash: _hash, ...body }: StoredEvent): StoredEvent => ({
  ...body,
  hash: hashCanonical(canonicalOf(body)),
});

describe('the first bad place of a stream', () => {
  test('is none in what was sealed, nor in nothing', () => {
    expect([firstBad(STREAM, chain), firstBad(STREAM, [])]).toEqual([undefined, undefined]);
  });

  test.each(places)('is the altered event, whichever member of it was, at %i', (seq) => {
    for (const name of Object.keys(chain[seq]!)) {
      const altered = chain.with(seq, { ...chain[seq]!, [name]: name === 'seq' ? seq + 7 : 'other' });
      expect([name, firstBad(STREAM, altered)]).toEqual([name, { seq, what: 'altered' }]);
      const without = Object.fromEntries(Object.entries(chain[seq]!).filter(([each]) => each !== name));
      const shortened = [...chain.slice(0, seq), without, ...chain.slice(seq + 1)];
      expect([name, firstBad(STREAM, shortened)]).toEqual([name, { seq, what: 'altered' }]);
    }
  });

  test.each(['{"more":1}', '{"__proto__":{"more":1}}'])('is an event with a member too many: %s', (more) => {
    const event: unknown = JSON.parse(JSON.stringify(chain[2]).replace(/^\{/, `${more.slice(0, -1)},`));
    expect(firstBad(STREAM, [...chain.slice(0, 2), event, ...chain.slice(3)])).toEqual({ seq: 2, what: 'altered' });
  });

  test.each([null, 1, 'text', [], {}, { ...chain[2], data: { text: '\ud800' } }])(
    'is what is no event: %j',
    (event) => {
      expect(firstBad(STREAM, [...chain.slice(0, 2), event, ...chain.slice(3)])).toEqual({ seq: 2, what: 'altered' });
    },
  );

  test.each(insideOnly)('is behind an event that was altered and given a new hash, at %i', (seq) => {
    const altered = chain.with(seq, resealed({ ...chain[seq]!, eventId: 'other' }));
    expect(firstBad(STREAM, altered)).toEqual({ seq: seq + 1, what: 'altered' });
  });

  test.each(insideOnly)('is the dropped event, at %i', (seq) => {
    expect(firstBad(STREAM, chain.toSpliced(seq, 1))).toEqual({ seq, what: 'dropped' });
  });

  test.each(pairs)('is the earlier of two that changed places, %i and %i', (from, to) => {
    const swapped = chain.with(from, chain[to]!).with(to, chain[from]!);
    expect(firstBad(STREAM, swapped)).toEqual({ seq: from, what: 'reordered' });
  });

  test.each(places.flatMap((of) => [...places, LENGTH].map((to) => [of, to] as const)))(
    'is the copy of event %i that was put in at %i',
    (of, to) => {
      // Put in before the event itself, it is that one which is too many.
      expect(firstBad(STREAM, chain.toSpliced(to, 0, chain[of]!))).toEqual({
        seq: to === of ? to + 1 : to,
        what: 'added',
      });
    },
  );

  test.each(places)('is an event of another stream, at %i', (seq) => {
    const foreign = chainOf(LENGTH, 'request#r_2')[seq]!;
    expect(firstBad(STREAM, chain.toSpliced(seq, 0, foreign))).toEqual({ seq, what: 'added' });
  });

  test.each(places)('is an event without a true hash that was put in, at %i', (seq) => {
    const forged = { ...chain[seq]!, eventId: 'forged' };
    expect(firstBad(STREAM, chain.toSpliced(seq, 0, forged))).toEqual({ seq, what: 'added' });
  });

  test.each(places)('is behind a sealed event that was put in, at %i', (seq) => {
    const forged = seal(chain[seq - 1], STREAM, recorded(seq, 'p_forger'));
    expect(firstBad(STREAM, chain.toSpliced(seq, 0, forged))).toEqual({ seq: seq + 1, what: 'added' });
  });

  test.each(places.slice(1))('is a sealed event of another past that was put in, at %i', (seq) => {
    const past = seal(chain[seq - 2], STREAM, recorded(seq - 1, 'p_forger'));
    const forged = seal(past, STREAM, recorded(seq));
    expect(firstBad(STREAM, chain.toSpliced(seq, 0, forged))).toEqual({ seq, what: 'added' });
  });

  test('is where time runs backwards, though the hashes hold', () => {
    const early = resealed({ ...chain[5]!, at: chain[3]!.at });
    expect(firstBad(STREAM, chain.with(5, early))).toEqual({ seq: 5, what: 'altered' });
  });

  test('is not seen where the tail is gone, or was sealed anew: a chain alone does not show it', () => {
    expect(firstBad(STREAM, chain.slice(0, 3))).toBeUndefined();
    expect(firstBad(STREAM, [...chain.slice(0, 3), seal(chain[2], STREAM, recorded(9))])).toBeUndefined();
  });

  test('is found in any arrangement of the events but their own', () => {
    const arrangement = fc.array(fc.nat(LENGTH - 1), { maxLength: 2 * LENGTH });
    fc.assert(
      fc.property(arrangement, (order) => {
        const isPrefix = order.every((of, index) => of === index);
        const bad = firstBad(
          STREAM,
          order.map((of) => chain[of]),
        );
        const wrong = order.findIndex((of, index) => of !== index);
        expect(bad?.seq).toBe(isPrefix ? undefined : wrong);
      }),
    );
  });
});
