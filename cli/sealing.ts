import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { parseJson, text } from './json.ts';

const [CIPHER, KEY_BYTES, NONCE_BYTES, TAG_BYTES] = ['aes-256-gcm', 32, 12, 16] as const;

/** What stands in a file instead of a value. */
export interface Sealed {
  readonly sealed: string;
}

export const newKey = (): string => randomBytes(KEY_BYTES).toString('base64url');

/** @param name of the file, which the value is of no use under another of */
export const seal = (key: string, name: string, value: unknown): Sealed => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, Buffer.from(key, 'base64url'), nonce).setAAD(Buffer.from(name));
  const parts = [nonce, cipher.update(JSON.stringify(value)), cipher.final()];
  return { sealed: Buffer.concat([...parts, cipher.getAuthTag()]).toString('base64url') };
};

export const isSealed = (stored: unknown): boolean => text(stored, 'sealed') !== undefined;

/** The value; undefined where it was sealed by another key, under another name, or changed since. */
export const unseal = (key: string, name: string, stored: unknown): unknown => {
  const bytes = Buffer.from(text(stored, 'sealed') ?? '', 'base64url');
  const end = bytes.length - TAG_BYTES;
  if (end < NONCE_BYTES) return undefined;
  try {
    const decipher = createDecipheriv(CIPHER, Buffer.from(key, 'base64url'), bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(end));
    return parseJson(Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]).toString());
  } catch {
    return undefined;
  }
};
