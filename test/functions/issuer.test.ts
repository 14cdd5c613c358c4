import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose';
import type { JWK } from 'jose';
import { create } from '../../functions/issuer.ts';
import { kmsAssertions } from '../../lib/aws/assertions.ts';
import { kmsClient } from '../../lib/aws/kms-client.ts';
import { publicKeys } from '../../lib/aws/public-keys.ts';
import { RoleSessionError } from '../../lib/broker/ports.ts';
import { systemChance, systemClock } from '../../lib/broker/system.ts';
import type { RoleSessionOrder } from '../../lib/domain/role-session.ts';
import type { LocalAws } from '../../local/aws/server.ts';
import { BROKER, BROKER_ACCOUNT, policy, REGION, start } from '../local/aws/small-world.ts';
import { testConfig } from '../support/config.ts';
import { httpEvent } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';

const ISSUER = 'https://issuer.example.com';
const arnOf = (id: string) => `arn:aws:kms:${REGION}:${BROKER_ACCOUNT}:key/${id}`;
const [A, B, C] = ['a', 'b', 'c'].map(arnOf) as [string, string, string];

let aws: LocalAws;
beforeAll(async () => {
  const anybody = policy({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${BROKER_ACCOUNT}:root` },
    Action: ['kms:Sign', 'kms:GetPublicKey'],
    Resource: '*',
  });
  const signingKeys = [A, B, C].map((arn) => ({
    ...{ arn, spec: 'ECC_NIST_P256' as const, policy: anybody },
    privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  }));
  aws = await start({ signingKeys });
  const credentials = aws.credentialsFor(BROKER, 'issuer');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
});
afterAll(() => aws.close());

const published = async (path: string, issuerKeys: readonly string[], kms = aws.endpoint) => {
  const config = testConfig({ issuer: ISSUER, issuerKeys, endpoints: { kms } });
  const handler = create(config, { clock: systemClock, chance: systemChance, logger: silentLogger });
  const { statusCode, headers, body } = await handler(httpEvent({ routeKey: `GET ${path}`, path }));
  return { statusCode, headers, json: JSON.parse(body ?? '{}') as { keys: JWK[]; code?: string } };
};
const jwks = async (...keys: string[]) => (await published('/.well-known/jwks.json', keys)).json;

const ORDER: RoleSessionOrder = {
  ...{ via: 'webIdentity', roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin', region: REGION },
  ...{ requestId: 'r_1', entitlementId: 'staging-admin', sessionName: 'engineer@example.com=abcdefgh' },
  ...{ sourceIdentity: 'p_0123456789012345678901234567890123456789012', durationSeconds: 43_200 },
  ...{ endsAt: '2026-01-01T13:00:00.000Z', tags: { 'hatcheck-request': 'r_1' }, transitive: true },
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

const assertionsWith = (keyId: string, endpoint = aws.endpoint) => {
  const client = kmsClient({ region: REGION, endpoint });
  const tokens = {
    client,
    publicKey: publicKeys(client),
    keyId,
    issuer: ISSUER,
    clock: systemClock,
    chance: systemChance,
  };
  return kmsAssertions({ tokens });
};
const tokenOf = async (keyId: string) => (await assertionsWith(keyId).sign(ORDER)).reveal();

const accepts = async (keys: { keys: JWK[] }, token: string): Promise<boolean> =>
  jwtVerify(token, createLocalJWKSet(keys), {
    issuer: ISSUER,
    audience: 'hatcheck:111122223333',
    algorithms: ['ES256'],
  })
    .then(() => true)
    .catch(() => false);

describe('what the issuer publishes', () => {
  test('is public keys alone, each by its thumbprint', async () => {
    const { keys } = await jwks(A, B);
    expect(keys.map((key) => Object.keys(key).toSorted())).toEqual(
      Array.from({ length: 2 }, () => ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']),
    );
    for (const key of keys) expect(key.kid).toBe(await calculateJwkThumbprint(key));
  });

  test('is not an answer at all where KMS does not answer, and nothing of that is kept', async () => {
    const away = await published('/.well-known/jwks.json', [A], 'http://127.0.0.1:9');
    expect([away.statusCode, away.json.code, away.headers?.['cache-control']]).toEqual([
      503,
      'aws_unavailable',
      'no-store',
    ]);
  });
});

describe('a key is followed by another', () => {
  test('with both published before and after, so that no cache of a day ago or of today refuses a token', async () => {
    const [before, between, after] = [await jwks(A, B), await jwks(B, A), await jwks(B, C)];
    // A signs until B does; what AWS remembers may be a day older or newer than who signs.
    expect(await Promise.all([before, between].map(async (keys) => accepts(keys, await tokenOf(A))))).toEqual([
      true,
      true,
    ]);
    const withB = await tokenOf(B);
    expect(await Promise.all([before, between, after].map((keys) => accepts(keys, withB)))).toEqual([true, true, true]);
    expect(await accepts(after, await tokenOf(A))).toBe(false);
  });
});

describe('a token', () => {
  test('says which tags follow into the next role, where they do', async () => {
    const [, claims = ''] = (await tokenOf(A)).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      'https://aws.amazon.com/tags': { transitive_tag_keys: ['hatcheck-request'] },
    });
  });

  test.each<[string, string, Partial<RoleSessionOrder>, string]>([
    ['with a key that is not there', arnOf('none'), {}, 'Signing.HatcheckError'],
    ['of twelve hours and a second', A, { durationSeconds: 43_201 }, 'duration'],
    ['of another way', A, { via: 'assumeRole', durationSeconds: 900 }, 'NoSigningKey'],
  ])('%s is not made: nothing was opened', async (_what, keyId, changes, reason) => {
    const failure: unknown = await assertionsWith(keyId)
      .sign({ ...ORDER, ...changes })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RoleSessionError);
    expect(failure).toMatchObject({ outcome: 'failed', message: reason });
  });
});
