import { createHash } from 'node:crypto';
import type { Principal } from '../domain/principal.ts';
import type { Chance } from './ports.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LENGTH = 26;

/** The same principal and key always name the same request, so that two submissions at once meet in one stream. */
export const requestIdFor = ({ handle }: Principal, idempotencyKey: string): string =>
  encode(
    createHash('sha256')
      .update(JSON.stringify(['request', handle, idempotencyKey]))
      .digest(),
  );

export const randomRequestId = (chance: Chance): string => encode(Buffer.from(chance.token(17), 'base64url'));

/** What is asked for together under one key: the first is what the key alone names, so that it means one thing only. */
export const requestIdsFor = (principal: Principal, idempotencyKey: string, count: number): readonly string[] =>
  // NB. No key has a blank in it.
  Array.from({ length: count }, (_, index) =>
    requestIdFor(principal, index === 0 ? idempotencyKey : `${idempotencyKey} ${index}`),
  );

/** `b_` and 26 base32 characters, of the requests that it holds. */
export const bundleIdOf = (requestIds: readonly string[], entitlementIds: readonly string[]): string =>
  `b_${base32(
    createHash('sha256')
      .update(JSON.stringify(['bundle', requestIds, entitlementIds]))
      .digest(),
  )}`;

/** `r_` and 26 base32 characters (RFC 4648, section 6): 130 bits of the bytes given, of which there are at least 17. */
const encode = (bytes: Uint8Array): string => `r_${base32(bytes)}`;

const base32 = (bytes: Uint8Array): string => {
  let bits = 0n;
  for (const byte of bytes.subarray(0, 17)) bits = (bits << 8n) | BigInt(byte);
  bits >>= 6n;
  let text = '';
  for (let i = 0; i < LENGTH; i += 1) {
    text = ALPHABET.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
};
