import { constants, createECDH, createPublicKey, privateEncrypt, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** What KMS calls the algorithms of each kind of key (API reference, Sign, SigningAlgorithm), and the bytes of their digest. */
export const ALGORITHMS = {
  RSA_2048: {
    RSASSA_PKCS1_V1_5_SHA_256: { hash: 'sha256', bytes: 32 },
    RSASSA_PKCS1_V1_5_SHA_384: { hash: 'sha384', bytes: 48 },
    RSASSA_PKCS1_V1_5_SHA_512: { hash: 'sha512', bytes: 64 },
  },
  ECC_NIST_P256: { ECDSA_SHA_256: { hash: 'sha256', bytes: 32 } },
} as const satisfies Record<string, Record<string, Algorithm>>;

interface Algorithm {
  readonly hash: string;
  readonly bytes: number;
}

export type KeySpec = keyof typeof ALGORITHMS;

/** The algorithm of that name, where keys of this kind have it. */
export const algorithmOf = (spec: KeySpec, name: string): Algorithm | undefined =>
  new Map<string, Algorithm>(Object.entries(ALGORITHMS[spec])).get(name);

/** PKCS #1 v1.5, or ECDSA in DER (X9.62), as KMS answers. */
export const signMessage = (key: KeyObject, { hash }: Algorithm, message: Buffer): Buffer => sign(hash, message, key);

/** The same of what was hashed elsewhere. Node signs no digests of its own accord. */
export const signDigest = (key: KeyObject, { hash }: Algorithm, digest: Buffer): Buffer =>
  key.asymmetricKeyType === 'ec' ? ecdsa(key, digest) : pkcs1(key, hash, digest);

/** DigestInfo up to the digest itself: RFC 8017, 9.2, note 1. */
const DIGEST_INFO: Readonly<Record<string, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

const pkcs1 = (key: KeyObject, hash: string, digest: Buffer): Buffer =>
  privateEncrypt(
    { key, padding: constants.RSA_PKCS1_PADDING },
    Buffer.concat([Buffer.from(DIGEST_INFO[hash] ?? '', 'hex'), digest]),
  );

/** The order of P-256: FIPS 186-4, D.1.2.3. */
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** FIPS 186-4, 6.4. For a key that stands in for one of KMS: it takes no care of how long it takes. */
const ecdsa = (key: KeyObject, digest: Buffer): Buffer => {
  const d = numberOf(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  for (;;) {
    const nonce = randomBytes(32);
    const k = numberOf(nonce);
    if (k === 0n || k >= ORDER) continue;
    const point = createECDH('prime256v1');
    point.setPrivateKey(nonce);
    const r = numberOf(point.getPublicKey().subarray(1, 33)) % ORDER;
    const s = (inverse(k) * (numberOf(digest) + r * d)) % ORDER;
    if (r !== 0n && s !== 0n) return sequence(integer(r), integer(s));
  }
};

const numberOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

/** Fermat: the order is a prime. */
const inverse = (k: bigint): bigint => {
  let [result, base, exponent] = [1n, k, ORDER - 2n];
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % ORDER;
    base = (base * base) % ORDER;
  }
  return result;
};

/** DER: positive, and in as few bytes as it takes. */
const integer = (value: bigint): Buffer => {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const positive = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
};

const sequence = (...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
};

export const publicKeyOf = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' });
