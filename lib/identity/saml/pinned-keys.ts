import type { KeyObject } from 'node:crypto';
import { certificateKey } from './certificate-key.ts';

/** Some of the public corpora are that old. */
export const MIN_RSA_BITS_WITH_SHA1 = 1024;

/**
 * The keys in the certificates of the provider's metadata.
 *
 * @throws TypeError for a certificate that cannot be used: a fault of the configuration, not of a response
 */
export const pinnedKeys = (certificates: readonly string[], minRsaBits?: number): readonly KeyObject[] => {
  if (certificates.length === 0) throw new TypeError('an identity provider without a certificate');
  return certificates.map((each) => {
    const key = certificateKey(each, minRsaBits);
    if (!key)
      throw new TypeError("an identity provider's certificate with a key that is too weak or of an unknown kind");
    return key;
  });
};
