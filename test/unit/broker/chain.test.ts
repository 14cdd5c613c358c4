import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Break, BrokenChainError, canonicalOf, seal, verifyChain, verifyHash } from '../../../lib/broker/chain.ts';
import type { RecordedEvent, StoredEvent } from '../../../lib/domain/event.ts';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

const recorded = (seconds: number, eventId = `e${seconds}`): RecordedEvent => ({
  type: 'request.cancelled',
  data: {},
  eventId,
  at: at(seconds),
  actor: { kind: 'person', handle: 'p_a' },
});

const chainOf = (seconds: readonly number[], stream = 'request#r_1'): StoredEvent[] =>
  seconds.reduce<StoredEvent[]>((events, second) => [...events, seal(events.at(-1), stream, recorded(second))], []);

const breakOf = (check: (events: readonly StoredEvent[]) => void, events: readonly StoredEvent[]): Break | 'none' => {
  try {
    check(events);
    return 'none';
  } catch (error) {
    if (error instanceof BrokenChainError) return error.what;
    throw error;
  }
};

const resealed = ({ hash: _hash, ...body }: StoredEvent): StoredEvent => ({
  ...body,
  hash: createHash('sha256').update(canonicalOf(body)).digest('base64url'),
});

describe('sealing', () => {
  test('the first event has seq 0 and no previous hash', () => {
    expect(seal(undefined, 'request#r_1', recorded(0))).toMatchObject({
      seq: 0,
      prevHash: '',
      v: 1,
      stream: 'request#r_1',
    });
  });

  test('the next event names the hash of the one before', () => {
    const [first, second] = chainOf([0, 1]);
    expect(second).toMatchObject({ seq: 1, prevHash: first!.hash });
  });

  test('the hash is SHA-256 of the sorted JSON of everything but itself', () => {
    const event = seal(undefined, 's', recorded(0, 'e'));
    const json =
      '{"actor":{"handle":"p_a","kind":"person"},"at":"2026-01-01T00:00:00.000Z","data":{},"eventId":"e",' +
      '"prevHash":"","seq":0,"stream":"s","type":"request.cancelled","v":1}';
    expect(canonicalOf(event)).toBe(json);
    expect(event.hash).toBe(createHash('sha256').update(json).digest('base64url'));
  });

  test('two events of one instant may follow each other', () => {
    expect(() => chainOf([1, 1])).not.toThrow();
  });

  test('time that runs backwards is a mistake of ours', () => {
    expect(() => chainOf([1, 0])).toThrow(TypeError);
  });

  test('an instant that is none is a mistake of ours', () => {
    const [first] = chainOf([0]);
    expect(() => seal(first, 'request#r_1', { ...recorded(1), at: 'soon' })).toThrow(TypeError);
  });

  test('an event of another stream is not followed', () => {
    const [first] = chainOf([0], 'request#r_1');
    expect(() => seal(first, 'request#r_2', recorded(1))).toThrow(TypeError);
  });

  test('text that is not well-formed Unicode has no place in a chain', () => {
    expect(() => seal(undefined, 's', recorded(0, '\ud800'))).toThrow(TypeError);
  });
});

describe('verifying', () => {
  test('accepts whatever was sealed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 20 }), (seconds) => {
        expect(breakOf(verifyChain, chainOf(seconds.toSorted((a, b) => a - b)))).toBe('none');
      }),
    );
  });

  test.each<[string, (events: StoredEvent[]) => StoredEvent[], Break]>([
    ['an event altered', ([a, b, c]) => [a!, { ...b!, at: at(2) }, c!], 'hash'],
    ['an event altered and sealed again', ([a, b, c]) => [a!, resealed({ ...b!, eventId: 'other' }), c!], 'prevHash'],
    ['an event removed', ([a, , c]) => [a!, c!], 'gap'],
    ['the first event removed', ([, b, c]) => [b!, c!], 'gap'],
    ['two events exchanged', ([a, b, c]) => [a!, c!, b!], 'gap'],
    ['an event twice', ([a, b, c]) => [a!, b!, b!, c!], 'gap'],
    ['time run backwards, sealed', ([a, b]) => [a!, resealed({ ...b!, at: at(-1) })], 'at'],
    ['no time at all, sealed', ([a, b]) => [a!, resealed({ ...b!, at: 'soon' })], 'at'],
    ['an event of another stream', ([a, b]) => [a!, resealed({ ...b!, stream: 'request#r_2' })], 'stream'],
    ['a first event that follows something', ([a]) => [resealed({ ...a!, prevHash: 'x' })], 'prevHash'],
    ['an event with one member more', ([a]) => [Object.assign({ ...a! }, { extra: 1 })], 'hash'],
  ])('refuses %s', (_name, tamper, what) => {
    expect(breakOf(verifyChain, tamper(chainOf([0, 1, 2])))).toBe(what);
  });

  test('says which event of which stream it is', () => {
    const [a, b] = chainOf([0, 1]);
    expect(() => {
      verifyChain([a!, { ...b!, eventId: 'other' }]);
    }).toThrow(expect.objectContaining({ stream: 'request#r_1', seq: 1, what: 'hash' }));
  });

  test('one event alone is held against its own hash only', () => {
    const [, second] = chainOf([0, 1]);
    const own = ([event]: readonly StoredEvent[]) => {
      verifyHash(event!);
    };
    expect(breakOf(own, [second!])).toBe('none');
    expect(breakOf(own, [{ ...second!, eventId: 'other' }])).toBe('hash');
  });
});
