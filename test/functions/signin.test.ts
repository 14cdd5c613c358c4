import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create, handler } from '../../functions/signin.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { Config } from '../../lib/config/environment.ts';
import { answers } from '../../lib/http/answers.ts';
import { httpEvent, type HttpCall } from '../support/events.ts';
import { setFunctionEnvironment, testConfig } from '../support/config.ts';
import { startDynamoDb, type TestDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { type OidcServer, startOidcServer } from '../support/oidc-server.ts';

const CLAIMS = {
  name: 'Erin Engineer',
  email: 'erin@example.com',
  email_verified: true,
  groups: ['engineering'],
  amr: ['pwd'],
};

let database: TestDynamoDb;
let server: OidcServer;
let config: Config;
let clock = memoryClock();
let log = recordingLogger();
let signin: ReturnType<typeof create>;

beforeAll(async () => {
  setFunctionEnvironment({ OIDC_SECRET: 'canary-client-secret' });
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
  server.behaviour.claims = CLAIMS;
  signin = create(config, { clock, chance: systemChance, logger: log.logger });
});

const call = async (http: HttpCall): Promise<APIGatewayProxyStructuredResultV2 & { json: Record<string, unknown> }> => {
  const answer = await signin(httpEvent(http));
  const json: unknown = JSON.parse(answer.body === undefined || answer.body === '' ? '{}' : answer.body);
  return { ...answer, json: Object(json) as Record<string, unknown> };
};

const headerOf = (answer: APIGatewayProxyStructuredResultV2, name: string): string =>
  String(Object.entries(answer.headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1] ?? '');

/** `name=value` of the cookies that an answer sets. */
const pairsOf = ({ cookies = [] }: APIGatewayProxyStructuredResultV2): string[] =>
  cookies.map((cookie) => cookie.split(';')[0] ?? '').filter((pair) => !pair.endsWith('='));

const throughProvider = async (path = '/login', brought: string[] = []) => {
  const begun = await call({ path });
  expect(begun.statusCode).toBe(303);
  const query = new URLSearchParams(server.signIn(headerOf(begun, 'location')));
  return call({ path: `/oidc/callback?${query.toString()}`, cookies: [...pairsOf(begun), ...brought] });
};

describe('a person in a browser', () => {
  test('signs in, is who the provider says, and signs out', async () => {
    const finished = await throughProvider('/login?provider=local-oidc&returnTo=/requests');
    expect([finished.statusCode, headerOf(finished, 'location')]).toEqual([303, '/requests']);
    expect(finished.cookies?.[0]).toMatch(
      /^__Host-hatcheck=p_[\w-]{43}\.[\w-]{43}; Max-Age=14400; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );

    const cookies = pairsOf(finished);
    const me = await call({ path: '/v1/me', cookies });
    expect(me.statusCode).toBe(200);
    expect(answers.Me().safeParse(me.json).error).toBeUndefined();
    expect(me.json).toMatchObject({
      principal: {
        ...{ issuer: server.issuer, subject: 'subject-of-erin', kind: 'person', methods: ['pwd'] },
        ...{ displayName: 'Erin Engineer', email: 'erin@example.com', groups: ['local-oidc:engineering'] },
      },
    });
    expect(headerOf(me, 'cache-control')).toBe('no-store');

    const signedOut = await call({
      ...{ method: 'POST', path: '/logout', cookies, form: { csrf: headerOf(me, 'hatcheck-csrf') } },
      headers: { origin: config.origin, 'sec-fetch-site': 'same-origin' },
    });
    expect([signedOut.statusCode, headerOf(signedOut, 'location')]).toEqual([303, '/']);
    expect(signedOut.cookies).toEqual(['__Host-hatcheck=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax']);
    await expect(call({ path: '/v1/me', cookies })).resolves.toMatchObject({ json: { code: 'not_signed_in' } });
  });

  test('is recorded before the session leaves, by handle alone', async () => {
    const finished = await throughProvider();
    const handle = finished.cookies?.[0]?.slice('__Host-hatcheck='.length).split('.')[0];
    const { client, tables } = database;
    const { ScanCommand } = await import('@aws-sdk/client-dynamodb');
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.ledger }));
    const streams = Items.map((item) => item['stream']?.S ?? '');
    const events = (
      await Promise.all(streams.map((stream) => dynamoLedger({ client, table: tables.ledger }).read(stream)))
    ).flat();
    expect(events).toContainEqual(
      expect.objectContaining({
        stream: expect.stringMatching(/^signin#[0-9A-HJKMNP-TV-Z]{26}$/),
        type: 'signin.succeeded',
        actor: { kind: 'person', handle },
        data: { provider: 'local-oidc', method: 'browser', methods: ['pwd'] },
      }),
    );
    expect(JSON.stringify(Items)).not.toMatch(/erin/i);
  });

  test('leaves no token, secret, address or name in the log', async () => {
    await throughProvider();
    server.behaviour.claims = { ...CLAIMS, exp: 1 };
    await throughProvider();
    expect(log.text()).toContain('expired');
    for (const canary of ['erin@', 'Erin', 'eyJ', 'canary-client-secret', 'code-', 'an access token'])
      expect(log.text()).not.toContain(canary);
  });

  test('who signs in again has lost the session before', async () => {
    const former = pairsOf(await throughProvider());
    const current = pairsOf(await throughProvider('/login', former));
    expect((await call({ path: '/v1/me', cookies: current })).statusCode).toBe(200);
    expect((await call({ path: '/v1/me', cookies: former })).statusCode).toBe(401);
  });

  test('is told after an hour without a call that the session is over', async () => {
    const cookies = pairsOf(await throughProvider());
    clock.advance(3600);
    await expect(call({ path: '/v1/me', cookies })).resolves.toMatchObject({
      statusCode: 401,
      json: { code: 'session_expired' },
    });
  });
});

