import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AssumeRoleWithWebIdentityCommandInput } from '@aws-sdk/client-sts';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { LocalAws } from '../../../local/aws/server.ts';
import { closeServer, listenOnLoopback } from '../../../local/gateway/loopback.ts';
import { ALLOW_ALL, codeOf, policy, REGION, role, start, TARGET, TARGET_ACCOUNT, world } from './small-world.ts';

const AUDIENCE = `hatcheck:${TARGET_ACCOUNT}`;
const TAGS = 'https://aws.amazon.com/tags';
const SOURCE_IDENTITY = 'https://aws.amazon.com/source_identity';

let issuer: string;
let issuerServer: Server;
let discovery: object;
let aws: LocalAws;
let sts: STSClient;
const keys = new Map<string, CryptoKey>();

const trusting = (provider: string, host: string, Action: string[]) =>
  policy({
    Effect: 'Allow',
    Principal: { Federated: provider },
    Action,
    Condition: { StringEquals: { [`${host}:aud`]: AUDIENCE, [`${host}:sub`]: 'staging-admin' } },
  });

const ROLE = (name: string) => `arn:aws:iam::${TARGET_ACCOUNT}:role/hatcheck/${name}`;

beforeAll(async () => {
  const jwks: object[] = [];
  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA']) {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    keys.set(alg, privateKey);
    jwks.push({ ...(await exportJWK(publicKey)), kid: alg });
  }
  issuerServer = createServer((request, response) => {
    response.end(JSON.stringify(request.url === '/jwks' ? { keys: jwks } : discovery));
  });
  const host = `127.0.0.1:${await listenOnLoopback(issuerServer, 0)}`;
  issuer = `http://${host}`;
  discovery = { issuer, jwks_uri: `${issuer}/jwks` };
  const provider = `arn:aws:iam::${TARGET_ACCOUNT}:oidc-provider/${host}`;
  const whole = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'];
  const here = world(
    role(ROLE('Whole'), { trustPolicy: trusting(provider, host, whole), maxSessionSeconds: 43_200 }),
    role(ROLE('Short'), { trustPolicy: trusting(provider, host, whole) }),
    role(ROLE('NoTags'), { trustPolicy: trusting(provider, host, [whole[0] ?? '', whole[2] ?? '']) }),
    role(ROLE('NoIdentity'), { trustPolicy: trusting(provider, host, whole.slice(0, 2)) }),
  );
  const target = { ...here.accounts[TARGET_ACCOUNT], buckets: [], oidcProviders: [{ issuer, clientIds: [AUDIENCE] }] };
  aws = await start({ world: { ...here, accounts: { ...here.accounts, [TARGET_ACCOUNT]: target } } });
  sts = new STSClient({
    endpoint: aws.endpoint,
    region: REGION,
    maxAttempts: 1,
    credentials: () => Promise.reject(new Error('none')),
  });
});
afterAll(async () => {
  await aws.close();
  await closeServer(issuerServer);
});

const seconds = () => Math.floor(Date.now() / 1000);

interface Made {
  readonly alg?: string;
  readonly kid?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

const token = ({ alg = 'ES256', kid = alg, claims = {} }: Made = {}): Promise<string> => {
  const whole: Record<string, unknown> = {
    iss: issuer,
    aud: AUDIENCE,
    sub: 'staging-admin',
    iat: seconds(),
    exp: seconds() + 60,
    ...claims,
  };
  const present = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
  const key = keys.get(alg);
  if (!key) throw new TypeError(alg);
  return new SignJWT(present).setProtectedHeader({ alg, kid }).sign(key);
};

const assume = async (made: Made = {}, input: Partial<AssumeRoleWithWebIdentityCommandInput> = {}) =>
  sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: ROLE('Whole'),
      RoleSessionName: 'engineer@example.com',
      WebIdentityToken: await token(made),
      ...input,
    }),
  );

