import { type KeyObject, sign } from 'node:crypto';

/** What a certificate says, as far as anybody reads it. */
export interface CertificateContent {
  /** RSA or EC. */
  readonly publicKey: KeyObject;
  /** Who it is. */
  readonly subject: string;
  /** Who says so; the subject itself where `signer` is the key's own private half. */
  readonly issuer: string;
  /** The private key of who says so. */
  readonly signer: KeyObject;
  readonly notBefore: Date;
  /** Positive. */
  readonly serial: number;
}

/** A certificate (RFC 5280) of ten years, DER in base64. For metadata, of which only the key is believed: it has no extensions. */
export const certificateOf = ({
  publicKey,
  subject,
  issuer,
  signer,
  notBefore,
  serial,
}: CertificateContent): string => {
  const algorithm = signer.asymmetricKeyType === 'ec' ? ECDSA_WITH_SHA256 : SHA256_WITH_RSA;
  const notAfter = new Date(notBefore.getTime() + TEN_YEARS_MS);
  const toBeSigned = sequence(
    VERSION_3,
    positive(serial),
    algorithm,
    nameOf(issuer),
    sequence(generalizedTime(notBefore), generalizedTime(notAfter)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  return sequence(toBeSigned, algorithm, tlv(0x03, Buffer.from([0]), sign('sha256', toBeSigned, signer))).toString(
    'base64',
  );
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

/** With a zero in front where it would look negative (X.690, 8.3). */
const positive = (serial: number): Buffer => {
  const hex = serial.toString(16).padStart(2, '0');
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return tlv(0x02, ...((bytes[0] ?? 0) >= 0x80 ? [Buffer.from([0])] : []), bytes);
};

const nameOf = (commonName: string): Buffer =>
  sequence(tlv(0x31, sequence(COMMON_NAME, tlv(0x0c, Buffer.from(commonName)))));

const generalizedTime = (time: Date): Buffer =>
  tlv(0x18, Buffer.from(`${time.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`));

const objectId = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));

const VERSION_3 = tlv(0xa0, tlv(0x02, Buffer.from([2])));
const COMMON_NAME = objectId('550403');
const SHA256_WITH_RSA = sequence(objectId('2a864886f70d01010b'), tlv(0x05));
const ECDSA_WITH_SHA256 = sequence(objectId('2a8648ce3d040302'));