describe('a callback', () => {
  test('is good once', async () => {
    const begun = await call({ path: '/login' });
    const query = new URLSearchParams(server.signIn(headerOf(begun, 'location'))).toString();
    const again = { path: `/oidc/callback?${query}`, cookies: pairsOf(begun) };
    expect((await call(again)).statusCode).toBe(303);
    await expect(call(again)).resolves.toMatchObject({ statusCode: 401, json: { code: 'not_signed_in' } });
  });

  test('of an ID token that is not accepted says so, and no more', async () => {
    server.behaviour.claims = { ...CLAIMS, aud: 'another' };
    const answer = await throughProvider();
    expect(answer).toMatchObject({ statusCode: 401, json: { code: 'invalid_token' } });
    expect(answer.body).not.toMatch(/audience|another/);
    expect(answer.cookies ?? []).toStrictEqual([]);
  });

  test('of a browser that is refused is answered with a page', async () => {
    const answer = await signin(
      httpEvent({ path: '/oidc/callback?state=made-up', headers: { accept: 'text/html,*/*;q=0.8' } }),
    );
    expect([answer.statusCode, headerOf(answer, 'content-type')]).toEqual([401, 'text/html; charset=utf-8']);
    expect(answer.body).toContain('not_signed_in');
    expect(answer.body).not.toContain('made-up');
  });
});

describe('while the identity provider is away', () => {
  test.each(['/login', '/oidc/callback'])('%s says to try later, and signs nobody in', async (path) => {
    const away = await startOidcServer(() => Date.parse(clock.now()));
    signin = create(
      { ...config, identityProviders: [away.provider] },
      { clock, chance: systemChance, logger: log.logger },
    );
    const begun = path === '/login' ? undefined : await call({ path: '/login' });
    const query = new URLSearchParams(begun && away.signIn(headerOf(begun, 'location'))).toString();
    await away.close();
    const answer = await call({ path: `${path}?${query}`, ...(begun && { cookies: pairsOf(begun) }) });
    expect(answer).toMatchObject({ statusCode: 503, json: { code: 'provider_unavailable' } });
    expect(Number(headerOf(answer, 'retry-after'))).toBeGreaterThan(0);
    expect(answer.cookies ?? []).toStrictEqual([]);
  });
});

describe('GET /login', () => {
  test.each([
    ['/login?provider=unknown', '/provider'],
    ['/login?returnTo=//evil.example', '/returnTo'],
  ])('%s is refused for %s', async (path, pointer) => {
    await expect(call({ path })).resolves.toMatchObject({
      statusCode: 400,
      json: { code: 'invalid_input', errors: [{ pointer }] },
    });
  });
});

describe('POST /logout', () => {
  const headers = { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-origin' };

  test('from another site ends nobody’s session', async () => {
    const cookies = pairsOf(await throughProvider());
    const attack = { method: 'POST', path: '/logout', cookies, form: { csrf: 'guessed' } };
    await expect(call({ ...attack, headers: { origin: 'https://evil.example' } })).resolves.toMatchObject({
      json: { code: 'cross_origin' },
    });
    await expect(call({ ...attack, headers })).resolves.toMatchObject({ json: { code: 'csrf_missing' } });
    expect((await call({ path: '/v1/me', cookies })).statusCode).toBe(200);
  });

  test('without a session is as good as signed out', async () => {
    await expect(call({ method: 'POST', path: '/logout', form: {}, headers })).resolves.toMatchObject({
      statusCode: 303,
    });
  });
});

test('without a pepper there are no handles, and the function does not start', () => {
  const { pepper, ...without } = config;
  expect(pepper).toBe('env:TEST_PEPPER');
  expect(() => create(without)).toThrow(TypeError);
});

test('outside its bundle the handler says how to call it', () => {
  expect(() => handler(httpEvent({ path: '/v1/me' }))).toThrow(TypeError);
});
