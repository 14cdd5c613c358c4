import type { KeyObject } from 'node:crypto';
import { HatcheckError } from '../../domain/errors.ts';
import type { StoredEvent } from '../../domain/event.ts';
import { certain } from '../../domain/invariant.ts';
import type { Instant } from '../../domain/principal.ts';
import { type Checkpoint, CheckpointError, verifyCheckpoint } from '../log/checkpoint.ts';
import { hashBytes, leafHash } from '../log/merkle.ts';
import type { LedgerParts, LogPlaces, Run } from '../log/ports.ts';
import { rootFromInclusion } from '../log/proof.ts';
import { inclusionPath } from '../log/prove.ts';
import type { ReadTile } from '../log/tiles.ts';
import type { Ledger } from '../ports.ts';

/** What the log is read by, to see what it proves. */
export interface LogReader {
  readonly ledger: Pick<Ledger, 'last'> & LedgerParts;
  readonly places: Pick<LogPlaces, 'runsFrom' | 'tile'>;
  /** The public keys that sign checkpoints, or did. */
  readonly checkpointKeys: () => Promise<readonly KeyObject[]>;
}

/** The newest checkpoint that one of our keys signed, as it is on record. */
export interface SignedOnRecord {
  /** In the stream `checkpoint`. */
  readonly seq: number;
  readonly said: Checkpoint;
  readonly checkpoint: string;
  readonly signature: string;
  readonly kid: string;
}

/** An event and the log: what the newest checkpoint says of it. */
export type LogPlace =
  | { readonly state: 'proved'; readonly index: number; readonly checkpoint: number; readonly at: Instant }
  /** `waiting`: no checkpoint covers it yet. */
  | { readonly state: 'waiting'; readonly index?: number }
  /** What should prove it leads to no root that was signed: `hatcheck audit verify` says what became of it. */
  | { readonly state: 'unproved'; readonly index: number };

const CHECKPOINTS = 'checkpoint';
/** So far back at the most: whoever put more than that there has shown it often enough. */
const LOOK_BACK = 100;

/**
 * The newest in the stream that one of these keys signed; what else stands there is passed over. One that was put there again proves what it
 * always proved.
 * @throws HatcheckError `ledger_unavailable`, `aws_unavailable`
 */
export const newestCheckpoint = async ({ ledger, checkpointKeys }: LogReader): Promise<SignedOnRecord | undefined> => {
  const [last, keys] = await Promise.all([ledger.last(CHECKPOINTS), checkpointKeys()]);
  if (!last) return undefined;
  const own = signedIn(last, keys);
  if (own) return own;
  const before = await ledger.part(CHECKPOINTS, Math.max(0, last.seq - LOOK_BACK), last.seq - 1);
  return before.toReversed().flatMap((event) => signedIn(event, keys) ?? [])[0];
};

/** Undefined for an event that is no checkpoint of one of these keys. */
export const signedIn = ({ type, seq, data }: StoredEvent, keys: readonly KeyObject[]): SignedOnRecord | undefined => {
  if (type !== 'checkpoint.signed') return undefined;
  try {
    const { checkpoint, signature, kid } = data;
    return { seq, said: verifyCheckpoint({ checkpoint, signature, kid }, keys), checkpoint, signature, kid };
  } catch (error) {
    if (error instanceof CheckpointError || error instanceof TypeError) return undefined;
    throw error;
  }
};

/**
 * Where each of the events stands, by its id: proved only if a path of hashes leads from this very event to the signed root.
 * @throws HatcheckError `ledger_unavailable`
 */
export const logPlacesOf = async (
  { places }: Pick<LogReader, 'places'>,
  events: readonly StoredEvent[],
  signed: SignedOnRecord | undefined,
): Promise<ReadonlyMap<string, LogPlace>> => {
  const streams = [...new Set(events.map(({ stream }) => stream))];
  const runs = new Map(
    await Promise.all(streams.map(async (stream) => [stream, await places.runsFrom(stream, 0)] as const)),
  );
  const read = readOnce(places.tile);
  return new Map(
    await Promise.all(
      events.map(async (event) => {
        const index = indexIn(certain(runs.get(event.stream), 'the runs of each stream were read'), event.seq);
        return [event.eventId, await placeOf(read, event, index, signed)] as const;
      }),
    ),
  );
};

const placeOf = async (
  read: ReadTile,
  event: StoredEvent,
  index: number | undefined,
  signed: SignedOnRecord | undefined,
): Promise<LogPlace> => {
  if (index === undefined) return { state: 'waiting' };
  if (!signed || index >= signed.said.size) return { state: 'waiting', index };
  return (await isProved(read, event, index, signed.said))
    ? { state: 'proved', index, checkpoint: signed.seq, at: signed.said.at }
    : { state: 'unproved', index };
};

const isProved = async (
  read: ReadTile,
  { hash }: StoredEvent,
  index: number,
  { size, root }: Checkpoint,
): Promise<boolean> => {
  try {
    const path = await inclusionPath(read, index, size);
    return rootFromInclusion(leafHash(hash), index, size, path).equals(hashBytes(root));
  } catch (error) {
    // A tile that is not whole proves nothing; whether the table can be read at all, the runs have shown.
    if (error instanceof TypeError || error instanceof HatcheckError) return false;
    throw error;
  }
};

/** Which leaf of the log an event of the stream is. */
export const indexIn = (runs: readonly Run[], seq: number): number | undefined => {
  const run = runs.find(({ last, count }) => last - count < seq && seq <= last);
  return run && run.index + seq - (run.last - run.count + 1);
};

/** Each tile is read once, however many proofs need it. */
export const readOnce = (read: ReadTile): ReadTile => {
  const tiles = new Map<string, Promise<readonly Buffer[]>>();
  return (place) => {
    const key = `${place.level}/${place.n}`;
    const reading = tiles.get(key) ?? read(place);
    tiles.set(key, reading);
    return reading;
  };
};
