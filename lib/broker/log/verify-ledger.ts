import type { KeyObject } from 'node:crypto';
import { certain } from '../../domain/invariant.ts';
import type { BadPlace } from './bad-place.ts';
import { type Frontier, appendLeaf, rootOf } from './frontier.ts';
import { CHECKPOINT, LOG } from './head.ts';
import { type ReadTile, TILE_SIZE } from './tiles.ts';
import { verifiedBefore, verifyInStream } from './verify-checkpoint-stream.ts';
import { verifyEvents } from './verify-ledger-events.ts';
import { justBefore } from './stray.ts';
import type { LedgerItems } from './verify-ledger-ports.ts';
import { badLeaf, leavesOf } from './verify-leaves.ts';
import { type LogPlace, type LogStretch, placeAfter, readStretch } from './verify-log-stream.ts';
import { type VerifiedCheckpoint, isBadCheckpoint } from './verify-signed.ts';

/** Checkpoints by their numbers in the stream `checkpoint`, both included. */
export interface CheckpointRange {
  readonly from: number;
  /** Absent: to the last that is there. Otherwise it must be there. */
  readonly to?: number;
}

export interface LedgerVerdict {
  readonly checked: { readonly events: number; readonly checkpoints: number };
  /** The last checkpoint up to which all is well; of those that were asked for. */
  readonly last?: VerifiedCheckpoint;
  /** Absent where all is well. */
  readonly firstBad?: BadPlace;
  /** Where to go on: after so much work, or behind what is bad. Absent where nothing is left. */
  readonly next?: number;
}

/**
 * Verifies checkpoints of the ledger one after the other: each itself, the entries of `log` since the one before it, and every event that they name;
 * up to the first that is not as it was written, or to as many events as are asked for.
 *
 * NB. without a checkpoint that was noted elsewhere (an export has them), nothing shows that the newest were cut off.
 *
 * @param most so many events; a checkpoint that was begun is ended
 * @throws HatcheckError `ledger_unavailable`
 */
export const verifyLedger = async (
  ledger: LedgerItems,
  { from, to }: CheckpointRange,
  keys: readonly KeyObject[],
  most = 1000,
): Promise<LedgerVerdict> => {
  let last = await verifiedBefore(ledger, from, keys);
  let place = last ? await placeAfter(ledger, last.size) : undefined;
  let checked = { events: 0, checkpoints: 0 };
  const before = last;
  const verdict = (more: Omit<LedgerVerdict, 'checked'> = {}): LedgerVerdict => ({
    ...{ checked, ...more },
    ...(last && last !== before ? { last } : {}),
  });
  for (let seq = from; to === undefined || seq <= to; seq += 1) {
    const near = await ledger.items(CHECKPOINT, justBefore(seq), seq + LOOK_AHEAD);
    if (to === undefined && !near.some((item) => item.seq >= seq)) return verdict();
    const isLast = seq === to || (to === undefined && !near.some((item) => item.seq > seq));
    const next = isLast ? {} : { next: seq + 1 };
    const found = await verifyInStream(near, seq, last, keys);
    const index = last?.size ?? 0;
    if (isBadCheckpoint(found))
      return verdict({ firstBad: { ...found, index, stream: CHECKPOINT, seq, checkpoint: seq }, ...next });
    const covered = await verifyCovered(ledger, last, found, place);
    if ('bad' in covered) return verdict({ firstBad: { ...covered.bad, checkpoint: seq }, ...next });
    checked = { events: checked.events + found.size - index, checkpoints: checked.checkpoints + 1 };
    [last, place] = [found, covered.place];
    if (isLast) return verdict();
    if (checked.events >= most) return verdict(next);
  }
  return verdict();
};

const LOOK_AHEAD = 10;

/** What a checkpoint is the first to cover: the entries of `log`, and the events. */
const verifyCovered = async (
  ledger: LedgerItems,
  before: VerifiedCheckpoint | undefined,
  { size, root }: VerifiedCheckpoint,
  known: LogPlace | undefined,
): Promise<{ readonly place: LogPlace } | { readonly bad: BadPlace }> => {
  const index = before?.size ?? 0;
  const range = { index, to: size - 1 };
  const place = known ?? (await placeAfter(ledger, index));
  if (!place || (before && textOf(rootOf(place.frontier)) !== before.root))
    return { bad: { what: 'altered', sign: 'root', stream: LOG, index: 0, to: size - 1 } };
  const stretch = await readStretch(ledger, place, size);
  const { frontier } = stretch.next;
  if (frontier.size === size && textOf(rootOf(frontier)) === root) {
    if (stretch.fault) return { bad: { ...stretch.fault, stream: LOG } };
    const bad = await verifyEvents(ledger, stretch.entries, index);
    return bad ? { bad } : { place: stretch.next };
  }
  const wanted = await leavesByTiles(ledger.tile, place.frontier, size, root);
  if (wanted) return { bad: badEntry(stretch, wanted, place, index) };
  const missing = size - index - stretch.entries.length;
  const what = missing > 0 ? 'dropped' : missing < 0 ? 'added' : 'altered';
  return { bad: { what, sign: 'root', stream: LOG, seq: stretch.fault?.seq ?? place.seq, ...range } };
};

const textOf = (root: Buffer): string => root.toString('base64url');

/** The leaves since then as the tiles have them, if they make the root; base64url. */
const leavesByTiles = async (
  tile: ReadTile,
  from: Frontier,
  size: number,
  root: string,
): Promise<readonly string[] | undefined> => {
  const leaves: string[] = [];
  let frontier = from;
  while (frontier.size < size) {
    const n = Math.floor(frontier.size / TILE_SIZE);
    const hashes = (await tile({ level: 0, n })).slice(frontier.size % TILE_SIZE, size - n * TILE_SIZE);
    if (hashes.length === 0) return undefined;
    for (const leaf of hashes) {
      frontier = appendLeaf(frontier, leaf);
      leaves.push(textOf(leaf));
    }
  }
  return textOf(rootOf(frontier)) === root ? leaves : undefined;
};

/** Which event of `log` is not as it was, by its first entry that is not. */
const badEntry = (
  { entries, seqs, fault }: LogStretch,
  wanted: readonly string[],
  place: LogPlace,
  index: number,
): BadPlace => {
  const told = leavesOf(entries.map(({ leaf }) => textOf(leaf)));
  const { what, position } = certain(badLeaf(told, leavesOf(wanted)), 'the same entries make the same root');
  const before = seqs[position - 1] ?? place.seq - 1;
  const seq = seqs[position] === before ? before : before + 1;
  // What the event says of its own place tells more than its entries, of which those that follow may not have been read.
  const isPlain = fault?.what === 'altered' && fault.sign === 'chain';
  return {
    what: fault?.seq === seq && !isPlain ? fault.what : what,
    sign: 'leaves',
    stream: LOG,
    seq,
    index: index + position,
  };
};
