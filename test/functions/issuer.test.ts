import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose';
import type { JWK } from 'jose';
import { DisableKeyCommand, EnableKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { create } from '../../functions/issuer.ts';
import { kmsAssertions } from '../../lib/aws/assertions.ts';
import { kmsClient } from '../../lib/aws/kms-client.ts';
import { MAX_AGE_SECONDS, publicKeys } from '../../lib/aws/public-keys.ts';
import { RoleSessionError } from '../../lib/broker/ports.ts';
import { type Surroundings, systemChance, systemClock } from '../../lib/broker/system.ts';
import type { RoleSessionOrder } from '../../lib/domain/role-session.ts';
import type { LocalAws } from '../../local/aws/server.ts';
import { BROKER, BROKER_ACCOUNT, policy, REGION, start } from '../local/aws/small-world.ts';
import { testConfig } from '../support/config.ts';
import { httpEvent } from '../support/events.ts';
import { recordingLogger, silentLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';

const ISSUER = 'https://issuer.example.com';
const arnOf = (id: string) => `arn:aws:kms:${REGION}:${BROKER_ACCOUNT}:key/${id}`;
const [A, B, C, D, E] = [arnOf('a'), arnOf('b'), arnOf('c'), arnOf('d'), arnOf('e')];

let aws: LocalAws;
beforeAll(async () => {
  const anybody = policy({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${BROKER_ACCOUNT}:root` },
    Action: 'kms:*',
    Resource: '*',
  });
  const signingKeys = [A, B, C, D, E].map((arn) => ({
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

const issuerOf = (issuerKeys: readonly string[], around: Partial<Surroundings> = {}, kms = aws.endpoint) => {
  const config = testConfig({ issuer: ISSUER, issuerKeys, endpoints: { kms } });
  return create(config, { clock: systemClock, chance: systemChance, logger: silentLogger, ...around });
};
const ask = async (handler: ReturnType<typeof issuerOf>, path: string) => {
  const { statusCode, headers, body } = await handler(httpEvent({ routeKey: `GET ${path}`, path }));
  return { statusCode, headers, json: JSON.parse(body ?? '{}') as { keys: JWK[]; code?: string } };
};
const jwks = async (...keys: string[]) => (await ask(issuerOf(keys), '/.well-known/jwks.json')).json;

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
    const away = await ask(issuerOf([A], {}, 'http://127.0.0.1:9'), '/.well-known/jwks.json');
    expect([away.statusCode, away.json.code, away.headers?.['cache-control']]).toEqual([
      503,
      'aws_unavailable',
      'no-store',
    ]);
  });
});

describe('a key that leaked', () => {
  const administrator = () => kmsClient({ region: REGION, endpoint: aws.endpoint });
  const kidsOf = async (handler: Awaited<ReturnType<typeof issuerOf>>): Promise<readonly unknown[]> => {
    const { statusCode, json } = await ask(handler, '/.well-known/jwks.json');
    expect(statusCode).toBe(200);
    return json.keys.map(({ kid }) => kid);
  };

  test('and is disabled is published no more, by functions that have known it for long neither', async () => {
    const clock = memoryClock();
    const warm = issuerOf([A, D], { clock });
    const [a, d] = await kidsOf(warm);
    const stolen = await tokenOf(D);
    await administrator().send(new DisableKeyCommand({ KeyId: D }));
    expect(await kidsOf(issuerOf([A, D]))).toEqual([a]);
    clock.advance(MAX_AGE_SECONDS - 1);
    expect(await kidsOf(warm)).toEqual([a, d]);
    clock.advance(1);
    expect(await kidsOf(warm)).toEqual([a]);
    const { json } = await ask(warm, '/.well-known/jwks.json');
    expect(await accepts(json, stolen)).toBe(false);
    expect(await accepts(json, await tokenOf(A))).toBe(true);
    await administrator().send(new EnableKeyCommand({ KeyId: D }));
    clock.advance(MAX_AGE_SECONDS);
    expect(await kidsOf(warm)).toEqual([a, d]);
  });

  test('and waits for its deletion, or is gone, is left out, and the operator reads which', async () => {
    await administrator().send(new ScheduleKeyDeletionCommand({ KeyId: E }));
    const recording = recordingLogger();
    expect(await kidsOf(issuerOf([A, E, arnOf('deleted')], recording))).toHaveLength(1);
    const errors = recording.lines().filter(({ level }) => level === 'ERROR');
    expect(errors.map(({ reason }) => reason)).toEqual([E, arnOf('deleted')]);
  });

  test('is in no cache on the way for longer than here', async () => {
    const { headers } = await ask(issuerOf([A]), '/.well-known/jwks.json');
    expect(headers?.['cache-control']).toBe(`public, max-age=${MAX_AGE_SECONDS}`);
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
