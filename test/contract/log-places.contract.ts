import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LogPlaces, Run } from '../../lib/broker/log/ports.ts';

export interface LogPlacesUnderTest {
  readonly places: LogPlaces;
  readonly close: () => Promise<void>;
}

const hashes = (count: number, of = 'hash'): readonly Buffer[] =>
  Array.from({ length: count }, (_, at) => createHash('sha256').update(`${of} ${at}`).digest());

/** What is promised of where events stand in the log, and of its tiles, whatever keeps them. */
export const logPlacesContract = (name: string, make: () => Promise<LogPlacesUnderTest>): void => {
  describe(`the places of the log in ${name}`, () => {
    let places: LogPlaces;
    let close: () => Promise<void>;
    let streams = 0;
    const stream = () => `request#places_${String((streams += 1))}`;

    beforeAll(async () => {
      ({ places, close } = await make());
    });
    afterAll(() => close());

    const run = (of: string, last: number, count: number, index: number): Run => ({ stream: of, last, count, index });

    test('runs are found by the events that they end at, in order, whatever the number of digits', async () => {
      const [of, other] = [stream(), stream()];
      const runs = [run(of, 1, 2, 0), run(of, 9, 8, 40), run(of, 10, 1, 99), run(of, 1_000_000, 2, 5_000_000_000)];
      for (const each of [...runs.toReversed(), run(other, 5, 1, 7)]) await places.putRun(each);
      expect(await places.runsFrom(of, 0)).toEqual(runs);
      expect(await places.runsFrom(of, 9)).toEqual(runs.slice(1));
      expect(await places.runsFrom(of, 11)).toEqual(runs.slice(3));
      expect(await places.runsFrom(of, 1_000_001)).toStrictEqual([]);
      expect(await places.runBefore(of, 10)).toEqual(runs[1]);
      expect(await places.runBefore(of, 1)).toBeUndefined();
      expect(await places.runBefore(of, 2_000_000)).toEqual(runs[3]);
      expect(await places.runsFrom(stream(), 0)).toStrictEqual([]);
    });

    test('a run is written as often as it is told', async () => {
      const of = stream();
      for (let times = 0; times < 2; times += 1) await places.putRun(run(of, 3, 4, 12));
      expect(await places.runsFrom(of, 0)).toEqual([run(of, 3, 4, 12)]);
    });

    test('a tile grows, is written again at its length, and never shrinks unless it is said so', async () => {
      const place = { level: 2, n: 77 };
      expect(await places.tile(place)).toStrictEqual([]);
      expect(await places.putTile({ ...place, hashes: hashes(3) })).toBe('written');
      expect(await places.putTile({ ...place, hashes: hashes(256) })).toBe('written');
      expect(await places.tile(place)).toEqual(hashes(256));
      expect(await places.putTile({ ...place, hashes: hashes(256, 'other') })).toBe('written');
      expect(await places.putTile({ ...place, hashes: hashes(5) })).toBe('longer');
      expect(await places.tile(place)).toEqual(hashes(256, 'other'));
      expect(await places.putTile({ ...place, hashes: hashes(5) }, 'over')).toBe('written');
      expect(await places.tile(place)).toEqual(hashes(5));
      expect(await places.tile({ level: 2, n: 7 })).toStrictEqual([]);
    });
  });
};
