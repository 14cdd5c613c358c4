import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { certificateOfKmsKey, issuerMetadata } from '../../lib/config/issuer-metadata.ts';
import type { Config } from '../../lib/config/environment.ts';
import type { SigningKey } from '../../local/aws/kms/service.ts';
import { closeServer, listenOnLoopback } from '../../local/gateway/loopback.ts';
import { BROKER_ACCOUNT } from '../../local/target-accounts.ts';

/** What the broker signs with in a test, and where AWS reads of it. */
export interface TestSigning {
  readonly keys: readonly SigningKey[];
  /** Of the broker's configuration. */
  readonly config: Pick<Config, 'issuer' | 'tokenKey' | 'samlKey'>;
  /** Of its SAML responses. */
  readonly metadata: string;
  close(): Promise<void>;
}

const arnOf = (id: string): string => `arn:aws:kms:eu-west-1:${BROKER_ACCOUNT}:key/${id}`;

const keyPolicy = {
  Version: '2012-10-17',
  Statement: [
    {
      ...{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${BROKER_ACCOUNT}:root` } },
      ...{ Action: ['kms:Sign', 'kms:GetPublicKey'], Resource: '*' },
    },
  ],
};

/** Keys of this run, published as `functions/issuer.ts` does it. */
export const startSigning = async (): Promise<TestSigning> => {
  const tokens = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const responses = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = ({ privateKey }: typeof tokens): string => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const jwk = await exportJWK(tokens.publicKey);
  const key = { ...jwk, kid: await calculateJwkThumbprint(jwk), use: 'sig', alg: 'ES256' };
  const server = createServer((request, response) => {
    const isKeys = request.url === '/keys';
    response.end(JSON.stringify(isKeys ? { keys: [key] } : { issuer, jwks_uri: `${issuer}/keys` }));
  });
  const issuer = `http://127.0.0.1:${await listenOnLoopback(server, 0)}`;
  const certificate = certificateOfKmsKey(responses.publicKey, 'localhost', new Date());
  return {
    keys: [
      { arn: arnOf('tokens'), spec: 'ECC_NIST_P256', privateKey: pem(tokens), policy: keyPolicy },
      { arn: arnOf('responses'), spec: 'RSA_2048', privateKey: pem(responses), policy: keyPolicy },
    ],
    config: { issuer, tokenKey: arnOf('tokens'), samlKey: arnOf('responses') },
    metadata: issuerMetadata(issuer, [certificate]),
    close: () => closeServer(server),
  };
};
