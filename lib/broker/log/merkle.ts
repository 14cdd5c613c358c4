import { hash } from 'node:crypto';

/** base64url of 32 bytes, in the one form that such bytes have: the last letter carries four bits. */
const HASH = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

const LEAF = Buffer.of(0x00);
const NODE = Buffer.of(0x01);

export const isHash = (text: string): boolean => HASH.test(text);

/** The bytes of a hash in base64url. @throws TypeError when it is not 32 bytes in their one form. */
export const hashBytes = (text: string): Buffer => {
  if (!isHash(text)) throw new TypeError('a hash is 32 bytes in base64url');
  return Buffer.from(text, 'base64url');
};

/**
 * The leaf of an event: what is in the log is the 32 bytes of its hash (RFC 9162, 2.1.1).
 *
 * @param hashOfEvent base64url SHA-256 of the event's canonical string
 * @throws TypeError when it is no such hash
 */
export const leafHash = (hashOfEvent: string): Buffer => sha256(LEAF, hashBytes(hashOfEvent));

/** The node above two others (RFC 9162, 2.1.1). */
export const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(NODE, left, right);

/** The root of the tree that has no leaves (RFC 9162, 2.1.1). */
export const emptyRoot = (): Buffer => sha256();

const sha256 = (...parts: readonly Buffer[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');
