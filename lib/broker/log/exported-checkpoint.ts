import * as z from 'zod/mini';
import type { SignedCheckpoint } from './checkpoint.ts';

/** The hashes beside an exported checkpoint, one for each event since the one before it. */
export interface Leaves {
  readonly length: number;
  /** base64url, unchecked; undefined beyond the end. */
  at(index: number): string | undefined;
}

/** A checkpoint's file in an export, as it says it is. */
export interface ExportedCheckpoint extends SignedCheckpoint {
  readonly seq: number;
  /** The index of its first new event. */
  readonly first: number;
  readonly leaves: Leaves;
}

const headSchema = z.strictObject({
  ...{ seq: z.int().check(z.minimum(0)), checkpoint: z.string(), signature: z.string(), kid: z.string() },
  first: z.int().check(z.minimum(0)),
});

const [BEFORE_LEAVES, AFTER_LEAVES] = [Buffer.from(',"leaves":['), Buffer.from(']}')];
/** 43 letters in quotes, and a comma. */
const [LEAF_LETTERS, LEAF_STEP] = [43, 46];
const [QUOTE, COMMA] = ['"', ','].map((letter) => letter.charCodeAt(0));

/**
 * What stands in a checkpoint's file. The hashes stay in its bytes: a first checkpoint may be over a million events.
 *
 * @returns undefined when it is not letter for letter as an export writes it; a line's end may follow
 */
export const exportedCheckpoint = (content: Buffer): ExportedCheckpoint | undefined => {
  const bytes = content.at(-1) === 0x0a ? content.subarray(0, -1) : content;
  const start = bytes.lastIndexOf(BEFORE_LEAVES);
  if (start === -1 || !bytes.subarray(-AFTER_LEAVES.length).equals(AFTER_LEAVES)) return undefined;
  const head = `${bytes.toString('utf8', 0, start)}}`;
  const { success, data } = headSchema.safeParse(jsonOf(head));
  if (!success) return undefined;
  const { seq, checkpoint, signature, kid, first } = data;
  if (JSON.stringify({ seq, checkpoint, signature, kid, first }) !== head) return undefined;
  const leaves = leavesIn(bytes.subarray(start + BEFORE_LEAVES.length, -AFTER_LEAVES.length));
  return leaves && { ...data, leaves };
};

const leavesIn = (bytes: Buffer): Leaves | undefined => {
  const length = bytes.length === 0 ? 0 : (bytes.length + 1) / LEAF_STEP;
  if (!Number.isInteger(length)) return undefined;
  for (let at = 0; at < bytes.length; at += LEAF_STEP) {
    const isQuoted = bytes[at] === QUOTE && bytes[at + LEAF_LETTERS + 1] === QUOTE;
    const isLast = at + LEAF_STEP > bytes.length;
    if (!isQuoted || (!isLast && bytes[at + LEAF_STEP - 1] !== COMMA)) return undefined;
  }
  return {
    length,
    at: (index) =>
      index >= 0 && index < length
        ? bytes.toString('latin1', index * LEAF_STEP + 1, index * LEAF_STEP + 1 + LEAF_LETTERS)
        : undefined,
  };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
