import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { seal } from '../../lib/broker/chain.ts';
import type { LedgerParts } from '../../lib/broker/log/ports.ts';
import type { Ledger, LedgerPairs } from '../../lib/broker/ports.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { approved, chain } from './events.ts';

export interface LedgerUnderTest {
  readonly ledger: Ledger & LedgerPairs & LedgerParts;
  readonly close: () => Promise<void>;
}

/** What every ledger promises, whatever it is made of. */
export const ledgerContract = (name: string, make: () => Promise<LedgerUnderTest>): void => {
  describe(`the ledger of ${name}`, () => {
    let ledger: Ledger & LedgerPairs & LedgerParts;
    let close: () => Promise<void>;
    let streams = 0;
    const stream = () => `request#r_${String((streams += 1))}`;
    const appendAll = async (events: readonly StoredEvent[]) => {
      for (const event of events) expect(await ledger.append(event)).toBe('appended');
    };

    beforeAll(async () => {
      ({ ledger, close } = await make());
    });
    afterAll(() => close());

    test('a stream that nobody wrote to is empty', async () => {
      const none = stream();
      expect(await ledger.read(none)).toStrictEqual([]);
      expect(await ledger.last(none)).toBeUndefined();
    });

    test('what was appended is read back at once, in order, as it was', async () => {
      const events = chain(stream(), 12);
      await appendAll(events);
      expect(await ledger.read(events[0]!.stream)).toEqual(events);
      expect(await ledger.last(events[0]!.stream)).toEqual(events.at(-1));
    });

    test('an event is read with the one before it, as far as they are there', async () => {
      const events = chain(stream(), 4);
      await appendAll(events);
      const pairAt = (seq: number) => ledger.pair(events[0]!.stream, seq);
      expect(await pairAt(2)).toEqual([events[1], events[2]]);
      expect(await pairAt(0)).toEqual([events[0]]);
      expect(await pairAt(4)).toEqual([events[3]]);
      expect(await pairAt(9)).toStrictEqual([]);
    });

    test('a part of a stream is read in order, as far as it is there', async () => {
      const events = chain(stream(), 7);
      await appendAll(events);
      const part = (from: number, to: number) => ledger.part(events[0]!.stream, from, to);
      expect(await part(2, 4)).toEqual(events.slice(2, 5));
      expect(await part(5, 1000)).toEqual(events.slice(5));
      expect(await part(3, 3)).toEqual([events[3]]);
      expect(await part(7, 9)).toStrictEqual([]);
      expect(await ledger.part(stream(), 0, 9)).toStrictEqual([]);
    });

    test('the same event twice is appended, once', async () => {
      const events = chain(stream(), 1);
      await appendAll([...events, ...events]);
      expect(await ledger.read(events[0]!.stream)).toEqual(events);
    });

    test('another event in the same place is a conflict and changes nothing', async () => {
      const [first, second] = chain(stream(), 2);
      await appendAll([first!, second!]);
      expect(await ledger.append(seal(first, first!.stream, approved('late', 1)))).toBe('conflict');
      expect(await ledger.read(first!.stream)).toEqual([first, second]);
    });

    test('the same event id with other content is a conflict', async () => {
      const name = stream();
      await appendAll([seal(undefined, name, approved('same', 0))]);
      expect(await ledger.append(seal(undefined, name, approved('same', 1)))).toBe('conflict');
    });

    test('of fifty at once in one place exactly one wins', async () => {
      const name = stream();
      const rivals = Array.from({ length: 50 }, (_, n) => seal(undefined, name, approved(`rival-${n}`)));
      const outcomes = await Promise.all(rivals.map((rival) => ledger.append(rival)));
      expect(outcomes.filter((outcome) => outcome === 'appended')).toHaveLength(1);
      expect(await ledger.read(name)).toEqual([rivals[outcomes.indexOf('appended')]]);
    });

    test('the same event fifty times at once is appended by all', async () => {
      const [event] = chain(stream(), 1);
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => ledger.append(event!)));
      expect(new Set(outcomes)).toEqual(new Set(['appended']));
      expect(await ledger.read(event!.stream)).toEqual([event]);
    });

    test('a stream longer than a megabyte is read whole', async () => {
      const events = chain(stream(), 15, 100_000);
      await appendAll(events);
      expect(await ledger.read(events[0]!.stream)).toEqual(events);
      expect(await ledger.last(events[0]!.stream)).toEqual(events.at(-1));
    });

    test('streams whose names begin alike are apart', async () => {
      const name = stream();
      const [one, longer] = [chain(name, 2), chain(`${name}#x`, 1)];
      await appendAll([...one, ...longer]);
      expect(await ledger.read(name)).toEqual(one);
    });

    test('text of any script and member names of any kind survive', async () => {
      const name = stream();
      const event = seal(undefined, name, {
        ...approved('é́ 🎩 \u0000 \u2028 __proto__ "\\'),
        actor: { kind: 'person', handle: 'ﬀ' },
      });
      await appendAll([event]);
      expect(await ledger.read(name)).toEqual([event]);
    });

    test('an event that was not sealed is a mistake of ours', async () => {
      const [event] = chain(stream(), 1);
      await expect(ledger.append({ ...event!, hash: 'x' })).rejects.toThrow(TypeError);
      expect(await ledger.read(event!.stream)).toStrictEqual([]);
    });
  });
};
