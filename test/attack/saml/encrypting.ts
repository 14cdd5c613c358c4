import {
  type KeyObject,
  constants,
  createCipheriv,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { selfSignedCertificate } from '../../../local/idp/certificate.ts';
import { NOON } from '../../support/builders.ts';
import { pemOf } from '../../support/certificate.ts';

/** Our key for encrypted assertions, made in this run. Its public half is in our metadata, so that anybody can encrypt. */
export const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** As our secret holds it. */
export const ourPem = pemOf({
  privateKey: ours.privateKey,
  certificate: selfSignedCertificate(ours.privateKey, 'ours', new Date(NOON)),
});

export interface Encryption {
  readonly cipher?: 'aes-128-gcm' | 'aes-256-gcm' | 'aes-256-cbc';
  readonly hash?: 'sha1' | 'sha256';
  readonly to?: KeyObject;
  /** Rather than RSA-OAEP. */
  readonly isPkcs1?: true;
  /** EncryptedKey beside EncryptedData rather than within. */
  readonly isBeside?: true;
  /** Changes a byte. */
  readonly flip?: 'key' | 'iv' | 'ciphertext' | 'tag';
  /** So many bytes of the tag, rather than all sixteen. */
  readonly tagBytes?: number;
  readonly algorithm?: string;
}

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';

const CIPHERS = {
  'aes-128-gcm': { uri: `${XENC11}aes128-gcm`, bytes: 16, iv: 12 },
  'aes-256-gcm': { uri: `${XENC11}aes256-gcm`, bytes: 32, iv: 12 },
  'aes-256-cbc': { uri: `${XENC}aes256-cbc`, bytes: 32, iv: 16 },
};

const KEY_METHODS = {
  sha1: `<xenc:EncryptionMethod Algorithm="${XENC}rsa-oaep-mgf1p"><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/></xenc:EncryptionMethod>`,
  sha256: `<xenc:EncryptionMethod Algorithm="${XENC11}rsa-oaep"><ds:DigestMethod Algorithm="${XENC}sha256"/><xenc11:MGF xmlns:xenc11="${XENC11}" Algorithm="${XENC11}mgf1sha256"/></xenc:EncryptionMethod>`,
};

const cipherData = (bytes: Buffer): string =>
  `<xenc:CipherData><xenc:CipherValue>${bytes.toString('base64')}</xenc:CipherValue></xenc:CipherData>`;

const flipped = (bytes: Buffer, isTo: boolean): Buffer => {
  const copy = Buffer.from(bytes);
  if (isTo) copy.writeUInt8(copy.readUInt8(0) ^ 1, 0);
  return copy;
};

/** An EncryptedAssertion of the text. */
export const encrypted = (text: string, how: Encryption = {}): string => {
  const { uri, bytes, iv: ivBytes } = CIPHERS[how.cipher ?? 'aes-256-gcm'];
  const contentKey = randomBytes(bytes);
  const iv = randomBytes(ivBytes);
  const hash = how.hash ?? 'sha1';
  const wrapped = publicEncrypt(
    how.isPkcs1
      ? { key: how.to ?? ours.publicKey, padding: constants.RSA_PKCS1_PADDING }
      : { key: how.to ?? ours.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash },
    contentKey,
  );
  const keyMethod = how.isPkcs1 ? `<xenc:EncryptionMethod Algorithm="${XENC}rsa-1_5"/>` : KEY_METHODS[hash];
  const key = `<xenc:EncryptedKey>${keyMethod}${cipherData(flipped(wrapped, how.flip === 'key'))}</xenc:EncryptedKey>`;
  const content = Buffer.concat([flipped(iv, how.flip === 'iv'), ...contentOf(text, how, contentKey, iv)]);
  return `<saml:EncryptedAssertion xmlns:xenc="${XENC}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedData><xenc:EncryptionMethod Algorithm="${how.algorithm ?? uri}"/>${
    how.isBeside ? '' : `<ds:KeyInfo>${key}</ds:KeyInfo>`
  }${cipherData(content)}</xenc:EncryptedData>${how.isBeside ? key : ''}</saml:EncryptedAssertion>`;
};

const contentOf = (text: string, how: Encryption, key: Buffer, iv: Buffer): Buffer[] => {
  const name = how.cipher ?? 'aes-256-gcm';
  if (name === 'aes-256-cbc') {
    const cipher = createCipheriv(name, key, iv);
    return [flipped(Buffer.concat([cipher.update(text), cipher.final()]), how.flip === 'ciphertext')];
  }
  const cipher = createCipheriv(name, key, iv);
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  return [
    flipped(body, how.flip === 'ciphertext'),
    flipped(cipher.getAuthTag(), how.flip === 'tag').subarray(0, how.tagBytes),
  ];
};
