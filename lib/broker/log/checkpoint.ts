import { createHash, type KeyObject, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as z from 'zod/mini';
import { certain } from '../../domain/invariant.ts';
import type { Instant } from '../../domain/principal.ts';
import { isHash } from './merkle.ts';

/** The log as it was at a time. */
export interface Checkpoint {
  readonly at: Instant;
  /** The broker's origin. */
  readonly log: string;
  /** `checkpointHash` of the one before; empty for the first. */
  readonly previous: string;
  /** base64url, the Merkle tree hash over the first `size` leaves. */
  readonly root: string;
  readonly size: number;
}

export interface SignedCheckpoint {
  /** The text of a checkpoint: the signature is over its UTF-8 bytes as they stand. */
  readonly checkpoint: string;
  /** base64 of the DER of an ECDSA signature, P-256 with SHA-256: what `openssl dgst -verify` takes. */
  readonly signature: string;
  /** `keyId` of the key that signed. */
  readonly kid: string;
}

/** `text`: it is no checkpoint; `key`: it names none of the keys; `signature`: the key did not sign this. */
export type CheckpointFault = 'text' | 'key' | 'signature';

/** A checkpoint that proves nothing. */
export class CheckpointError extends Error {
  readonly fault: CheckpointFault;

  constructor(fault: CheckpointFault, options?: { cause?: unknown }) {
    super(`a checkpoint does not verify: ${fault}`, options);
    this.name = 'CheckpointError';
    this.fault = fault;
  }
}

const parts = z.strictObject({
  at: z.string().check(z.refine((at) => !Number.isNaN(Date.parse(at)) && new Date(at).toISOString() === at)),
  log: z.string().check(z.minLength(1)),
  previous: z.string().check(z.refine((hash) => hash === '' || isHash(hash))),
  root: z.string().check(z.refine(isHash)),
  size: z.int().check(z.minimum(1)),
  v: z.literal(1),
});

/** Canonical JSON (RFC 8785): what is signed. */
export const checkpointText = ({ at, log, previous, root, size }: Checkpoint): string =>
  certain(canonicalize({ at, log, previous, root, size, v: 1 }), 'an object has a canonical form');

/** @throws CheckpointError `text` when it is not, letter for letter, what `checkpointText` makes of a checkpoint. */
export const parseCheckpoint = (text: string): Checkpoint => {
  try {
    const { at, log, previous, root, size } = parts.parse(JSON.parse(text));
    const checkpoint = { at, log, previous, root, size };
    if (checkpointText(checkpoint) === text) return checkpoint;
  } catch (cause) {
    throw new CheckpointError('text', { cause });
  }
  throw new CheckpointError('text');
};

/** base64url SHA-256 of a checkpoint's text, by which the next one names it. */
export const checkpointHash = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** What a key is called in checkpoints and exports: base64url SHA-256 of its SubjectPublicKeyInfo in DER. */
export const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url');

/**
 * What the checkpoint says, if one of these keys signed it.
 *
 * NB. of which key it says that it is decides nothing but which of ours is tried.
 *
 * @param keys public keys that are trusted to sign checkpoints; only those on P-256 count
 * @throws CheckpointError
 */
export const verifyCheckpoint = (
  { checkpoint, signature, kid }: SignedCheckpoint,
  keys: readonly KeyObject[],
): Checkpoint => {
  const said = parseCheckpoint(checkpoint);
  const key = keys.find((candidate) => isP256(candidate) && keyId(candidate) === kid);
  if (!key) throw new CheckpointError('key');
  const der = Buffer.from(signature, 'base64');
  const oneForm = der.toString('base64') === signature;
  if (!oneForm || !verify('sha256', Buffer.from(checkpoint), { key, dsaEncoding: 'der' }, der)) {
    throw new CheckpointError('signature');
  }
  return said;
};

const isP256 = (key: KeyObject): boolean =>
  key.type === 'public' && key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
