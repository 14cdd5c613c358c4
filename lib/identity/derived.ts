import { hkdfSync } from 'node:crypto';

const BYTES = 32;

/**
 * 256 bits that only whoever has the secret can make again (RFC 5869, HKDF-SHA-256). What is made for one purpose says nothing of the secret,
 * nor of what is made for another. Of a secret as long as a key no salt is needed.
 * @param secret at least 256 bits of chance
 */
export const derived = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `hatcheck, version 1: ${purpose}`, BYTES));
