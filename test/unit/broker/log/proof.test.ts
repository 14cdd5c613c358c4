import { describe, expect, test } from '@jest/globals';
import { isConsistent, rootFromInclusion } from '../../../../lib/broker/log/proof.ts';
import { consistencyPath, inclusionPath, rootBy } from '../../../../lib/broker/log/prove.ts';
import { grownTiles, type ReadTile } from '../../../../lib/broker/log/tiles.ts';
import { hexOf, naivePath, naiveProof, naiveRoot, someLeaves, splitOf } from './naive.ts';

const LEAVES = someLeaves(301);
const ROOTS = LEAVES.map((_, size) => naiveRoot(LEAVES.slice(0, size)));
const rootAt = (size: number): Buffer => ROOTS[size] ?? Buffer.alloc(0);
const leafAt = (index: number): Buffer => LEAVES[index] ?? Buffer.alloc(0);

const TILES = new Map(grownTiles(0, [], LEAVES).map(({ level, n, hashes }) => [`${level}/${n}`, hashes]));
const read: ReadTile = ({ level, n }) => Promise.resolve(TILES.get(`${level}/${n}`) ?? []);

const known = new Map<string, Buffer>();

/** `naiveRoot` of these leaves, each once. */
const rootOfRange = (start: number, end: number): Buffer => {
  const key = `${start}-${end}`;
  const root = known.get(key) ?? naiveRoot(LEAVES.slice(start, end));
  known.set(key, root);
  return root;
};

/** `naivePath`, for as many as there are. */
const quickPath = (index: number, start: number, end: number): readonly Buffer[] => {
  if (end - start === 1) return [];
  const middle = start + splitOf(end - start);
  return index < middle
    ? [...quickPath(index, start, middle), rootOfRange(middle, end)]
    : [...quickPath(index, middle, end), rootOfRange(start, middle)];
};

const inclusionOf = (leaf: Buffer, index: number, size: number, path: readonly Buffer[]): string => {
  try {
    return rootFromInclusion(leaf, index, size, path).equals(rootAt(size)) ? 'in the log' : 'another root';
  } catch (error) {
    return error instanceof TypeError ? 'no such path' : 'a fault of ours';
  }
};

const altered = (hash: Buffer): Buffer => {
  const copy = Buffer.from(hash);
  copy[31] = (copy[31] ?? 0) ^ 1;
  return copy;
};

describe('the proof that an event is in the log', () => {
  test('leads to the root along the path of RFC 9162, for every place at every size up to 300', () => {
    const wrong: string[] = [];
    for (let size = 1; size <= 300; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const what = inclusionOf(leafAt(index), index, size, quickPath(index, 0, size));
        if (what !== 'in the log') wrong.push(`${index} of ${size}: ${what}`);
      }
    }
    expect(wrong).toStrictEqual([]);
  });

  test('is made of tiles as RFC 9162 defines it', async () => {
    for (let size = 1; size <= 300; size += size < 40 ? 1 : 13) {
      // Beyond a few sizes a sample, and the last places, which have fewer siblings.
      const places = LEAVES.slice(0, size).map((_, index) => index);
      for (const index of places.filter((at) => size < 40 || at % 37 === 0 || at >= size - 2)) {
        const path = await inclusionPath(read, index, size);
        expect(hexOf(path)).toEqual(hexOf(quickPath(index, 0, size)));
        if (size < 40) expect(hexOf(path)).toEqual(hexOf(naivePath(index, LEAVES.slice(0, size))));
      }
    }
  });

  test('proves no other leaf, place or size, and nothing when a hash in it is altered, moved, left out or added', async () => {
    for (let size = 2; size <= 40; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const path = await inclusionPath(read, index, size);
        const leaf = leafAt(index);
        const forged: string[] = [
          inclusionOf(leafAt(300), index, size, path),
          inclusionOf(leaf, index, size, path.slice(1)),
          inclusionOf(leaf, index, size, path.slice(0, -1)),
          inclusionOf(leaf, index, size, [...path, leafAt(0)]),
          inclusionOf(leaf, index, size, [leafAt(300), ...path]),
          inclusionOf(leaf, size, size, path),
          inclusionOf(leaf, -1, size, path),
          inclusionOf(leaf, index + 0.5, size, path),
        ];
        for (let other = 0; other < size; other += 1) {
          if (other !== index) forged.push(inclusionOf(leaf, other, size, path));
        }
        for (const [at, hash] of path.entries()) {
          forged.push(inclusionOf(leaf, index, size, path.with(at, altered(hash))));
          const next = path[at + 1];
          if (next) forged.push(inclusionOf(leaf, index, size, path.with(at, next).with(at + 1, hash)));
        }
        expect(forged).not.toContain('in the log');
        expect(forged).not.toContain('a fault of ours');
      }
    }
  });

  test('of one size is none of another', async () => {
    for (let size = 1; size <= 33; size += 1) {
      for (let other = 1; other <= 33; other += 1) {
        if (other === size) continue;
        const path = await inclusionPath(read, 0, size);
        expect(inclusionOf(leafAt(0), 0, other, path)).not.toBe('in the log');
      }
    }
  });

  test('is not made of a leaf that is not there', async () => {
    for (const index of [-1, 5, 0.5, Number.NaN])
      await expect(inclusionPath(read, index, 5)).rejects.toThrow(TypeError);
  });
});

