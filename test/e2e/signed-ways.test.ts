import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Browser, Reply } from '../../local/browser.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';
import { leaksOf, readSinks } from './sinks.ts';
import { type Wiretap, tapWires } from './wiretap.ts';

let stack: TestStack;
let wires: Wiretap;
let engineer: Browser;
beforeAll(async () => {
  wires = tapWires();
  stack = await startTestStack();
  engineer = await stack.signedIn('engineer@example.com');
});
afterAll(async () => {
  wires.stop();
  await stack.close();
});

const HOUR_MS = 3_600_000;

const granted = async (entitlementId: string, durationSeconds: number): Promise<string> => {
  const justification = 'A migration that runs all day';
  const asked = await engineer.call('POST', '/v1/requests', { entitlementId, justification, durationSeconds });
  expect(asked.status).toBe(201);
  return (asked.json['request'] as { id: string }).id;
};

const credentialsFor = (id: string): Promise<Reply> => engineer.call('POST', `/v1/requests/${id}/credentials`);

const clientConfig = ({ json }: Reply) => ({
  ...{ region: 'eu-west-1', endpoint: stack.aws.endpoint, maxAttempts: 1 },
  credentials: {
    accessKeyId: String(json['AccessKeyId']),
    secretAccessKey: String(json['SecretAccessKey']),
    sessionToken: String(json['SessionToken']),
  },
});

/** The bodies of what STS was asked with this action. */
const askedOfSts = (action: string): readonly URLSearchParams[] =>
  wires.exchanges
    .filter(({ askedBody }) => askedBody.includes(`Action=${action}&`))
    .map(({ askedBody }) => new URLSearchParams(askedBody));

describe('by a token that the broker signs', () => {
  let id: string;
  let reply: Reply;
  beforeAll(async () => {
    id = await granted('staging-admin', 12 * 3600);
    reply = await credentialsFor(id);
  });

  test('a session is as long as the grant, beyond the hour of a chained role, and works', async () => {
    expect(reply.status).toBe(200);
    const left = Date.parse(String(reply.json['Expiration'])) - Date.now();
    expect(left).toBeGreaterThan(11 * HOUR_MS);
    expect(left).toBeLessThanOrEqual(12 * HOUR_MS);
    const { Arn } = await new STSClient(clientConfig(reply)).send(new GetCallerIdentityCommand({}));
    expect(Arn).toMatch(/^arn:aws:sts::444455556666:assumed-role\/Admin\/engineer@example\.com=[\w-]{8}$/);
    const { Buckets } = await new S3Client({ ...clientConfig(reply), forcePathStyle: true }).send(
      new ListBucketsCommand({}),
    );
    expect(Buckets?.map(({ Name }) => Name)).toContain('staging-reports');
  });

  test('the token is made out to one account and one entitlement, for a minute, and says whose session it is', () => {
    const [asked] = askedOfSts('AssumeRoleWithWebIdentity');
    const claims = decodeJwt(asked?.get('WebIdentityToken') ?? '');
    expect(claims).toMatchObject({
      iss: stack.origin,
      aud: 'hatcheck:444455556666',
      sub: 'staging-admin',
      jti: expect.stringMatching(new RegExp(`^${id}\\.[\\w-]{12}$`)),
      'https://aws.amazon.com/source_identity': expect.stringMatching(/^p_[\w-]{43}$/),
      'https://aws.amazon.com/tags': {
        principal_tags: { 'hatcheck-request': [id], 'hatcheck-entitlement': ['staging-admin'] },
      },
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(60);
  });

  test('STS is asked only when the intent is written, and signing waits for nothing', async () => {
    const { json } = await engineer.call('GET', `/v1/requests/${id}`);
    const types = (json['events'] as { type: string }[]).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['credentials.intended', 'credentials.issued']));
    const actions = stack.aws.calls.map(({ action }) => action);
    const opened = actions.lastIndexOf('sts:AssumeRoleWithWebIdentity');
    expect(actions.lastIndexOf('dynamodb:PutItem', opened)).toBeGreaterThan(-1);
    expect(stack.aws.calls.filter(({ action }) => action === 'kms:Sign')).toHaveLength(1);
  });

  test('a canary: the token stands in no log, table, file, error or record', async () => {
    const tokens = askedOfSts('AssumeRoleWithWebIdentity').map((asked) => asked.get('WebIdentityToken') ?? '');
    expect(tokens).not.toStrictEqual([]);
    const sinks = await readSinks({ stack, exchanges: wires.exchanges, output: [], commandLines: [] });
    // Its signature alone would be enough, the rest is guessed.
    const secrets = tokens.flatMap((token) => token.split('.').slice(1)).map((secret) => ({ kind: 'token', secret }));
    expect(leaksOf(sinks, secrets)).toStrictEqual([]);
  });
});

