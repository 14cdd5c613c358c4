import { type KeyObject, generateKeyPairSync, sign } from 'node:crypto';

/** A key pair of this run, with a certificate for it. */
export interface CertifiedKey {
  readonly privateKey: KeyObject;
  /** Base64 of the DER, as metadata and KeyInfo have it. */
  readonly certificate: string;
}

export type KeyKind = 'rsa' | 'rsa-1024' | 'P-256' | 'P-384' | 'P-521';

export const certifiedKey = (kind: KeyKind = 'rsa'): CertifiedKey => {
  const { privateKey, publicKey } = kind.startsWith('rsa')
    ? generateKeyPairSync('rsa', { modulusLength: kind === 'rsa' ? 2048 : 1024 })
    : generateKeyPairSync('ec', { namedCurve: kind });
  const algorithm = kind.startsWith('rsa') ? RSA_SHA256 : ECDSA_SHA256;
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from('idp.example.com')))));
  const validity = sequence(utcTime('260101000000Z'), utcTime('270101000000Z'));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const tbs = sequence(der(0x02, Buffer.from([1])), algorithm, name, validity, name, spki);
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', tbs, privateKey)]));
  return { privateKey, certificate: sequence(tbs, algorithm, signature).toString('base64') };
};

/** X.690, 8.1: tag, length, content. */
const der = (tag: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content]);

const lengthOf = ({ length }: Buffer): number[] => {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
};

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

const utcTime = (text: string): Buffer => der(0x17, Buffer.from(text));

const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

/** 2.5.4.3 */
const COMMON_NAME = oid('550403');

/** 1.2.840.113549.1.1.11, 1.2.840.10045.4.3.2 */
const RSA_SHA256 = sequence(oid('2a864886f70d01010b'), der(0x05, Buffer.alloc(0)));
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
