import { constants, type KeyObject, verify } from 'node:crypto';
import type { OidcProvider } from './ports.ts';

export type Algorithm = OidcProvider['algorithms'][number];

interface Scheme {
  readonly kty: 'RSA' | 'EC';
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  /** EC only (RFC 7518, 3.4): the curve goes with the algorithm, and a signature is R and S, each as long as the field. */
  readonly crv?: string;
  readonly signatureBytes?: number;
  readonly pss?: true;
}

/** RFC 7518, 3.1. No HMAC: a provider's public key must never serve as a shared secret (RFC 8725, 2.1). */
const SCHEMES: Readonly<Record<Algorithm, Scheme>> = {
  RS256: { kty: 'RSA', hash: 'sha256' },
  RS384: { kty: 'RSA', hash: 'sha384' },
  RS512: { kty: 'RSA', hash: 'sha512' },
  PS256: { kty: 'RSA', hash: 'sha256', pss: true },
  PS384: { kty: 'RSA', hash: 'sha384', pss: true },
  PS512: { kty: 'RSA', hash: 'sha512', pss: true },
  ES256: { kty: 'EC', hash: 'sha256', crv: 'P-256', signatureBytes: 64 },
  ES384: { kty: 'EC', hash: 'sha384', crv: 'P-384', signatureBytes: 96 },
  ES512: { kty: 'EC', hash: 'sha512', crv: 'P-521', signatureBytes: 132 },
};

export const isAlgorithm = (name: string): name is Algorithm => Object.hasOwn(SCHEMES, name);

export const hashOf = (algorithm: Algorithm): Scheme['hash'] => SCHEMES[algorithm].hash;

/** Whether a key of this type and curve is what the algorithm needs. */
export const fits = (algorithm: Algorithm, { kty, crv }: { readonly kty: string; readonly crv?: string }): boolean =>
  SCHEMES[algorithm].kty === kty && SCHEMES[algorithm].crv === crv;

/** RFC 7515, 5.2. The key must fit the algorithm: whoever picked it has seen to that. */
export const verifySignature = (
  algorithm: Algorithm,
  key: KeyObject,
  input: string,
  signature: Uint8Array,
): boolean => {
  const { hash, signatureBytes, pss } = SCHEMES[algorithm];
  if (signatureBytes !== undefined && signature.length !== signatureBytes) return false;
  return verify(
    hash,
    Buffer.from(input),
    {
      key,
      dsaEncoding: 'ieee-p1363',
      ...(pss && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }),
    },
    signature,
  );
};
