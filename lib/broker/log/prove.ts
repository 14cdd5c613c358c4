import { HatcheckError, refuse } from '../../domain/errors.ts';
import { appendLeaf, emptyFrontier, rootOf } from './frontier.ts';
import { nodeHash } from './merkle.ts';
import { once, type ReadTile, TILE_SIZE } from './tiles.ts';

/**
 * The path by which `rootFromInclusion` leads from a leaf to the root (RFC 9162, 2.1.3.1), in a few reads whatever the size.
 *
 * NB. tiles are derived: whoever gives a proof away holds it against the signed root first.
 *
 * @throws TypeError when there is no such leaf; HatcheckError `ledger_unavailable` when a tile is not there
 */
export const inclusionPath = async (read: ReadTile, index: number, size: number): Promise<readonly Buffer[]> => {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) throw new TypeError('there is no such leaf');
  return rootsOf(read, besides(index, { start: 0, end: size }));
};

/**
 * The path by which `isConsistent` sees that a log of `second` leaves begins with those of `first` (RFC 9162, 2.1.4.1).
 *
 * @throws TypeError when the first is the larger; HatcheckError `ledger_unavailable` when a tile is not there
 */
export const consistencyPath = async (read: ReadTile, first: number, second: number): Promise<readonly Buffer[]> => {
  if (!(Number.isSafeInteger(first) && first >= 0 && first <= second)) throw new TypeError('a log does not shrink');
  if (first === 0 || first === second) return [];
  return rootsOf(read, beyond(first, { start: 0, end: second }, true));
};

/** The root of the log's first `size` leaves, by the tiles. @throws HatcheckError `ledger_unavailable` when one is not there */
export const rootBy = async (read: ReadTile, size: number): Promise<Buffer> =>
  size === 0 ? rootOf(emptyFrontier) : rangeRoot(once(read), { start: 0, end: size });

/** Leaves from `start` up to and without `end`. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** What stands beside the way from a leaf to the root, from below. */
const besides = (index: number, range: Range): readonly Range[] => {
  if (range.end - range.start === 1) return [];
  const { left, right } = halves(range);
  return index < right.start ? [...besides(index, left), right] : [...besides(index, right), left];
};

/** SUBPROOF of RFC 9162, 2.1.4.1; `whole`: the range is the first log's own, whose root is known. */
const beyond = (first: number, range: Range, whole: boolean): readonly Range[] => {
  if (first === range.end) return whole ? [] : [range];
  const { left, right } = halves(range);
  return first <= right.start ? [...beyond(first, left, whole), right] : [...beyond(first, right, false), left];
};

/** The left one is the largest perfect tree that leaves something for the right one. */
const halves = ({ start, end }: Range): { readonly left: Range; readonly right: Range } => {
  let width = 1;
  while (width * 2 < end - start) width *= 2;
  return { left: { start, end: start + width }, right: { start: start + width, end } };
};

const rootsOf = (read: ReadTile, ranges: readonly Range[]): Promise<readonly Buffer[]> => {
  const reading = once(read);
  return Promise.all(ranges.map((range) => rangeRoot(reading, range)));
};

const rangeRoot = async (read: ReadTile, range: Range): Promise<Buffer> => {
  const height = Math.log2(range.end - range.start);
  if (Number.isInteger(height)) return perfectRoot(read, range.start, height);
  const { left, right } = halves(range);
  const [first, second] = await Promise.all([rangeRoot(read, left), rangeRoot(read, right)]);
  return nodeHash(first, second);
};

/** A perfect tree stands whole in one tile: the hashes of the highest level that is kept and not above it. */
const perfectRoot = async (read: ReadTile, start: number, height: number): Promise<Buffer> => {
  const level = Math.floor(height / Math.log2(TILE_SIZE));
  const position = start / TILE_SIZE ** level;
  const from = position % TILE_SIZE;
  const width = 2 ** height / TILE_SIZE ** level;
  const tile = await read({ level, n: Math.floor(position / TILE_SIZE) });
  const [root, ...more] = tile.slice(from, from + width).reduce(appendLeaf, emptyFrontier).roots;
  if (!root || more.length > 0 || tile.length < from + width) {
    throw new HatcheckError(
      refuse('ledger_unavailable', `tile ${level}/${Math.floor(position / TILE_SIZE)} is not whole`),
    );
  }
  return root;
};