describe('a role session by token', () => {
  test('is answered as AWS does, carries the tags and source identity of the token, and works', async () => {
    const claims = {
      [TAGS]: { principal_tags: { 'hatcheck-request': ['r_1'] }, transitive_tag_keys: ['hatcheck-request'] },
      [SOURCE_IDENTITY]: 'p_x',
    };
    const answer = await assume({ claims }, { DurationSeconds: 43_200, Policy: JSON.stringify(ALLOW_ALL) });
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: 'staging-admin',
      Audience: AUDIENCE,
      SourceIdentity: 'p_x',
    });
    expect(answer.Provider).toBe(`arn:aws:iam::${TARGET_ACCOUNT}:oidc-provider/${issuer.slice(7)}`);
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
    expect((Expiration?.getTime() ?? 0) / 1000 - seconds()).toBeGreaterThan(43_190);
    const credentials = {
      accessKeyId: AccessKeyId ?? '',
      secretAccessKey: SecretAccessKey ?? '',
      sessionToken: SessionToken ?? '',
    };
    const client = new STSClient({ endpoint: aws.endpoint, region: REGION, credentials });
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:sts::${TARGET_ACCOUNT}:assumed-role/Whole/engineer@example.com`);
  });

  test.each(['ES256', 'RS256'])('a token signed with %s is accepted', async (alg) => {
    expect(await codeOf(assume({ alg }))).toBe('none');
  });
});

describe('what AWS refuses is refused', () => {
  const tagged = (tags: object) => ({ claims: { [TAGS]: { principal_tags: tags } } });
  test.each<[string, Made, string]>([
    ['PS256', { alg: 'PS256' }, 'InvalidIdentityTokenException'],
    ['EdDSA', { alg: 'EdDSA' }, 'InvalidIdentityTokenException'],
    ['a key that is not published', { kid: 'other' }, 'InvalidIdentityTokenException'],
    ['another issuer', { claims: { iss: 'http://127.0.0.1:9' } }, 'InvalidIdentityTokenException'],
    ['another audience', { claims: { aud: 'hatcheck:other' } }, 'InvalidIdentityTokenException'],
    ['several audiences without azp', { claims: { aud: [AUDIENCE, 'other'] } }, 'InvalidIdentityTokenException'],
    [
      'several audiences with another azp',
      { claims: { aud: [AUDIENCE, 'other'], azp: 'other' } },
      'InvalidIdentityTokenException',
    ],
    ['several audiences with ours as azp', { claims: { aud: [AUDIENCE, 'other'], azp: AUDIENCE } }, 'none'],
    ['no subject', { claims: { sub: undefined } }, 'InvalidIdentityTokenException'],
    ['another subject', { claims: { sub: 'prod-admin' } }, 'AccessDenied'],
    ['a subject that only begins so', { claims: { sub: 'staging-admin-2' } }, 'AccessDenied'],
    ['no expiry', { claims: { exp: undefined } }, 'InvalidIdentityTokenException'],
    ['an expiry that is over', { claims: { exp: seconds() - 1 } }, 'ExpiredTokenException'],
    ['no time of issue', { claims: { iat: undefined } }, 'InvalidIdentityTokenException'],
    ['a time of issue to come', { claims: { iat: seconds() + 600 } }, 'InvalidIdentityTokenException'],
    ['a source identity of 64 characters', { claims: { [SOURCE_IDENTITY]: 'a'.repeat(64) } }, 'none'],
    [
      'a source identity of 65 characters',
      { claims: { [SOURCE_IDENTITY]: 'a'.repeat(65) } },
      'InvalidIdentityTokenException',
    ],
    ['a tag value of 256 characters', tagged({ k: ['v'.repeat(256)] }), 'none'],
    ['a tag value of 257 characters', tagged({ k: ['v'.repeat(257)] }), 'ValidationError'],
    ['a tag with two values', tagged({ k: ['a', 'b'] }), 'InvalidIdentityTokenException'],
    ['50 tags', tagged(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, ['v']]))), 'none'],
    ['51 tags', tagged(Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ['v']]))), 'ValidationError'],
  ])('%s', async (_what, made, code) => {
    expect(await codeOf(assume(made))).toBe(code);
  });

  test.each<[string, Partial<AssumeRoleWithWebIdentityCommandInput>, string]>([
    ['899 seconds', { DurationSeconds: 899 }, 'ValidationError'],
    ['900 seconds', { DurationSeconds: 900 }, 'none'],
    ['12 hours', { DurationSeconds: 43_200 }, 'none'],
    ['12 hours and a second', { DurationSeconds: 43_201 }, 'ValidationError'],
    ['what the role allows', { DurationSeconds: 3600, RoleArn: ROLE('Short') }, 'none'],
    ['a second more than the role allows', { DurationSeconds: 3601, RoleArn: ROLE('Short') }, 'ValidationError'],
    ['a role of another way', { RoleArn: TARGET }, 'AccessDenied'],
    ['a role that is not there', { RoleArn: ROLE('None') }, 'AccessDenied'],
    [
      'an account without the provider',
      { RoleArn: 'arn:aws:iam::444455556666:role/X' },
      'InvalidIdentityTokenException',
    ],
    ['no JWT at all', { WebIdentityToken: 'none at all' }, 'InvalidIdentityTokenException'],
    ['a token of 20,001 characters', { WebIdentityToken: 'a'.repeat(20_001) }, 'ValidationError'],
    ['a session name of 64 characters', { RoleSessionName: 'a'.repeat(64) }, 'none'],
    ['a session name of 65 characters', { RoleSessionName: 'a'.repeat(65) }, 'ValidationError'],
    ['a session policy of 2,049 characters', { Policy: 'x'.repeat(2049) }, 'ValidationError'],
    ['a session policy that is none', { Policy: '{' }, 'MalformedPolicyDocumentException'],
  ])('%s', async (_what, input, code) => {
    expect(await codeOf(assume({}, input))).toBe(code);
  });

  test('tags and source identity need a yes of their own in the trust policy', async () => {
    const tags = { claims: { [TAGS]: { principal_tags: { k: ['v'] } } } };
    const identity = { claims: { [SOURCE_IDENTITY]: 'p_x' } };
    expect(await codeOf(assume(tags, { RoleArn: ROLE('NoTags') }))).toBe('AccessDenied');
    expect(await codeOf(assume(identity, { RoleArn: ROLE('NoTags') }))).toBe('none');
    expect(await codeOf(assume(identity, { RoleArn: ROLE('NoIdentity') }))).toBe('AccessDenied');
    expect(await codeOf(assume(tags, { RoleArn: ROLE('NoIdentity') }))).toBe('none');
  });

  test('a discovery document that names another issuer', async () => {
    const before = discovery;
    discovery = { issuer: 'http://127.0.0.1:9', jwks_uri: `${issuer}/jwks` };
    expect(await codeOf(assume())).toBe('InvalidIdentityTokenException');
    discovery = { issuer, jwks_uri: 'http://169.254.169.254/jwks' };
    expect(await codeOf(assume())).toBe('IDPCommunicationErrorException');
    discovery = before;
  });
});
