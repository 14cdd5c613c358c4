import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LastOfStream, lastOfStreams } from '../../../../lib/broker/log/last-of-streams.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

const last = fc.record({
  seq: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  at: fc.date({ noInvalidDate: true }).map((date) => date.getTime()),
  hash: fc.string().map(hashOf),
});

test('keeps of each stream what was set last, as a Map would', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ maxLength: 3 }), last)), (sets) => {
      const [table, map] = [lastOfStreams(), new Map<string, LastOfStream>()];
      for (const [stream, value] of sets) {
        table.set(stream, value);
        map.set(stream, value);
      }
      expect(table.size).toBe(map.size);
      for (const [stream, value] of map) expect(table.get(stream)).toEqual(value);
      expect(table.get('none of them')).toBeUndefined();
    }),
  );
});

test('keeps them while it grows over several blocks', () => {
  const table = lastOfStreams();
  const names = Array.from({ length: 40_000 }, (_, n) => `request#r_${n}`);
  for (const [seq, name] of names.entries()) table.set(name, { seq, at: seq, hash: hashOf(name) });
  expect(table.size).toBe(names.length);
  expect(names.every((name, seq) => table.get(name)?.seq === seq && table.get(name)?.hash === hashOf(name))).toBe(true);
});
