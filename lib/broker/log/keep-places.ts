import { frontierOf } from './frontier.ts';
import { ForgedLogError, isExtension, LOG } from './head.ts';
import { leafHash } from './merkle.ts';
import type { LedgerParts, LogPlaces, Run, TypedEvent } from './ports.ts';
import { areTilesOf, grownTiles, partialTiles, type Tile } from './tiles.ts';

export interface PlacesKeeper {
  readonly ledger: LedgerParts;
  readonly places: LogPlaces;
  /** What is derived of the log was not what the log says, and is made anew: somebody else wrote there, or took it away. */
  readonly repaired: (what: 'tiles' | 'run') => void;
}

type Extension = TypedEvent<'log.extended'>;

/**
 * Writes where the entries of that event stand, and the tiles that they are in: the same as often as it is done. When the tiles before them are not
 * those of the log, all are made anew.
 *
 * @throws HatcheckError `ledger_unavailable`; ForgedLogError when the log cannot be read to its end
 */
export const keepPlaces = async (keeper: PlacesKeeper, event: Extension): Promise<void> => {
  const { places } = keeper;
  const unfilled = await Promise.all(
    partialTiles(event.data.first).map(async ({ length, ...place }) => ({
      ...place,
      hashes: (await places.tile(place)).slice(0, length),
    })),
  );
  const grown = grownBy(event, unfilled);
  if (!grown || !(await putTiles(places, grown))) {
    keeper.repaired('tiles');
    await rebuildPlaces(keeper, event.seq);
  }
  // Where there is a run, there is the leaf that it names.
  await Promise.all(runsOf(event).map((run) => places.putRun(run)));
};

/**
 * Writes all that is derived of the log up to that event of it, whatever is there: one pass over the stream, in constant memory.
 *
 * @throws as `keepPlaces`
 */
export const rebuildPlaces = async ({ ledger, places }: PlacesKeeper, last: number): Promise<void> => {
  let unfilled: readonly Tile[] = [];
  let next = 0;
  while (next <= last) {
    const part = await ledger.part(LOG, next, Math.min(next + PART - 1, last));
    for (const event of part) {
      const grown = isExtension(event) && event.seq === next ? grownBy(event, unfilled) : undefined;
      if (!isExtension(event) || !grown) throw new ForgedLogError(next);
      for (const tile of grown) await places.putTile(tile, 'over');
      await Promise.all(runsOf(event).map((run) => places.putRun(run)));
      unfilled = unfilledAfter(event, unfilled, grown);
      next += 1;
    }
    if (part.length === 0) throw new ForgedLogError(next);
  }
};

/** Events of the log that are read at once. */
export const PART = 100;

/** Entries of one stream that stand side by side are one run. */
export const runsOf = ({ data }: Extension): readonly Run[] => {
  const runs: Run[] = [];
  for (const [at, { stream, seq }] of data.entries.entries()) {
    const run = runs.at(-1);
    if (run?.stream === stream && run.last + 1 === seq) runs.splice(-1, 1, { ...run, last: seq, count: run.count + 1 });
    else runs.push({ stream, last: seq, count: 1, index: data.first + at });
  }
  return runs;
};

/** The tiles that the event changes; undefined when what is unfilled then is not what its frontier says. */
const grownBy = (event: Extension, unfilled: readonly Tile[]): readonly Tile[] | undefined => {
  const { first, entries, carried } = event.data;
  const grown = grownTiles(
    first,
    unfilled,
    entries.map(({ hash }) => leafHash(hash)),
  );
  return areTilesOf(frontierOf(carried), unfilledAfter(event, unfilled, grown)) ? grown : undefined;
};

const unfilledAfter = ({ data }: Extension, before: readonly Tile[], grown: readonly Tile[]): readonly Tile[] =>
  partialTiles(data.carried.size).flatMap(
    (place) => [...grown, ...before].find(({ level, n }) => level === place.level && n === place.n) ?? [],
  );

/** False when a tile that holds more begins with something else. */
const putTiles = async (places: LogPlaces, tiles: readonly Tile[]): Promise<boolean> => {
  for (const tile of tiles) {
    if ((await places.putTile(tile)) === 'written') continue;
    // Another sequencer is further already.
    const there = await places.tile(tile);
    if (!tile.hashes.every((hash, at) => there[at]?.equals(hash))) return false;
  }
  return true;
};
