import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create as createSignin } from '../../functions/signin.ts';
import { create, handler } from '../../functions/token.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { Config } from '../../lib/config/environment.ts';
import { answers } from '../../lib/http/answers.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { setFunctionEnvironment, testConfig } from '../support/config.ts';
import { startDynamoDb, type TestDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { type OidcServer, startOidcServer } from '../support/oidc-server.ts';

let database: TestDynamoDb;
let server: OidcServer;
let config: Config;
let clock = memoryClock();
let log = recordingLogger();
let token: ReturnType<typeof create>;

beforeAll(async () => {
  setFunctionEnvironment();
  database = await startDynamoDb();
  server = await startOidcServer(() => Date.parse(clock.now()));
  config = testConfig({
    ...{ tables: database.tables, endpoints: { dynamodb: database.endpoint } },
    identityProviders: [server.provider],
  });
});
afterAll(async () => {
  await server.close();
  await database.close();
});
beforeEach(() => {
  clock = memoryClock(new Date().toISOString());
  log = recordingLogger();
  delete server.behaviour.answer;
  token = create(config, { clock, chance: systemChance, logger: log.logger });
});

const form = (more: Record<string, string> = {}): Record<string, string> => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  subject_token: server.idToken({ jti: systemChance.id() }),
  client_id: 'hatcheck-cli',
  ...more,
});

const post = async (http: Partial<HttpCall>) => {
  const answer = await token(httpEvent({ method: 'POST', path: '/oauth/token', ...http }));
  const json: unknown = JSON.parse(answer.body ?? '{}');
  return { status: answer.statusCode, headers: answer.headers ?? {}, json: Object(json) as Record<string, unknown> };
};

describe('POST /oauth/token', () => {
  test('gives a bearer token that says who it is, and that ends after fifteen minutes', async () => {
    const { status, json, headers } = await post({ form: form() });
    expect(status).toBe(200);
    expect(answers.Token().safeParse(json).error).toBeUndefined();
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });

    const signin = createSignin(config, { clock, chance: systemChance, logger: log.logger });
    const authorization = `Bearer ${String(json['access_token'])}`;
    const me = () => signin(httpEvent({ path: '/v1/me', headers: { authorization } }));
    const answer = await me();
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('subject-of-erin');
    expect(Object.keys(answer.headers ?? {})).not.toContain('hatcheck-csrf');
    clock.advance(900);
    await expect(me()).resolves.toMatchObject({ statusCode: 401 });
  });

  test('takes the form in base64 and in plain text', async () => {
    const plain = new URLSearchParams(form()).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await expect(post({ body: plain, headers })).resolves.toMatchObject({ status: 200 });
    const base64 = Buffer.from(new URLSearchParams(form()).toString()).toString('base64');
    await expect(post({ body: base64, headers, isBase64Encoded: true })).resolves.toMatchObject({ status: 200 });
  });

  test('exchanges an ID token once, of ten calls at the same time too', async () => {
    const once = form();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post({ form: once })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ json }) => json['error']))).toEqual(new Set([undefined, 'invalid_request']));
  });

  test('refuses in the words of RFC 6749, and tells only the log why', async () => {
    const { status, json, headers } = await post({ form: form({ subject_token: server.idToken({ exp: 1 }) }) });
    expect([status, json['error']]).toEqual([400, 'invalid_request']);
    expect(JSON.stringify(json)).not.toContain('expired');
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(log.lines()).toContainEqual(
      expect.objectContaining({ message: 'a subject token was refused', reason: 'expired' }),
    );
    expect(log.text()).not.toMatch(/eyJ|subject-of-erin/);
  });

  test.each<[string, Partial<HttpCall>, number, string]>([
    ['another grant', { form: 'grant_type=password' }, 400, 'unsupported_grant_type'],
    ['a parameter twice', { form: 'grant_type=a&grant_type=b' }, 400, 'invalid_request'],
    ['no grant type', { form: 'client_id=hatcheck-cli' }, 400, 'invalid_request'],
    ['no form', {}, 400, 'invalid_request'],
    [
      'another client',
      { form: 'grant_type=urn:ietf:params:oauth:grant-type:token-exchange&client_id=x' },
      401,
      'invalid_client',
    ],
    [
      'client authentication',
      { form: 'grant_type=x', headers: { authorization: 'Basic eDp5' } },
      401,
      'invalid_client',
    ],
  ])('refuses %s', async (_what, http, status, error) => {
    const answer = await post(http);
    expect([answer.status, answer.json['error']]).toEqual([status, error]);
  });

  test('says to try later while the provider is away', async () => {
    const other = await startOidcServer(() => Date.parse(clock.now()));
    const idToken = other.idToken();
    await other.close();
    token = create(
      { ...config, identityProviders: [other.provider] },
      { clock, chance: systemChance, logger: log.logger },
    );
    const { status, json, headers } = await post({ form: form({ subject_token: idToken }) });
    expect([status, json['error']]).toEqual([503, 'temporarily_unavailable']);
    expect(headers).toHaveProperty('retry-after');
  });

  test('gives nothing while the ledger is away', async () => {
    token = create(
      { ...config, tables: { ...config.tables, ledger: 'no-such-table' } },
      { clock, chance: systemChance, logger: log.logger },
    );
    const { status, json } = await post({ form: form() });
    expect([status, json['error']]).toEqual([503, 'temporarily_unavailable']);
  });
});

test('the metadata names this server, its endpoints and its grants', async () => {
  const answer = await token(httpEvent({ path: '/.well-known/oauth-authorization-server' }));
  const json: unknown = JSON.parse(answer.body ?? '');
  expect(answers.AuthorizationServer().safeParse(json).error).toBeUndefined();
  expect(json).toMatchObject({
    issuer: 'http://127.0.0.1:3000',
    token_endpoint: 'http://127.0.0.1:3000/oauth/token',
    authorization_endpoint: 'http://127.0.0.1:3000/oauth/authorize',
    device_authorization_endpoint: 'http://127.0.0.1:3000/oauth/device_authorization',
    grant_types_supported: [
      ...['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    revocation_endpoint: 'http://127.0.0.1:3000/oauth/revoke',
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  });
});

test('outside its bundle the handler says how to call it', () => {
  expect(() => handler(httpEvent({ path: '/oauth/token' }))).toThrow(TypeError);
});
