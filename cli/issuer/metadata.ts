import { readFileSync } from 'node:fs';
import { secureUrl } from '../../lib/config/web-address.ts';
import { Failure } from '../failure.ts';

const { certificateOfKmsKey, issuerMetadata, readPublicKey } = await import('../../lib/config/issuer-metadata.ts');

export interface MetadataOptions {
  readonly issuer: string;
}

/** What `aws iam create-saml-provider` takes. @throws Failure 2; the file system's error */
export const metadata = (files: readonly string[], { issuer }: MetadataOptions): string => {
  if (secureUrl(issuer)?.origin !== issuer)
    throw new Failure(2, '--issuer must be an origin such as https://issuer.example.com, without a path');
  const certificates = files.map((file) => {
    const key = readPublicKey(readFileSync(file === '-' ? process.stdin.fd : file, 'utf8'));
    if (!key)
      throw new Failure(2, `${file === '-' ? 'stdin' : file} is no RSA public key as aws kms get-public-key gives it`);
    return certificateOfKmsKey(key, new URL(issuer).host, new Date());
  });
  return issuerMetadata(issuer, certificates);
};
