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
  const content = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([iv, content, cipher.getAuthTag()]).toString('base64url');
};

/** The text; undefined when it was sealed with another secret, for something else, or is damaged. */
export const unsealed = (secret: string, context: string, box: string): string | undefined => {
  const bytes = Buffer.from(box, 'base64url');
  const sealedText = bytes.subarray(IV_BYTES);
  const key = keyOf(secret);
  try {
    // With its length said, a shorter tag is none.
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(context))
      .setAuthTag(sealedText.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealedText.subarray(0, -TAG_BYTES)), decipher.final()]).toString();
  } catch {
    return undefined;
  }
};

const keyOf = (secret: string): Buffer => derived(secret, 'sealed text');
