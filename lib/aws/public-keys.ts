import { createHash, createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { HatcheckError, refuse } from '../domain/errors.ts';

/** The public half of a key of ours, as a JWKS shows it (RFC 7517). */
export interface PublishedKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  /** RFC 7638. */
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'ES256';
}

/**
 * The public keys of KMS keys, each asked for once: a key of KMS never changes. What failed is asked for again at the next call.
 * @throws HatcheckError `aws_unavailable`
 */
export const publicKeys = (client: KMSClient): ((keyId: string) => Promise<PublishedKey>) => {
  const known = new Map<string, Promise<PublishedKey>>();
  return (keyId) => {
    const asked = known.get(keyId) ?? ask(client, keyId);
    known.set(keyId, asked);
    asked.catch(() => known.delete(keyId));
    return asked;
  };
};

const ask = async (client: KMSClient, keyId: string): Promise<PublishedKey> => {
  try {
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }));
    return publishedKey(Buffer.from(PublicKey ?? []));
  } catch (cause) {
    throw new HatcheckError(refuse('aws_unavailable', 'KMS did not give a public key'), { cause });
  }
};

/** @param spki DER, as KMS answers. @throws TypeError when it is no key of P-256. */
const publishedKey = (spki: Buffer): PublishedKey => {
  const { crv, x, y } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  if (crv !== 'P-256' || x === undefined || y === undefined) throw new TypeError('not a key of P-256');
  const members = { crv, kty: 'EC', x, y } as const;
  // RFC 7638, 3: the members that a key needs, in the order of their names, nothing between them.
  const kid = createHash('sha256').update(JSON.stringify(members)).digest('base64url');
  return { ...members, kid, use: 'sig', alg: 'ES256' };
};
