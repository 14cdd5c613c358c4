import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { stsRoleSessions } from '../../lib/aws/role-sessions.ts';
import { secret } from '../../lib/broker/secret.ts';
import { sessionPolicy } from '../../lib/domain/role-session.ts';
import type { RoleSessionOrder } from '../../lib/domain/role-session.ts';
import { type MotoServer, startMoto } from '../contract/moto-server.ts';
import { entitlement, handleOf, noon } from '../support/builders.ts';

/** A second opinion on the wire, not on the rules: moto lets in whoever asks. By SAML it answers 500. */
const isInstalled = spawnSync('moto_server', ['--help'], { stdio: 'ignore', timeout: 60_000 }).status === 0;

const own = entitlement();
const order = (changes: Partial<RoleSessionOrder> = {}): RoleSessionOrder => ({
  ...{ via: 'assumeRole', roleArn: own.roleArn, region: 'eu-west-1', externalId: '5f0c9a1e' },
  ...{ requestId: 'r_1', entitlementId: own.id, sessionName: 'engineer@example.com=abcdefgh' },
  ...{ sourceIdentity: handleOf('engineer'), durationSeconds: 900, endsAt: '2999-01-01T00:00:00.000Z' },
  ...{ tags: { 'hatcheck-request': 'r_1' }, transitive: true, policy: sessionPolicy(own, noon(3600)) },
  ...changes,
});

describe(`role sessions of moto (${isInstalled ? 'moto_server' : 'missing: moto_server'})`, () => {
  if (!isInstalled) {
    test.skip('moto_server (Python package moto[server]) is not installed', () => undefined);
    return;
  }
  let moto: MotoServer;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto.close());

  const brokersOwn = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'test', sessionToken: 'test' };
  const sessions = () => stsRoleSessions({ endpoint: moto.endpoint, credentials: brokersOwn });

  test('by AssumeRole are opened, and say whose they are', async () => {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await sessions().open(order());
    expect(Date.parse(expiration) - Date.now()).toBeLessThanOrEqual(901_000);
    const credentials = {
      accessKeyId,
      secretAccessKey: secretAccessKey.reveal(),
      sessionToken: sessionToken.reveal(),
    };
    const sts = new STSClient({ endpoint: moto.endpoint, region: 'eu-west-1', credentials });
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe('arn:aws:sts::111122223333:assumed-role/Admin/engineer@example.com=abcdefgh');
  });

  test('by token are opened, for up to twelve hours', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const token = await new SignJWT({ sub: own.id }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
    const opened = await sessions().open(order({ via: 'webIdentity', durationSeconds: 43_200 }), secret(token));
    expect(Date.parse(opened.expiration) - Date.now()).toBeGreaterThan(43_190_000);
  });
});
