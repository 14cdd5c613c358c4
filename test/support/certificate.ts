import { generateKeyPairSync } from 'node:crypto';
import { selfSignedCertificate } from '../../local/idp/certificate.ts';
import type { SamlKey } from '../../local/idp/saml-response.ts';

export type KeyKind = 'rsa' | 'rsa-1024' | 'P-256' | 'P-384' | 'P-521' | 'secp256k1';

/** A key pair of this run, with a certificate for it. */
export const certifiedKey = (kind: KeyKind = 'rsa'): SamlKey => {
  const { privateKey } = kind.startsWith('rsa')
    ? generateKeyPairSync('rsa', { modulusLength: kind === 'rsa' ? 2048 : 1024 })
    : generateKeyPairSync('ec', { namedCurve: kind });
  return { privateKey, certificate: selfSignedCertificate(privateKey, 'test', new Date('2026-01-01T00:00:00Z')) };
};

/** As a secret holds it: the key, then its certificate, both in PEM. */
export const pemOf = ({ privateKey, certificate }: SamlKey): string =>
  `${privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()}-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`;
