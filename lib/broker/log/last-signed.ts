import type { KeyObject } from 'node:crypto';
import type { StoredEvent } from '../../domain/event.ts';
import { type Checkpoint, CheckpointError, checkpointHash, verifyCheckpoint } from './checkpoint.ts';
import { CHECKPOINT } from './head.ts';
import type { LedgerParts } from './ports.ts';

/** A checkpoint that one of our keys signed. */
export interface Signed {
  readonly text: string;
  readonly said: Checkpoint;
}

export interface SignedReader {
  readonly ledger: LedgerParts;
  /** An event of the stream `checkpoint` that none of our keys signed, or that is a copy of an earlier one. */
  readonly forged: (seq: number) => void;
}

/** Events that are read at once. */
const PART = 100;

/**
 * The last checkpoint in the stream that is ours and chained to the one before it; what else stands there is told and passed over. Undefined where there
 * is none. Where the last two are as they should be, nothing else is read.
 *
 * @throws HatcheckError `ledger_unavailable`
 */
export const lastSigned = async (
  { ledger, forged }: SignedReader,
  end: StoredEvent,
  keys: readonly KeyObject[],
): Promise<Signed | undefined> => {
  const last = signedIn(end, keys);
  const [before] = end.seq === 0 ? [] : await ledger.part(CHECKPOINT, end.seq - 1, end.seq - 1);
  const signedBefore = before && signedIn(before, keys);
  // A good signature is not enough: it could be a copy of an earlier one.
  if (last && (end.seq === 0 || signedBefore) && follows(last, signedBefore)) return last;
  // NB. from the very beginning: whoever puts enough of them there must not choose where ours go on.
  let tip: Signed | undefined;
  for (let from = 0; from <= end.seq; from += PART) {
    for (const event of await ledger.part(CHECKPOINT, from, Math.min(from + PART - 1, end.seq))) {
      const signed = signedIn(event, keys);
      if (signed && follows(signed, tip)) tip = signed;
      else forged(event.seq);
    }
  }
  return tip;
};

const follows = ({ said }: Signed, before: Signed | undefined): boolean =>
  said.previous === (before ? checkpointHash(before.text) : '');

const signedIn = ({ type, data }: StoredEvent, keys: readonly KeyObject[]): Signed | undefined => {
  if (type !== 'checkpoint.signed') return undefined;
  try {
    return { text: data.checkpoint, said: verifyCheckpoint(data, keys) };
  } catch (error) {
    if (error instanceof CheckpointError || error instanceof TypeError) return undefined;
    throw error;
  }
};
