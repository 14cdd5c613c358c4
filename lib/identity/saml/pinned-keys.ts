import { type KeyObject, X509Certificate } from 'node:crypto';
import { certain } from '../../domain/invariant.ts';

const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
export const MIN_RSA_BITS = 2048;

/** Some of the public corpora are that old. */
export const MIN_RSA_BITS_WITH_SHA1 = 1024;

/**
 * The keys in the certificates of the provider's metadata. Their dates and issuers mean nothing here (SAML 2.0 Metadata
 * Interoperability Profile, 2.6.1): that they are pinned does.
 *
 * @throws TypeError for a certificate that cannot be used: a fault of the configuration, not of a response
 */
export const pinnedKeys = (certificates: readonly string[], minRsaBits: number): readonly KeyObject[] => {
  if (certificates.length === 0) throw new TypeError('an identity provider without a certificate');
  return certificates.map((each) => keyIn(each, minRsaBits));
};

const keyIn = (certificate: string, minRsaBits: number): KeyObject => {
  const isPem = certificate.includes('-----BEGIN');
  const { publicKey } = new X509Certificate(isPem ? certificate : Buffer.from(certificate, 'base64'));
  const {
    modulusLength = 0,
    publicExponent = 0n,
    namedCurve,
  } = certain(publicKey.asymmetricKeyDetails, 'a certificate’s key has details');
  const isGood =
    publicKey.asymmetricKeyType === 'rsa'
      ? modulusLength >= minRsaBits && publicExponent > 1n && publicExponent % 2n === 1n
      : publicKey.asymmetricKeyType === 'ec' && CURVES.has(namedCurve);
  if (!isGood)
    throw new TypeError("an identity provider's certificate with a key that is too weak or of an unknown kind");
  return publicKey;
};
