import { type KeyObject, X509Certificate, createPrivateKey } from 'node:crypto';
import { certain } from '../domain/invariant.ts';
import type { IdentityProvider } from './ports.ts';
import type { SpCertificates } from './saml-metadata.ts';
import { MIN_RSA_BITS } from './saml/certificate-key.ts';

/** A key of ours as a service provider, with the certificate by which identity providers know it. */
export interface SpKey {
  readonly privateKey: KeyObject;
  /** Base64 DER, as metadata has it. */
  readonly certificate: string;
}

/**
 * @param pem an RSA private key and its certificate, one after the other, as one secret: they can only be replaced together
 * @throws TypeError when it is not that; never with anything of it in the message
 */
export const spKeyIn = (pem: string): SpKey => {
  const key = /-----BEGIN (?:RSA )?PRIVATE KEY-----[^-]+-----END (?:RSA )?PRIVATE KEY-----/.exec(pem)?.[0];
  const certificate = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  const pair = key !== undefined && certificate !== undefined && pairOf(key, certificate);
  if (!pair) throw new TypeError('a SAML key must be an RSA private key and its certificate, both in PEM');
  return pair;
};

const pairOf = (key: string, certificate: string): SpKey | undefined => {
  const parsed = parsedPair(key, certificate);
  if (!parsed) return undefined;
  const { privateKey, x509 } = parsed;
  const { modulusLength = 0 } = certain(privateKey.asymmetricKeyDetails, 'a private key has details');
  const isStrong = privateKey.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS;
  if (!isStrong || !x509.checkPrivateKey(privateKey)) return undefined;
  return { privateKey, certificate: x509.raw.toString('base64') };
};

const parsedPair = (key: string, certificate: string) => {
  try {
    return { privateKey: createPrivateKey(key), x509: new X509Certificate(Buffer.from(certificate, 'base64')) };
  } catch {
    return undefined;
  }
};

/** The key behind a reference of access.yml, where there is one. @throws TypeError as {@link spKeyIn}, and what the store throws */
export const spKey = async (
  { resolveSecret }: { readonly resolveSecret: (reference: string) => Promise<string> },
  reference: string | undefined,
): Promise<SpKey | undefined> => (reference === undefined ? undefined : spKeyIn(await resolveSecret(reference)));

/** The certificates of all keys that access.yml names, for our metadata. @throws as {@link spKey} */
export const spCertificates = async (
  parts: Parameters<typeof spKey>[0],
  providers: readonly IdentityProvider[],
): Promise<SpCertificates> => {
  const saml = providers.filter((provider) => provider.type === 'saml');
  const certificatesOf = async (references: readonly (string | undefined)[]): Promise<readonly string[]> => {
    const keys = await Promise.all([...new Set(references)].map((reference) => spKey(parts, reference)));
    return [...new Set(keys.flatMap((key) => (key ? [key.certificate] : [])))];
  };
  return {
    signing: await certificatesOf(saml.map(({ signingKey }) => signingKey)),
    areAllSigned: saml.length > 0 && saml.every(({ signingKey }) => signingKey !== undefined),
    encryption: await certificatesOf(saml.map(({ decryptionKey }) => decryptionKey)),
  };
};
