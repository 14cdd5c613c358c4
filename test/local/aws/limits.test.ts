import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { create } from '../../../functions/issuer.ts';
import { kmsAssertions } from '../../../lib/aws/assertions.ts';
import { kmsClient } from '../../../lib/aws/kms-client.ts';
import { publicKeys } from '../../../lib/aws/public-keys.ts';
import { faultOf } from '../../../lib/aws/role-session-limits.ts';
import { stsRoleSessions } from '../../../lib/aws/role-sessions.ts';
import { systemChance, systemClock } from '../../../lib/broker/system.ts';
import { certificateOfKmsKey, issuerMetadata } from '../../../lib/config/issuer-metadata.ts';
import { type RoleSessionOrder, audienceOf, entityIdOf } from '../../../lib/domain/role-session.ts';
import { closeServer, listenOnLoopback } from '../../../local/gateway/loopback.ts';
import type { LocalAws } from '../../../local/aws/server.ts';
import { testConfig } from '../../support/config.ts';
import { httpEvent } from '../../support/events.ts';
import { silentLogger } from '../../support/logger.ts';
import {
  BROKER,
  BROKER_ACCOUNT,
  clientConfig,
  codeOf,
  policy,
  REGION,
  role,
  start,
  TARGET_ACCOUNT,
  trust,
  world,
} from './small-world.ts';

// What we refuse ourselves before AWS is asked, and what AWS refuses (security.md, STS parameter limits), is the same, to the character.

const arnOf = (name: string) => `arn:aws:iam::${TARGET_ACCOUNT}:role/hatcheck/${name}`;
const keyArn = (id: string) => `arn:aws:kms:${REGION}:${BROKER_ACCOUNT}:key/${id}`;
const PROVIDER = `arn:aws:iam::${TARGET_ACCOUNT}:saml-provider/hatcheck`;
const WAYS = ['assumeRole', 'webIdentity', 'saml'] as const;

