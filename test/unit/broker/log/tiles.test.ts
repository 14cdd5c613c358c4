import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { appendLeaf, emptyFrontier } from '../../../../lib/broker/log/frontier.ts';
import { consistencyPath, inclusionPath, rootBy } from '../../../../lib/broker/log/prove.ts';
import { isConsistent, rootFromInclusion } from '../../../../lib/broker/log/proof.ts';
import {
  areTilesOf,
  grownTiles,
  partialTiles,
  type ReadTile,
  type Tile,
  TILE_SIZE,
} from '../../../../lib/broker/log/tiles.ts';
import { naiveRoot, someLeaves } from './naive.ts';

const MANY = 70_000;
const LEAVES = someLeaves(MANY);
const frontierAt = (size: number) => LEAVES.slice(0, size).reduce(appendLeaf, emptyFrontier);

/** A shelf on which longer tiles take the place of shorter ones. */
const shelf = () => {
  const tiles = new Map<string, Tile>();
  const put = (grown: readonly Tile[]): void => {
    for (const tile of grown) tiles.set(`${tile.level}/${tile.n}`, tile);
  };
  const read: ReadTile = ({ level, n }) => Promise.resolve(tiles.get(`${level}/${n}`)?.hashes ?? []);
  const unfilled = (size: number): readonly Tile[] =>
    partialTiles(size).map(({ level, n }) => ({ level, n, hashes: tiles.get(`${level}/${n}`)?.hashes ?? [] }));
  return { tiles, put, read, unfilled };
};

describe('tiles', () => {
  test('are the same whether the log grew at once or little by little', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 }), (steps) => {
        const { tiles, put, unfilled } = shelf();
        let size = 0;
        for (const step of steps) {
          put(grownTiles(size, unfilled(size), LEAVES.slice(size, size + step)));
          size += step;
          expect(areTilesOf(frontierAt(size), unfilled(size))).toBe(true);
        }
        const atOnce = new Map(
          grownTiles(0, [], LEAVES.slice(0, size)).map((tile) => [`${tile.level}/${tile.n}`, tile]),
        );
        expect(tiles).toEqual(atOnce);
      }),
      { numRuns: 20 },
    );
  });

  test('hold 256 hashes each, and the roots of full ones stand a level higher', () => {
    const tiles = grownTiles(0, [], LEAVES);
    expect(tiles.every(({ hashes }) => hashes.length <= TILE_SIZE)).toBe(true);
    const heights = [0, 1, 2].map((level) => tiles.filter((tile) => tile.level === level).length);
    expect(heights).toEqual([274, 2, 1]);
    const first = tiles.find(({ level, n }) => level === 1 && n === 0);
    expect(first?.hashes[1]).toEqual(naiveRoot(LEAVES.slice(256, 512)));
    expect(tiles.find(({ level }) => level === 2)?.hashes).toEqual([naiveRoot(LEAVES.slice(0, 65_536))]);
  });

  test('that are unfilled are those that the size says', () => {
    expect(partialTiles(0)).toStrictEqual([]);
    expect(partialTiles(256)).toEqual([{ level: 1, n: 0, length: 1 }]);
    expect(partialTiles(70_000)).toEqual([
      { level: 0, n: 273, length: 112 },
      { level: 1, n: 1, length: 17 },
      { level: 2, n: 0, length: 1 },
    ]);
  });

  test('of three levels prove places and growth in at most six reads', async () => {
    const { put, read } = shelf();
    put(grownTiles(0, [], LEAVES));
    const root = naiveRoot(LEAVES);
    expect(await rootBy(read, MANY)).toEqual(root);
    for (const index of [0, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999]) {
      let reads = 0;
      const path = await inclusionPath(
        (place) => {
          reads += 1;
          return read(place);
        },
        index,
        MANY,
      );
      expect(reads).toBeLessThanOrEqual(6);
      expect(rootFromInclusion(LEAVES[index] ?? Buffer.alloc(0), index, MANY, path)).toEqual(root);
    }
    for (const first of [1, 255, 256, 65_536, 65_537, 69_999]) {
      const before = { size: first, root: naiveRoot(LEAVES.slice(0, first)) };
      expect(isConsistent(before, { size: MANY, root }, await consistencyPath(read, first, MANY))).toBe(true);
    }
  });

  test('that somebody altered, emptied, cut or moved are not those of the frontier', () => {
    const size = 70_000;
    const { put, unfilled } = shelf();
    put(grownTiles(0, [], LEAVES));
    const tiles = unfilled(size);
    const frontier = frontierAt(size);
    expect(areTilesOf(frontier, tiles)).toBe(true);
    for (const [at, tile] of tiles.entries()) {
      const forged: readonly Tile[] = [
        { ...tile, hashes: [] },
        { ...tile, hashes: tile.hashes.slice(1) },
        { ...tile, hashes: [...tile.hashes, Buffer.alloc(32)] },
        { ...tile, hashes: tile.hashes.with(-1, Buffer.alloc(32)) },
        { ...tile, hashes: tile.hashes.with(0, Buffer.alloc(32)) },
        { ...tile, n: tile.n + 1 },
        { ...tile, level: tile.level + 1 },
      ];
      for (const one of forged) expect(areTilesOf(frontier, tiles.with(at, one))).toBe(false);
    }
    expect(areTilesOf(frontier, tiles.slice(1))).toBe(false);
    expect(areTilesOf(frontier, [...tiles, ...tiles])).toBe(false);
    expect(areTilesOf({ ...frontier, roots: frontier.roots.slice(1) }, tiles)).toBe(false);
  });
});
