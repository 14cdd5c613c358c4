import { type KeyObject, X509Certificate } from 'node:crypto';

/** Those that `algorithms.ts` has a method for. */
const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
export const MIN_RSA_BITS = 2048;

/**
 * The key in an identity provider's certificate, undefined for one that is too weak, of an unknown kind, or none. Its dates and issuer mean
 * nothing here (SAML 2.0 Metadata Interoperability Profile, 2.6.1): that it is pinned does.
 *
 * @param certificate PEM, or base64 of the DER
 */
export const certificateKey = (certificate: string, minRsaBits = MIN_RSA_BITS): KeyObject | undefined => {
  const key = publicKeyIn(certificate);
  const { modulusLength = 0, publicExponent = 0n, namedCurve } = key?.asymmetricKeyDetails ?? {};
  const isGood =
    key?.asymmetricKeyType === 'rsa'
      ? modulusLength >= minRsaBits && publicExponent > 1n && publicExponent % 2n === 1n
      : key?.asymmetricKeyType === 'ec' && CURVES.has(namedCurve);
  return isGood ? key : undefined;
};

const publicKeyIn = (certificate: string): KeyObject | undefined => {
  const isPem = certificate.includes('-----BEGIN');
  try {
    return new X509Certificate(isPem ? certificate : Buffer.from(certificate, 'base64')).publicKey;
  } catch {
    return undefined;
  }
};
