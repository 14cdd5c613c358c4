import { type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { Chance, Clock, Secret } from '../broker/ports.ts';
import { secret } from '../broker/secret.ts';
import { type RoleSessionOrder, audienceOf } from '../domain/role-session.ts';
import { joinedSignature } from './ecdsa-signature.ts';
import type { PublishedKey } from './public-keys.ts';

export interface TokenIssuer {
  readonly client: KMSClient;
  readonly publicKey: (keyId: string) => Promise<PublishedKey>;
  /** What signs: a key of P-256. */
  readonly keyId: string;
  /** As the accounts' providers have it, letter by letter. */
  readonly issuer: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly chance: Pick<Chance, 'token'>;
}

/** Whoever holds the token can use it, from anywhere and unsigned: it is good for the one call that follows. */
const LIFETIME_SECONDS = 60;

/**
 * A token for AssumeRoleWithWebIdentity (IAM user guide, session tags by OIDC), made out to one account and one entitlement. It opens role
 * sessions: it goes nowhere but to STS. Rejects as KMS does.
 */
export const webIdentityToken = async (
  { client, publicKey, keyId, issuer, clock, chance }: TokenIssuer,
  order: RoleSessionOrder,
): Promise<Secret> => {
  const { kid } = await publicKey(keyId);
  const issuedAt = Math.floor(Date.parse(clock.now()) / 1000);
  const claims = {
    iss: issuer,
    sub: order.entitlementId,
    aud: audienceOf(order),
    iat: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
    jti: `${order.requestId}.${chance.token(9)}`,
    'https://aws.amazon.com/source_identity': order.sourceIdentity,
    'https://aws.amazon.com/tags': {
      principal_tags: Object.fromEntries(Object.entries(order.tags).map(([key, value]) => [key, [value]])),
      ...(order.transitive ? { transitive_tag_keys: Object.keys(order.tags) } : {}),
    },
  };
  const unsigned = [{ alg: 'ES256', typ: 'JWT', kid }, claims].map(encoded).join('.');
  const { Signature } = await client.send(
    new SignCommand({
      KeyId: keyId,
      SigningAlgorithm: 'ECDSA_SHA_256',
      MessageType: 'RAW',
      Message: Buffer.from(unsigned),
    }),
  );
  return secret(`${unsigned}.${joinedSignature(Signature ?? Buffer.of()).toString('base64url')}`);
};

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
