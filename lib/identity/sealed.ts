import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { derived } from './derived.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Makes the text unreadable for whoever has not the secret (AES-256-GCM). The secret is one that only a client holds: what the table has of
 * it, its hash, opens nothing.
 * @param secret at least 256 bits of chance
 * @param context what the sealed text belongs to: moved elsewhere, it does not open
 */
export const sealed = (secret: string, context: string, text: string): string => {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), iv).setAAD(Buffer.from(context));
  const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, content, cipher.getAuthTag()]).toString('base64url');
};

/** The text; undefined when it was sealed with another secret, for something else, or is damaged. */
export const unsealed = (secret: string, context: string, box: string): string | undefined => {
  const bytes = Buffer.from(box, 'base64url');
  if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
  const [iv, content, tag] = [
    bytes.subarray(0, IV_BYTES),
    bytes.subarray(IV_BYTES, -TAG_BYTES),
    bytes.subarray(-TAG_BYTES),
  ];
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(content), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
};

const keyOf = (secret: string): Buffer => derived(secret, 'sealed text');
