import { type KeyObject, constants, createDecipheriv, privateDecrypt } from 'node:crypto';
import { AssertionRefused } from '../assertion-refused.ts';
import { attributeOf, base64In, childNamed, childrenNamed } from './element.ts';
import type { XmlElement } from './read-xml.ts';

/** XML Encryption 1.1, 5.2.4. Authenticated only: with CBC whoever can ask for errors can read. */
const CIPHERS: ReadonlyMap<string, 'aes-128-gcm' | 'aes-256-gcm'> = new Map([
  ['http://www.w3.org/2009/xmlenc11#aes128-gcm', 'aes-128-gcm'],
  ['http://www.w3.org/2009/xmlenc11#aes256-gcm', 'aes-256-gcm'],
]);

const IV_BYTES = 12;
const TAG_BYTES = 16;

const OAEP_MGF1P = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p';
const OAEP = 'http://www.w3.org/2009/xmlenc11#rsa-oaep';

/** 5.5.2: the digest, then the mask's. Node has one hash for both, so that they must be the same. */
const HASHES: ReadonlyMap<string, 'sha1' | 'sha256'> = new Map([
  ['http://www.w3.org/2000/09/xmldsig#sha1 http://www.w3.org/2009/xmlenc11#mgf1sha1', 'sha1'],
  ['http://www.w3.org/2001/04/xmlenc#sha256 http://www.w3.org/2009/xmlenc11#mgf1sha256', 'sha256'],
]);

/**
 * The plaintext, for which nothing speaks but that its author had our public key.
 *
 * @throws AssertionRefused `decryption`, whatever went wrong
 */
export const decrypted = (encrypted: XmlElement, key: KeyObject | undefined): Uint8Array => {
  try {
    const data = childNamed(encrypted, 'xenc:EncryptedData');
    const cipher = given(CIPHERS.get(methodOf(data)));
    const bytes = cipherValueOf(data);
    const sealed = bytes.subarray(IV_BYTES);
    const contentKey = contentKeyOf(encryptedKeyOf(encrypted), given(key));
    // With its length said, a shorter tag is none.
    const decipher = createDecipheriv(cipher, contentKey, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    // No cause: it would be the oracle.
    throw new AssertionRefused('decryption');
  }
};

/**
 * The plaintext by whichever of our keys it was encrypted for, where nothing else says which that is.
 *
 * @throws AssertionRefused `decryption`
 */
export const decryptedByAny = (encrypted: XmlElement, keys: readonly KeyObject[]): Uint8Array => {
  for (const key of keys) {
    try {
      return decrypted(encrypted, key);
    } catch {
      // The next one may be it.
    }
  }
  throw new AssertionRefused('decryption');
};

/** Within the data's `KeyInfo` or beside the data. One: which of several to try would be the sender's choice. */
const encryptedKeyOf = (encrypted: XmlElement): XmlElement => {
  const info = childNamed(childNamed(encrypted, 'xenc:EncryptedData'), 'ds:KeyInfo');
  const [one, ...more] = [encrypted, ...(info ? [info] : [])].flatMap((parent) =>
    childrenNamed(parent, 'xenc:EncryptedKey'),
  );
  if (!one || more.length > 0) throw new TypeError('not exactly one key');
  return one;
};

const contentKeyOf = (encryptedKey: XmlElement, key: KeyObject): Uint8Array =>
  privateDecrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hashOf(encryptedKey) },
    cipherValueOf(encryptedKey),
  );

const hashOf = (encryptedKey: XmlElement): string => {
  const method = childNamed(encryptedKey, 'xenc:EncryptionMethod');
  const algorithm = methodOf(encryptedKey);
  const mask = attributeOf(childNamed(method, 'xenc11:MGF'), 'Algorithm');
  if (algorithm !== OAEP && (algorithm !== OAEP_MGF1P || mask !== undefined)) throw new TypeError('not RSA-OAEP');
  const digest =
    attributeOf(childNamed(method, 'ds:DigestMethod'), 'Algorithm') ?? 'http://www.w3.org/2000/09/xmldsig#sha1';
  return given(HASHES.get(`${digest} ${mask ?? 'http://www.w3.org/2009/xmlenc11#mgf1sha1'}`));
};

const methodOf = (element: XmlElement | undefined): string =>
  attributeOf(childNamed(element, 'xenc:EncryptionMethod'), 'Algorithm') ?? '';

const cipherValueOf = (element: XmlElement | undefined): Buffer =>
  given(base64In(childNamed(childNamed(element, 'xenc:CipherData'), 'xenc:CipherValue')));

/** What is missing, or is none that we know, must not be left to a default. */
const given = <T>(part: T | undefined): T => {
  if (part === undefined) throw new TypeError('not encrypted as we decrypt');
  return part;
};