describe('by a SAML response that the broker signs', () => {
  let id: string;
  let reply: Reply;
  beforeAll(async () => {
    id = await granted('legacy-admin', 8 * 3600);
    reply = await credentialsFor(id);
  });
  const responses = () => askedOfSts('AssumeRoleWithSAML').map((asked) => asked.get('SAMLAssertion') ?? '');

  test('a session is as long as the grant, beyond the hour of a chained role, and works', async () => {
    expect(reply.status).toBe(200);
    const left = Date.parse(String(reply.json['Expiration'])) - Date.now();
    expect(left).toBeGreaterThan(7 * HOUR_MS);
    expect(left).toBeLessThanOrEqual(8 * HOUR_MS);
    const { Arn } = await new STSClient(clientConfig(reply)).send(new GetCallerIdentityCommand({}));
    expect(Arn).toMatch(/^arn:aws:sts::444455556666:assumed-role\/LegacyAdmin\/engineer@example\.com=[\w-]{8}$/);
    const { Buckets } = await new S3Client({ ...clientConfig(reply), forcePathStyle: true }).send(
      new ListBucketsCommand({}),
    );
    expect(Buckets?.map(({ Name }) => Name)).toContain('staging-reports');
  });

  test('the response names one role, by one provider, and whose session it is', () => {
    const xml = Buffer.from(responses()[0] ?? '', 'base64').toString();
    expect(xml).toContain(
      '<saml:AttributeValue>arn:aws:iam::444455556666:role/hatcheck/LegacyAdmin,arn:aws:iam::444455556666:saml-provider/hatcheck</saml:AttributeValue>',
    );
    expect(xml).toContain(`PrincipalTag:hatcheck-request"><saml:AttributeValue>${id}</saml:AttributeValue>`);
    expect(xml).toContain(`<saml:Issuer>${stack.origin}/saml</saml:Issuer>`);
  });

  test('a canary: the response stands in no log, table, file, error or record', async () => {
    const sinks = await readSinks({ stack, exchanges: wires.exchanges, output: [], commandLines: [] });
    const secrets = responses().flatMap((response) => {
      const [, value = ''] = /SignatureValue>([^<]+)</.exec(Buffer.from(response, 'base64').toString()) ?? [];
      return [response.slice(-200), value].map((secret) => ({ kind: 'response', secret }));
    });
    expect(secrets).toHaveLength(2);
    expect(leaksOf(sinks, secrets)).toStrictEqual([]);
  });
});

describe.each(['prod-read', 'staging-admin', 'legacy-admin'])('the way to a credential of %s', (entitlementId) => {
  test('takes four trips, one after the other, once it is warm', async () => {
    const id = await granted(entitlementId, 3600);
    await credentialsFor(id);
    const before = stack.aws.calls.length;
    expect((await credentialsFor(id)).status).toBe(200);
    const actions = stack.aws.calls
      .slice(before)
      // Who brings an assertion signs nothing, and is nobody yet.
      .filter(({ principal, action }) =>
        action.startsWith('sts:AssumeRoleWith') ? true : principal?.includes('hatcheck-dev-credentials'),
      )
      .map(({ action }) => action);
    const put = actions.flatMap((action, at) => (action === 'dynamodb:PutItem' ? [at] : []));
    const opened = actions.findIndex((action) => action.startsWith('sts:AssumeRole'));
    const signed = actions.filter((action) => action === 'kms:Sign');
    // Reads; the intent, beside which is signed; STS; the outcome.
    expect(signed).toHaveLength(entitlementId === 'prod-read' ? 0 : 1);
    expect(put).toHaveLength(2);
    expect([Number(put[0]) < opened, opened < Number(put[1])]).toEqual([true, true]);
    const reads = actions.slice(0, put[0]).filter((action) => action !== 'kms:Sign');
    expect(reads.every((action) => ['dynamodb:GetItem', 'dynamodb:Query'].includes(action))).toBe(true);
    expect(
      actions
        .slice(Number(put[0]) + 1)
        .filter((action) => !/^(?:kms:Sign|sts:AssumeRole.*|dynamodb:PutItem)$/.test(action)),
    ).toStrictEqual([]);
  });
});

describe('what AWS reads of us', () => {
  const published = async (path: string): Promise<Response> => fetch(`${stack.origin}${path}`);

  test('is the issuer, which may be kept for an hour, and both keys, for five minutes, for anybody', async () => {
    const discovery = await published('/.well-known/openid-configuration');
    expect(discovery.headers.get('cache-control')).toBe('public, max-age=3600');
    expect(await discovery.json()).toMatchObject({
      issuer: stack.origin,
      jwks_uri: `${stack.origin}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['ES256'],
    });
    const keys = await published('/.well-known/jwks.json');
    expect(keys.headers.get('cache-control')).toBe('public, max-age=300');
    const { keys: two } = (await keys.json()) as { keys: { kid: string }[] };
    expect(new Set(two.map(({ kid }) => kid)).size).toBe(2);
  });
});