let aws: LocalAws;
let issuerServer: Server;
let issuer: string;
beforeAll(async () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  // What it answers is known only once KMS is there.
  issuerServer = createServer((request, response) => {
    void published(request.url ?? '').then((body) => response.end(body));
  });
  issuer = `http://127.0.0.1:${await listenOnLoopback(issuerServer, 0)}`;
  const federated = (provider: string, action: string) =>
    policy({
      ...{ Effect: 'Allow', Principal: { Federated: provider } },
      Action: [action, 'sts:TagSession', 'sts:SetSourceIdentity'],
    });
  const oidcProvider = `arn:aws:iam::${TARGET_ACCOUNT}:oidc-provider/${issuer.slice('http://'.length)}`;
  const here = world(
    role(arnOf('assumeRole'), { trustPolicy: trust(BROKER) }),
    role(arnOf('webIdentity'), {
      trustPolicy: federated(oidcProvider, 'sts:AssumeRoleWithWebIdentity'),
      maxSessionSeconds: 43_200,
    }),
    role(arnOf('saml'), { trustPolicy: federated(PROVIDER, 'sts:AssumeRoleWithSAML'), maxSessionSeconds: 43_200 }),
  );
  const metadata = issuerMetadata(issuer, [certificateOfKmsKey(rsa.publicKey, 'localhost', new Date())]);
  const target = {
    buckets: [],
    oidcProviders: [{ issuer, clientIds: [audienceOf({ roleArn: arnOf('webIdentity') })] }],
    samlProviders: [{ name: 'hatcheck', metadata }],
  };
  const anybody = policy({
    ...{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${BROKER_ACCOUNT}:root` } },
    ...{ Action: ['kms:Sign', 'kms:GetPublicKey'], Resource: '*' },
  });
  const pem = (key: typeof ec.privateKey) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  aws = await start({
    world: { ...here, accounts: { ...here.accounts, [TARGET_ACCOUNT]: target } },
    signingKeys: [
      { arn: keyArn('ec'), spec: 'ECC_NIST_P256', policy: anybody, privateKey: pem(ec.privateKey) },
      { arn: keyArn('rsa'), spec: 'RSA_2048', policy: anybody, privateKey: pem(rsa.privateKey) },
    ],
  });
  const credentials = aws.credentialsFor(BROKER, 'functions');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
});
afterAll(async () => {
  await aws.close();
  await closeServer(issuerServer);
});

const published = async (path: string): Promise<string> => {
  const config = testConfig({ issuer, issuerKeys: [keyArn('ec')], endpoints: { kms: aws.endpoint } });
  const handler = create(config, { clock: systemClock, chance: systemChance, logger: silentLogger });
  return (await handler(httpEvent({ routeKey: `GET ${path}`, path }))).body ?? '';
};

const order = (via: (typeof WAYS)[number], changes: Partial<RoleSessionOrder> = {}): RoleSessionOrder => ({
  ...{ via, roleArn: arnOf(via), region: REGION, requestId: 'r_1', entitlementId: 'prod-admin' },
  ...(via === 'saml' ? { providerArn: PROVIDER } : {}),
  ...{ sessionName: 'engineer@example.com=abcdefgh', sourceIdentity: `p_${'0'.repeat(43)}`, durationSeconds: 900 },
  ...{ endsAt: '2999-01-01T00:00:00.000Z', tags: { 'hatcheck-request': 'r_1' }, transitive: false },
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
  ...changes,
});

/** As `credentials` does it: signed where it is to be, then opened; `none` or why not. */
const opened = async (wanted: RoleSessionOrder): Promise<string> => {
  const client = kmsClient({ region: REGION, endpoint: aws.endpoint });
  const around = { client, clock: systemClock, chance: systemChance };
  const assertions = kmsAssertions({
    tokens: { ...around, publicKey: publicKeys(client), keyId: keyArn('ec'), issuer },
    responses: { ...around, keyId: keyArn('rsa'), entityId: entityIdOf(issuer) },
  });
  const sessions = stsRoleSessions({ endpoint: aws.endpoint });
  try {
    await sessions.open(wanted, wanted.via === 'assumeRole' ? undefined : await assertions.sign(wanted));
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, '']));
const named = (length: number) => ({ sessionName: 'n'.repeat(length) });
const identified = (length: number) => ({ sourceIdentity: 'p'.repeat(length) });
const valued = (value: string) => ({ tags: { 'hatcheck-ticket': value } });

/** At its edge, and one beyond. */
const EDGES: readonly (readonly [string, Partial<RoleSessionOrder>, Partial<RoleSessionOrder>])[] = [
  ['the shortest session name', named(2), named(1)],
  ['the longest session name', named(64), named(65)],
  ['the shortest source identity', identified(2), identified(1)],
  ['the longest source identity', identified(64), identified(65)],
  ['the shortest session', { durationSeconds: 900 }, { durationSeconds: 899 }],
  ['the longest tag key', { tags: { ['k'.repeat(128)]: 'v' } }, { tags: { ['k'.repeat(129)]: 'v' } }],
  ['the longest tag value', valued('v'.repeat(256)), valued('v'.repeat(257))],
  ['letters of any script in a tag', valued('Ωμέγα 東京 ñ ١٢'), valued('Ω!')],
  ['all the signs in a tag', valued('_.:/=+-@ '), valued('_.:/=+-@*')],
  ['all the signs in a name', { sessionName: '_+=,.@-aZ09' }, { sessionName: '_+=,.@-é' }],
];

describe.each(WAYS)('a role session by %s', (via) => {
  test.each(EDGES)(
    'with %s is opened; one beyond, we refuse it before anything is signed or asked',
    async (_what, at, beyond) => {
      expect(await opened(order(via, at))).toBe('none');
      const before = aws.calls.length;
      expect(faultOf(order(via, beyond), '{}')).toBeDefined();
      expect(await opened(order(via, beyond))).toBe(faultOf(order(via, beyond), '{}'));
      expect(aws.calls.slice(before)).toStrictEqual([]);
    },
  );

  test('of the longest that its way allows is opened, and not a second more', async () => {
    const longest = via === 'assumeRole' ? 3600 : 43_200;
    expect(await opened(order(via, { durationSeconds: longest }))).toBe('none');
    expect(await opened(order(via, { durationSeconds: longest + 1 }))).toBe('duration');
  });

  test('with tags that follow is opened', async () => {
    expect(await opened(order(via, { transitive: true }))).toBe('none');
  });
});

describe('by AssumeRole, what we refuse AWS refuses too', () => {
  const ask = (wanted: Partial<RoleSessionOrder> & { readonly externalId?: string }) => {
    const {
      roleArn,
      sessionName,
      sourceIdentity,
      durationSeconds,
      externalId,
      tags: all,
    } = order('assumeRole', wanted);
    return new STSClient(clientConfig(aws, BROKER)).send(
      new AssumeRoleCommand({
        ...{ RoleArn: roleArn, RoleSessionName: sessionName, SourceIdentity: sourceIdentity },
        ...{ DurationSeconds: durationSeconds, Tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })) },
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      }),
    );
  };
  const external = (length: number) => ({ externalId: 'e'.repeat(length) });

  test.each([
    ...EDGES,
    ['the shortest ExternalId', external(2), external(1)] as const,
    ['the longest ExternalId', external(1224), external(1225)] as const,
    ['the most tags', { tags: tags(50) }, { tags: tags(51) }] as const,
  ])('%s', async (_what, at, beyond) => {
    expect([faultOf(order('assumeRole', at), '{}'), await codeOf(ask(at))]).toEqual([undefined, 'none']);
    expect(faultOf(order('assumeRole', beyond), '{}')).toBeDefined();
    expect(await codeOf(ask(beyond))).toBe('ValidationError');
  });
});
