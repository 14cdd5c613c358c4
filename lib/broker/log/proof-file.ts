import type { KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import type { Instant } from '../../domain/principal.ts';
import { hashCanonical } from '../chain.ts';
import { type Checkpoint, CheckpointError, type SignedCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { hashBytes, leafHash } from './merkle.ts';
import { rootFromInclusion } from './proof.ts';
import { eventText } from './verify-line.ts';

/*
 * A proof file is what `hatcheck audit proof` writes and `hatcheck audit check` reads: a JSON array, each member of which proves one event, alone, to
 * whoever has the public key of the checkpoints from elsewhere:
 *
 *   v           1
 *   event       stream, seq: its place in the ledger; hash: base64url SHA-256 of canonical; canonical: its text, canonical JSON (RFC 8785)
 *   index       of its leaf in the log, from 0; the leaf is SHA-256(0x00 || the 32 bytes of hash)
 *   size        leaves of the log that the path is in: those of the checkpoint
 *   path        base64url, from below: the inclusion path of RFC 9162, 2.1.3.1
 *   checkpoint  the text that was signed, canonical JSON of {at, log, previous, root, size, v}
 *   signature   base64 of the DER of an ECDSA signature, P-256 with SHA-256, over the UTF-8 of checkpoint
 *   kid         base64url SHA-256 of the public key's SubjectPublicKeyInfo in DER
 */

const proofSchema = z.strictObject({
  v: z.literal(1),
  event: z.strictObject({
    stream: z.string().check(z.minLength(1)),
    seq: z.int().check(z.minimum(0)),
    hash: z.string(),
    canonical: z.string(),
  }),
  index: z.int().check(z.minimum(0)),
  size: z.int().check(z.minimum(1)),
  path: z.array(z.string()).check(z.maxLength(64)),
  checkpoint: z.string(),
  signature: z.string(),
  kid: z.string(),
});
const fileSchema = z.array(proofSchema).check(z.minLength(1));

/** One event, and what leads from it to a signed root. */
export type EventProof = z.infer<typeof proofSchema>;

/**
 * `form`: it is no such proof; `event`: the event is not what its hash or its place says; `path`: it does not lead to the root that was signed; and of the
 * checkpoint `text`, `key` and `signature`.
 */
export type ProofFault = 'form' | 'event' | 'path' | 'text' | 'key' | 'signature';

/** What should prove something, and does not. */
export class ProofError extends Error {
  readonly fault: ProofFault;

  constructor(fault: ProofFault, options?: { cause?: unknown }) {
    super(`this proves nothing: ${fault}`, options);
    this.name = 'ProofError';
    this.fault = fault;
  }
}

export interface ToProve {
  readonly stream: string;
  readonly seq: number;
  readonly canonical: string;
  readonly index: number;
  /** base64url. */
  readonly path: readonly string[];
}

/** @param size of the log in the checkpoint, for which the path was made */
export const proofOf = (
  { stream, seq, canonical, index, path }: ToProve,
  { checkpoint, signature, kid, size }: SignedCheckpoint & { readonly size: number },
): EventProof => ({
  v: 1,
  event: { stream, seq, hash: hashCanonical(canonical), canonical },
  ...{ index, size, path: [...path], checkpoint, signature, kid },
});

export const proofFile = (proofs: readonly EventProof[]): string => `${JSON.stringify(proofs, null, 2)}\n`;

/** The proofs of a file, unchecked. @throws ProofError `form` */
export const proofsIn = (text: string): readonly EventProof[] => {
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ProofError('form', { cause });
  }
};

/** An event that was proved: it was in the log when the checkpoint was signed, with this text, and cannot have been changed since. */
export interface ProvedEvent {
  readonly stream: string;
  readonly seq: number;
  /** When it says that it was. */
  readonly at: Instant;
  readonly index: number;
  readonly checkpoint: Checkpoint;
}

/**
 * Checks one proof: the signature by one of these keys, the event's hash and place, and the way from it to the root that was signed.
 * @throws ProofError
 */
export const checkProof = (proof: EventProof, keys: readonly KeyObject[]): ProvedEvent => {
  const { event, index, size, path } = proof;
  const checkpoint = signedIn(proof, keys);
  const text = hashCanonical(event.canonical) === event.hash ? eventText(event.canonical) : undefined;
  if (text?.stream !== event.stream || text.seq !== event.seq) throw new ProofError('event');
  // NB. a path of another length than the log has there is none: whoever could choose the size could choose which leaf it is.
  if (size !== checkpoint.size || rootBy(event.hash, index, size, path) !== checkpoint.root)
    throw new ProofError('path');
  return { stream: event.stream, seq: event.seq, at: text.at, index, checkpoint };
};

const signedIn = (signed: SignedCheckpoint, keys: readonly KeyObject[]): Checkpoint => {
  try {
    return verifyCheckpoint(signed, keys);
  } catch (cause) {
    if (!(cause instanceof CheckpointError)) throw cause;
    throw new ProofError(cause.fault, { cause });
  }
};

const rootBy = (hash: string, index: number, size: number, path: readonly string[]): string => {
  try {
    return rootFromInclusion(leafHash(hash), index, size, path.map(hashBytes)).toString('base64url');
  } catch (cause) {
    // No hash, or no path of that length.
    throw new ProofError('path', { cause });
  }
};
