import type { KeyObject } from 'node:crypto';
import type { Tampering } from '../first-bad.ts';
import { isBefore } from '../../domain/time.ts';
import type { BadPlace, Sign } from './bad-place.ts';
import {
  type Checkpoint,
  CheckpointError,
  type SignedCheckpoint,
  checkpointHash,
  parseCheckpoint,
  verifyCheckpoint,
} from './checkpoint.ts';

/** A checkpoint whose signature was verified, in its place in the stream `checkpoint`. */
export interface VerifiedCheckpoint extends Checkpoint {
  readonly seq: number;
  /** What the next one names as the one before it. */
  readonly hash: string;
}

type BadCheckpoint = Pick<BadPlace, 'what' | 'sign' | 'kid'>;

/** @returns what it says, where one of the keys signed it; else why not */
export const signedBy = (
  keys: readonly KeyObject[],
  seq: number,
  signed: SignedCheckpoint,
): VerifiedCheckpoint | BadCheckpoint => {
  try {
    return { ...verifyCheckpoint(signed, keys), seq, hash: checkpointHash(signed.checkpoint) };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const { kid } = signed;
    if (error.fault === 'key') return { what: 'altered', sign: 'key', kid };
    return { what: 'altered', sign: error.fault === 'signature' ? 'signature' : 'checkpoint' };
  }
};

export const isBadCheckpoint = (found: VerifiedCheckpoint | BadCheckpoint): found is BadCheckpoint => 'sign' in found;

/**
 * Holds a checkpoint against the one before it, undefined for the first.
 * @param later the texts of those after it, for saying what became of it
 * @returns undefined where it continues it
 */
export const verifyContinues = async (
  before: VerifiedCheckpoint | undefined,
  checkpoint: VerifiedCheckpoint,
  later: () => AsyncIterable<string>,
): Promise<BadCheckpoint | undefined> => {
  const sign = signOf(before, checkpoint);
  return sign && { sign, what: sign === 'previous' ? await becameOf(before, checkpoint, later()) : 'altered' };
};

const signOf = (before: VerifiedCheckpoint | undefined, checkpoint: VerifiedCheckpoint): Sign | undefined => {
  if (checkpoint.previous !== (before?.hash ?? '')) return 'previous';
  if (!before) return undefined;
  if (checkpoint.log !== before.log) return 'name';
  if (checkpoint.size < before.size) return 'size';
  return isBefore(checkpoint.at, before.at) ? 'time' : undefined;
};

const becameOf = async (
  before: VerifiedCheckpoint | undefined,
  checkpoint: VerifiedCheckpoint,
  later: AsyncIterable<string>,
): Promise<Tampering> => {
  let follows = false;
  for await (const text of later) follows ||= previousIn(text) === (before?.hash ?? '');
  const isOlder = before !== undefined && checkpoint.size <= before.size;
  if (follows) return isOlder ? 'added' : 'reordered';
  return isOlder ? 'altered' : 'dropped';
};

const previousIn = (text: string): string | undefined => {
  try {
    return parseCheckpoint(text).previous;
  } catch {
    // It is none.
    return undefined;
  }
};
