import type { Instant } from '../../domain/principal.ts';
import type { SignedCheckpoint } from '../log/checkpoint.ts';
import type { Place } from './ports.ts';

/**
 * So many events a file. By count and not by size: what a file begins with must not depend on what became of the texts of those before it.
 */
export const LINES_A_FILE = 1000;

/** A leaf of the log: whose hash it is, and where. */
export interface Leaf extends Place {
  /** base64url SHA-256 of the event's canonical text. */
  readonly hash: string;
}

/** Days are those of the checkpoint, in UTC: what is there of a day does not change once the next has begun. */
const dayOf = (at: Instant): string => `dt=${at.slice(0, 10)}`;

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/** Below `events/`, by the checkpoint that is the first to cover them; names sort as the log goes. */
export const eventsName = (at: Instant, checkpoint: number, part: number): string =>
  `events/${dayOf(at)}/${digits(checkpoint, 10)}-${digits(part, 4)}.jsonl`;

export const checkpointName = (at: Instant, checkpoint: number): string =>
  `checkpoints/${dayOf(at)}/${digits(checkpoint, 10)}.json`;

export const keyName = (kid: string): string => `keys/${kid}.pem`;

/** An event's line. Without a text, where that is gone: what the log has for it is there all the same. */
export const eventLine = (index: number, { stream, seq, hash }: Leaf, canonical: string | undefined): string =>
  `${JSON.stringify({ index, stream, seq, hash, canonical })}\n`;

/** A checkpoint with a second copy of the hashes that it is the first to cover: who alters the events' files alone is named to the line. */
export const checkpointFile = (
  seq: number,
  { checkpoint, signature, kid }: SignedCheckpoint,
  first: number,
  leaves: readonly Leaf[],
): string => `${JSON.stringify({ seq, checkpoint, signature, kid, first, leaves: leaves.map(({ hash }) => hash) })}\n`;
