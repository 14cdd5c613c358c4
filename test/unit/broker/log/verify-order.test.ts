import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCheckpoint } from '../../../../lib/broker/log/checkpoint.ts';
import { emptyFrontier } from '../../../../lib/broker/log/frontier.ts';
import { badLeaf, leavesOf, provenBy } from '../../../../lib/broker/log/verify-leaves.ts';
import { checkpointKey, logOf } from '../../../support/audit-log.ts';

/** All different, as hashes are. */
const sequences = fc.uniqueArray(fc.nat(), { minLength: 2, maxLength: 12 }).map((numbers) => numbers.map(String));
const placed = sequences.chain((wanted) => fc.record({ wanted: fc.constant(wanted), at: fc.nat(wanted.length - 1) }));
const found = (told: readonly string[], wanted: readonly string[]) => badLeaf(leavesOf(told), leavesOf(wanted));

test('finds nothing where two sequences are the same', () => {
  fc.assert(
    fc.property(sequences, (wanted) => {
      expect(found(wanted, wanted)).toBeUndefined();
    }),
  );
});

test('finds something wherever they are not', () => {
  fc.assert(
    fc.property(sequences, sequences, (told, wanted) => {
      fc.pre(told.join() !== wanted.join());
      const first = Array.from({ length: 13 }, (_, at) => at).find((at) => told[at] !== wanted[at]);
      expect(found(told, wanted)).toMatchObject({ position: first });
    }),
  );
});

test('tells by name what was done at one place, whichever it is', () => {
  fc.assert(
    fc.property(placed, ({ wanted, at }) => {
      expect(found(wanted.with(at, 'another'), wanted)).toMatchObject({ what: 'altered', position: at });
      expect(found(wanted.toSpliced(at, 1), wanted)).toMatchObject({ what: 'dropped', position: at });
      expect(found(wanted.toSpliced(at, 0, 'another'), wanted)).toMatchObject({ what: 'added', position: at });
      expect(found([...wanted, wanted[at]!], wanted)).toMatchObject({ what: 'added', position: wanted.length });
    }),
  );
});

test('tells a place that was taken by another one as a change of order, wherever that is', () => {
  fc.assert(
    fc.property(placed, fc.nat(), ({ wanted, at }, other) => {
      const to = other % wanted.length;
      fc.pre(at < to);
      const moved = wanted.toSpliced(at, 1).toSpliced(to, 0, wanted[at]!);
      const swapped = wanted.with(at, wanted[to]!).with(to, wanted[at]!);
      expect(found(moved, wanted)).toMatchObject({ what: 'reordered', position: at });
      expect(found(swapped, wanted)).toMatchObject({ what: 'reordered', position: at });
    }),
  );
});

test('hashes prove a checkpoint where they make its root, and no others do', () => {
  const [step] = [...logOf({ events: 5, every: 5, key: checkpointKey() })];
  const hashes = step!.events.map(({ hash }) => hash);
  const checkpoint = { ...parseCheckpoint(step!.checkpoint), seq: 0, hash: '' };
  const proven = (of: readonly string[], more = {}) =>
    provenBy(emptyFrontier, { ...checkpoint, ...more }, leavesOf(of), [2, 5]);
  expect([...(proven(hashes)?.roots ?? [])].map(([size]) => size)).toEqual([2, 5]);
  expect(proven(hashes)?.roots.get(5)).toBe(checkpoint.root);
  expect(proven(hashes.toReversed())).toBeUndefined();
  expect(proven(hashes, { size: 6 })).toBeUndefined();
  expect(proven(hashes.with(2, 'none'))).toBeUndefined();
});
