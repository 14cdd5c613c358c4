import { certain } from '../../domain/invariant.ts';
import { appendLeaf, emptyFrontier, type Frontier } from './frontier.ts';

/** Hashes in a full tile: eight levels of the tree are worked out of one read. */
export const TILE_SIZE = 256;

/** Which tile: `level` 0 holds leaf hashes, each level above the roots of the full tiles below. */
export interface TilePlace {
  readonly level: number;
  readonly n: number;
}

export interface Tile extends TilePlace {
  /** At most `TILE_SIZE`; a tile that the log has not filled yet holds fewer. */
  readonly hashes: readonly Buffer[];
}

/**
 * The hashes of a tile, as many as are known; empty where there is none. Tiles are derived and prove nothing: whatever is made from them
 * is held against a root before anybody is given it.
 */
export type ReadTile = (place: TilePlace) => Promise<readonly Buffer[]>;

/** The tiles that a log of that size has not filled, with how many hashes each holds; lowest level first, none that is empty. */
export const partialTiles = (size: number): readonly (TilePlace & { readonly length: number })[] => {
  const partial: (TilePlace & { length: number })[] = [];
  for (let level = 0, nodes = size; nodes > 0; level += 1, nodes = Math.floor(nodes / TILE_SIZE)) {
    const length = nodes % TILE_SIZE;
    if (length > 0) partial.push({ level, n: Math.floor(nodes / TILE_SIZE), length });
  }
  return partial;
};

/** Whether the unfilled tiles of a log, lowest level first, are those of this frontier: so nothing forged is carried on. */
export const areTilesOf = ({ size, roots }: Frontier, tiles: readonly Tile[]): boolean => {
  const wanted = partialTiles(size);
  const inPlace = wanted.every(({ level, n, length }, at) => {
    const tile = tiles[at];
    return tile?.level === level && tile.n === n && tile.hashes.length === length;
  });
  if (!inPlace || tiles.length !== wanted.length) return false;
  const ofTiles = [...tiles].reverse().flatMap(({ hashes }) => hashes.reduce(appendLeaf, emptyFrontier).roots);
  return ofTiles.length === roots.length && roots.every((root, at) => ofTiles[at]?.equals(root));
};

/**
 * The tiles that more leaves change or begin, each as it is then.
 *
 * @param size of the log before them
 * @param unfilled the tiles that it has not filled (`partialTiles`)
 */
export const grownTiles = (size: number, unfilled: readonly Tile[], leaves: readonly Buffer[]): readonly Tile[] => {
  const grown: Tile[] = [];
  let nodes = size;
  for (let level = 0, hashes = leaves; hashes.length > 0; level += 1) {
    const before = unfilled.find((tile) => tile.level === level)?.hashes ?? [];
    const tiles = cut(level, Math.floor(nodes / TILE_SIZE), [...before, ...hashes]);
    grown.push(...tiles);
    nodes = Math.floor(nodes / TILE_SIZE);
    hashes = tiles.filter(isFull).map((tile) => perfectRoot(tile.hashes));
  }
  return grown;
};

const cut = (level: number, first: number, hashes: readonly Buffer[]): readonly Tile[] =>
  Array.from({ length: Math.ceil(hashes.length / TILE_SIZE) }, (_, at) => ({
    level,
    n: first + at,
    hashes: hashes.slice(at * TILE_SIZE, (at + 1) * TILE_SIZE),
  }));

const isFull = ({ hashes }: Tile): boolean => hashes.length === TILE_SIZE;

/** The root of the perfect tree over them. */
const perfectRoot = (hashes: readonly Buffer[]): Buffer =>
  certain(hashes.reduce(appendLeaf, emptyFrontier).roots[0], 'there is something to make a root of');

/** Asks for each tile once. */
export const once = (read: ReadTile): ReadTile => {
  const tiles = new Map<string, Promise<readonly Buffer[]>>();
  return (place) => {
    const key = `${place.level}/${place.n}`;
    const reading = tiles.get(key) ?? read(place);
    tiles.set(key, reading);
    return reading;
  };
};