describe('the proof that a log only grew', () => {
  const head = (size: number) => ({ size, root: rootAt(size) });

  test('is that of RFC 9162 and convinces, for all pairs of sizes up to 70', async () => {
    for (let second = 0; second <= 70; second += 1) {
      for (let first = 0; first <= second; first += 1) {
        const path = await consistencyPath(read, first, second);
        if (first > 0) expect(hexOf(path)).toEqual(hexOf(naiveProof(first, LEAVES.slice(0, second))));
        expect(isConsistent(head(first), head(second), path)).toBe(true);
      }
    }
  });

  test('does not convince of other roots, other sizes, or when a hash in it is altered, moved, left out or added', async () => {
    for (let second = 2; second <= 40; second += 1) {
      for (let first = 1; first < second; first += 1) {
        const path = await consistencyPath(read, first, second);
        const [a, b] = [head(first), head(second)];
        const forged: boolean[] = [
          isConsistent({ ...a, root: altered(a.root) }, b, path),
          isConsistent(a, { ...b, root: altered(b.root) }, path),
          isConsistent({ ...a, size: first + 0.5 }, b, path),
          isConsistent({ ...a, size: -first }, b, path),
          isConsistent(b, a, path),
          isConsistent(a, b, path.slice(1)),
          isConsistent(a, b, path.slice(0, -1)),
          isConsistent(a, b, [...path, leafAt(0)]),
          isConsistent(a, b, [leafAt(0), ...path]),
          ...path.map((hash, at) => isConsistent(a, b, path.with(at, altered(hash)))),
        ];
        for (const [at, hash] of path.entries()) {
          const next = path[at + 1];
          if (next) forged.push(isConsistent(a, b, path.with(at, next).with(at + 1, hash)));
        }
        expect(forged).not.toContain(true);
      }
    }
  });

  test('of a log that was rewritten before the first size is not to be had', () => {
    for (let first = 1; first <= 20; first += 1) {
      const rewritten = LEAVES.with(first - 1, leafAt(300));
      const second = { size: 24, root: naiveRoot(rewritten.slice(0, 24)) };
      for (const leaves of [LEAVES, rewritten]) {
        const path = naiveProof(first, leaves.slice(0, 24));
        expect(isConsistent(head(first), second, path)).toBe(false);
      }
    }
  });

  test('needs no path from nothing or from itself, and takes none', () => {
    expect(isConsistent(head(0), head(5), [leafAt(0)])).toBe(false);
    expect(isConsistent(head(5), head(5), [leafAt(0)])).toBe(false);
    expect(isConsistent(head(5), { size: 5, root: rootAt(6) }, [])).toBe(false);
    expect(isConsistent(head(4), head(5), [])).toBe(false);
  });

  test.each([6, -1, 0.5])('is not made from %d leaves to five', async (first) => {
    await expect(consistencyPath(read, first, 5)).rejects.toThrow(TypeError);
  });
});

describe('the root by the tiles', () => {
  test('is that of the log at every size', async () => {
    for (let size = 0; size <= 300; size += size < 40 ? 1 : 13) {
      expect(await rootBy(read, size)).toEqual(rootAt(size));
    }
  });

  test('cannot be told while a tile is not there, or holds too little', async () => {
    const none: ReadTile = () => Promise.resolve([]);
    await expect(rootBy(none, 5)).rejects.toMatchObject({ code: 'ledger_unavailable' });
    const short: ReadTile = () => Promise.resolve(LEAVES.slice(0, 4));
    await expect(rootBy(short, 5)).rejects.toMatchObject({ code: 'ledger_unavailable' });
    await expect(inclusionPath(short, 2, 8)).rejects.toMatchObject({ code: 'ledger_unavailable' });
  });

  test('asks for each tile once, and for few of them', async () => {
    const asked: string[] = [];
    const counting: ReadTile = (place) => {
      asked.push(`${place.level}/${place.n}`);
      return read(place);
    };
    await inclusionPath(counting, 3, 300);
    expect(asked.sort()).toEqual(['0/0', '0/1']);
  });
});

test('an empty path shows nothing of a log that grew', () => {
  expect(isConsistent({ size: 3, root: rootAt(3) }, { size: 5, root: rootAt(5) }, [])).toBe(false);
});
