import { type KeyObject, createPublicKey, sign } from 'node:crypto';

/** A self-signed X.509 certificate (RFC 5280) of an RSA or EC key, DER in base64: metadata wants one, nobody checks more of it than its key. */
export const selfSignedCertificate = (privateKey: KeyObject, commonName: string, notBefore: Date): string => {
  const algorithm = privateKey.asymmetricKeyType === 'ec' ? ECDSA_WITH_SHA256 : SHA256_WITH_RSA;
  const name = sequence(tlv(0x31, sequence(COMMON_NAME, tlv(0x0c, Buffer.from(commonName)))));
  const notAfter = new Date(notBefore.getTime() + TEN_YEARS_MS);
  const key = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const validity = sequence(generalizedTime(notBefore), generalizedTime(notAfter));
  const toBeSigned = sequence(VERSION_3, SERIAL, algorithm, name, validity, name, key);
  const signature = tlv(0x03, Buffer.from([0]), sign('sha256', toBeSigned, privateKey));
  return sequence(toBeSigned, algorithm, signature).toString('base64');
};

const TEN_YEARS_MS = 10 * 365 * 86_400_000;

/** Tag, length, value: X.690, 8.1. */
const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const value = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(value)]), value]);
};

const lengthOf = ({ length }: Buffer): number[] => {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
};

const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);

const generalizedTime = (time: Date): Buffer =>
  tlv(0x18, Buffer.from(`${time.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`));

const objectId = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));

const VERSION_3 = tlv(0xa0, tlv(0x02, Buffer.from([2])));
const SERIAL = tlv(0x02, Buffer.from([1]));
const COMMON_NAME = objectId('550403');
const SHA256_WITH_RSA = sequence(objectId('2a864886f70d01010b'), tlv(0x05));
const ECDSA_WITH_SHA256 = sequence(objectId('2a8648ce3d040302'));
