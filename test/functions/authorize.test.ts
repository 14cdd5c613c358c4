import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { create as createToken } from '../../functions/token.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { answers } from '../../lib/http/answers.ts';
import type { IdentityProvider } from '../../lib/identity/ports.ts';
import { principal } from '../support/builders.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { recordingLogger } from '../support/logger.ts';
import { type TestBrowser, type TokenFunction, startTokenFunction } from '../support/token-function.ts';

const engineer = principal('engineer', ['sre'], { issuer: 'http://127.0.0.1:3001' });
const REDIRECT = 'http://127.0.0.1:51234/Zk3x9_random';
const VERIFIER = randomBytes(32).toString('base64url');
const STATE = 'a state of the command line'.replaceAll(' ', '-');

let at: TokenFunction;
let browser: TestBrowser;

beforeEach(async () => {
  at = await startTokenFunction();
  browser = await at.browseAs(engineer);
});
afterEach(() => at.close());

const parameters = (more: Record<string, string> = {}): Record<string, string> => ({
  response_type: 'code',
  client_id: 'hatcheck-cli',
  redirect_uri: REDIRECT,
  state: STATE,
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
  ...more,
});

const cookies = () => browser.cookies;

const ask = (more: Record<string, string> = {}, http: HttpCall = {}) =>
  at.token(
    httpEvent({
      path: `/oauth/authorize?${new URLSearchParams(parameters(more)).toString()}`,
      cookies: cookies(),
      ...http,
    }),
  );

const answer = (more: Record<string, string> = {}, http: HttpCall = {}) =>
  at.token(
    httpEvent({
      ...{ method: 'POST', path: '/oauth/authorize', cookies: cookies() },
      headers: { origin: at.config.origin, 'sec-fetch-site': 'same-origin' },
      form: { ...parameters(), decision: 'allow', csrf: browser.csrf, ...more },
      ...http,
    }),
  );

const locationOf = ({ headers }: Awaited<ReturnType<typeof ask>>): URL =>
  new URL(String(headers?.['location']), at.config.origin);

const consent = async (): Promise<string> => {
  const location = locationOf(await answer());
  return location.searchParams.get('code') ?? '';
};

const redeem = (code: string, more: Record<string, string> = {}) =>
  at.post({
    ...{ grant_type: 'authorization_code', client_id: 'hatcheck-cli', code },
    ...{ redirect_uri: REDIRECT, code_verifier: VERIFIER, ...more },
  });

const refresh = (refreshToken = '') =>
  at.post({ grant_type: 'refresh_token', client_id: 'hatcheck-cli', refresh_token: refreshToken });

const invalidGrant = { status: 400, json: { error: 'invalid_grant' } };

/** Its word holds longer. */
const telling = (provider: IdentityProvider): IdentityProvider =>
  provider.type === 'oidc' ? { ...provider, backChannelLogout: true } : provider;

describe('the command line signs in through the browser', () => {
  test('with a page that says who, a click, a code, and tokens that last', async () => {
    const page = await ask();
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(engineer.email ?? engineer.displayName ?? engineer.handle);
    expect(String(page.headers?.['content-security-policy'])).toContain("form-action 'self' http://127.0.0.1:51234");

    // ASVS 5.0, 10.7.2 and 7.4.4: for how long, and the way out.
    const end = new Date(Date.parse(at.clock.now()) + 4 * 3_600_000).toISOString();
    expect(page.body).toContain(`until <time datetime="${end}">${end.slice(0, 10)} ${end.slice(11, 16)} UTC</time>`);
    expect(page.body).toContain('action="/logout"');

    const location = locationOf(await answer());
    expect(location.href.startsWith(`${REDIRECT}?`)).toBe(true);
    expect(location.searchParams.get('state')).toBe(STATE);
    expect(location.searchParams.get('iss')).toBe(at.config.origin);

    const { status, json } = await redeem(location.searchParams.get('code') ?? '');
    expect(status).toBe(200);
    expect(answers.Token().safeParse(json).error).toBeUndefined();
    await expect(at.me(json['access_token'])).resolves.toBe(200);

    at.clock.advance(900);
    await expect(at.me(json['access_token'])).resolves.toBe(401);
    const renewed = await refresh(json['refresh_token']);
    expect(renewed.status).toBe(200);
    await expect(at.me(renewed.json['access_token'])).resolves.toBe(200);
  });

  test('not once the provider’s word is four hours old, however much it is used: then the person signs in again', async () => {
    let { json } = await redeem(await consent());
    for (const seconds of [2 * 3600, 2 * 3600 - 60]) {
      at.clock.advance(seconds);
      ({ json } = await refresh(json['refresh_token']));
    }
    expect(json).toMatchObject({ expires_in: 60 });
    at.clock.advance(60);
    await expect(refresh(json['refresh_token'])).resolves.toMatchObject(invalidGrant);
  });

  test('not after four hours without a command', async () => {
    await at.close();
    at = await startTokenFunction({ identityProviders: at.config.identityProviders.map(telling) });
    browser = await at.browseAs(engineer);
    const { json } = await redeem(await consent());
    at.clock.advance(4 * 3600 - 1);
    const used = await refresh(json['refresh_token']);
    expect(used.status).toBe(200);
    at.clock.advance(4 * 3600);
    await expect(refresh(used.json['refresh_token'])).resolves.toMatchObject(invalidGrant);
    const list = await at.signin(
      httpEvent({ path: '/v1/sessions', headers: { authorization: `Bearer ${used.json['access_token'] ?? ''}` } }),
    );
    expect(list.statusCode).toBe(401);
  });

  test('after signing in, who was not; the question comes back whole', async () => {
    const login = locationOf(await ask({}, { cookies: [] }));
    expect(login.pathname).toBe('/login');
    const returnTo = login.searchParams.get('returnTo') ?? '';
    expect(returnTo).toMatch(/^\/oauth\/authorize\?resume=[\w-]+$/);
    const page = await at.token(httpEvent({ path: returnTo, cookies: cookies() }));
    expect(page.statusCode).toBe(200);
    for (const value of [REDIRECT, STATE]) expect(page.body).toContain(value);
  });

  test('at the provider and as the person that the command line names', async () => {
    const login = locationOf(
      await ask({ provider: 'local-oidc', login_hint: 'engineer@example.com' }, { cookies: [] }),
    );
    expect(Object.fromEntries(login.searchParams)).toMatchObject({
      ...{ provider: 'local-oidc', loginHint: 'engineer@example.com' },
    });
  });

  test('on the loopback address of IPv6 too', async () => {
    const page = await ask({ redirect_uri: 'http://[::1]:51234/cb' });
    expect(String(page.headers?.['content-security-policy'])).toContain("form-action 'self' http:");
  });

  test('not with a question that came back spoilt', async () => {
    const resume = Buffer.from('state=a&state=b').toString('base64url');
    expect(
      (await at.token(httpEvent({ path: `/oauth/authorize?resume=${resume}`, cookies: cookies() }))).statusCode,
    ).toBe(400);
  });

  test('anew, when it asks for that, and once only', async () => {
    const login = locationOf(await ask({ prompt: 'login' }));
    expect(login.searchParams.get('stepUp')).toBe('fresh');
    const page = await at.token(httpEvent({ path: login.searchParams.get('returnTo') ?? '', cookies: cookies() }));
    expect(page.statusCode).toBe(200);
  });

  test('or does not, when the person says no', async () => {
    const location = locationOf(await answer({ decision: 'deny' }));
    expect(location.searchParams.get('error')).toBe('access_denied');
    expect(location.searchParams.has('code')).toBe(false);
  });

  test('is one session in the list, and ends with it', async () => {
    const { json } = await redeem(await consent());
    const list = await at.signin(httpEvent({ path: '/v1/sessions', cookies: cookies() }));
    expect(answers.Sessions().safeParse(JSON.parse(list.body ?? '')).error).toBeUndefined();
    const { sessions } = answers.Sessions().parse(JSON.parse(list.body ?? ''));
    expect(sessions.map(({ client }) => client).sort()).toEqual(['hatcheck-cli', undefined]);
    const id = sessions.find(({ client }) => client !== undefined)?.id ?? '';
    const headers = { origin: at.config.origin, 'hatcheck-csrf': '1' };
    const routeKey = 'DELETE /v1/sessions/{id}';
    await at.signin(httpEvent({ method: 'DELETE', path: `/v1/sessions/${id}`, routeKey, cookies: cookies(), headers }));
    await expect(at.me(json['access_token'])).resolves.toBe(401);
    await expect(refresh(json['refresh_token'])).resolves.toMatchObject(invalidGrant);
  });

  test('ends with its log-out, refresh token and all', async () => {
    const { json } = await redeem(await consent());
    const headers = { authorization: `Bearer ${String(json['access_token'])}` };
    await at.signin(httpEvent({ method: 'POST', path: '/logout', headers }));
    await expect(at.me(json['access_token'])).resolves.toBe(401);
    await expect(refresh(json['refresh_token'])).resolves.toMatchObject(invalidGrant);
  });
});

describe('F1: an address that is no loopback literal gets no code, not even an error', () => {
  test.each([
    'http://localhost:51234/cb',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:0/cb',
    'http://127.0.0.1:99999/cb',
    'https://127.0.0.1:51234/cb',
    'http://127.0.0.1:51234@evil.example/cb',
    'http://127.0.0.1.evil.example:80/cb',
    'http://127.0.0.1:51234/cb#fragment',
    'http://127.0.0.1:51234/cb?more=1',
    'http://127.0.0.1:51234/../cb',
    'http://127.0.0.1:51234',
    'http://evil.example/cb',
    'javascript:alert(1)',
    '',
  ])('%s', async (redirectUri) => {
    for (const refused of [await ask({ redirect_uri: redirectUri }), await answer({ redirect_uri: redirectUri })]) {
      expect(refused.statusCode).toBe(400);
      expect(refused.headers).not.toHaveProperty('location');
    }
  });
});

describe('F1: what is asked wrongly is refused before the person is asked', () => {
  test.each<[string, Record<string, string>, string]>([
    ['no state', { state: '' }, 'invalid_request'],
    ['a state that is guessed', { state: 'short' }, 'invalid_request'],
    ['PKCE by plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no PKCE', { code_challenge: '' }, 'invalid_request'],
    ['a token in the front channel', { response_type: 'token' }, 'unsupported_response_type'],
    ['a scope', { scope: 'admin' }, 'invalid_scope'],
  ])('%s', async (_what, more, error) => {
    const location = locationOf(await ask(more));
    expect(location.origin).toBe('http://127.0.0.1:51234');
    expect([location.searchParams.get('error'), location.searchParams.get('iss')]).toEqual([error, at.config.origin]);
  });

  test('another client', async () => {
    expect((await ask({ client_id: 'evil' })).statusCode).toBe(400);
  });

  test('nothing at all but the client', async () => {
    const path = '/oauth/authorize?client_id=hatcheck-cli';
    expect((await at.token(httpEvent({ path, cookies: cookies() }))).statusCode).toBe(400);
  });

  test.each(['code', 'code_verifier', 'redirect_uri'])('a redemption without %s', async (name) => {
    const code = await consent();
    await expect(redeem(code, { [name]: '' })).resolves.toMatchObject({ json: { error: 'invalid_request' } });
    await expect(redeem(code)).resolves.toMatchObject({ status: 200 });
  });
});

describe('F1: nobody but the person gives consent', () => {
  test.each<[string, HttpCall, Record<string, string>]>([
    ['another site', { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } }, {}],
    [
      'a local page on another port',
      { headers: { origin: 'http://127.0.0.1:4000', 'sec-fetch-site': 'same-site' } },
      {},
    ],
    ['a form without the field', {}, { csrf: 'guessed' }],
  ])('%s', async (_what, http, more) => {
    expect((await answer(more, http)).statusCode).toBe(403);
  });

  test('a bearer token: a session must not beget longer ones', async () => {
    const { json } = await redeem(await consent());
    const headers = { authorization: `Bearer ${String(json['access_token'])}` };
    const refused = await answer({}, { cookies: [], headers });
    expect(refused.statusCode).toBe(401);
  });

  test('markup in a parameter stays text', async () => {
    const page = await ask({ state: '"><script>alert(1)</script>' });
    expect(page.body).not.toContain('<script>');
  });
});

describe('F1: a code that was intercepted', () => {
  test.each<[string, Record<string, string>]>([
    ['without the verifier', { code_verifier: randomBytes(32).toString('base64url') }],
    ['with the challenge for a verifier', { code_verifier: parameters()['code_challenge'] ?? '' }],
    ['at another address', { redirect_uri: 'http://127.0.0.1:51235/Zk3x9_random' }],
  ])('is of no use %s, and not spoilt', async (_what, more) => {
    const code = await consent();
    await expect(redeem(code, more)).resolves.toMatchObject(invalidGrant);
    await expect(redeem(code)).resolves.toMatchObject({ status: 200 });
  });

  test('is over after a minute', async () => {
    const code = await consent();
    at.clock.advance(60);
    await expect(redeem(code)).resolves.toMatchObject(invalidGrant);
  });

  test('and used twice takes away what it gave', async () => {
    const code = await consent();
    const { json } = await redeem(code);
    await expect(redeem(code)).resolves.toMatchObject(invalidGrant);
    await expect(at.me(json['access_token'])).resolves.toBe(401);
    await expect(refresh(json['refresh_token'])).resolves.toMatchObject(invalidGrant);
  });

  test('of ten redemptions at once at most one gets tokens, and none keeps them', async () => {
    const code = await consent();
    const all = await Promise.all(Array.from({ length: 10 }, () => redeem(code)));
    const given = all.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const one of all) if (!given.includes(one)) expect(one).toMatchObject(invalidGrant);
    for (const { json } of given) await expect(at.me(json['access_token'])).resolves.toBe(401);
  });
});

describe('F3: a refresh token that was stolen', () => {
  test('and used after its owner ends the whole family', async () => {
    const first = (await redeem(await consent())).json;
    const second = (await refresh(first['refresh_token'])).json;
    await expect(refresh(first['refresh_token'])).resolves.toMatchObject(invalidGrant);
    for (const { access_token: access } of [first, second]) await expect(at.me(access)).resolves.toBe(401);
    await expect(refresh(second['refresh_token'])).resolves.toMatchObject(invalidGrant);
    expect((await at.signin(httpEvent({ path: '/v1/me', cookies: cookies() }))).statusCode).toBe(200);
  });

  test('and used at the same time as by its owner leaves nobody a session', async () => {
    const { json } = await redeem(await consent());
    const all = await Promise.all(Array.from({ length: 10 }, () => refresh(json['refresh_token'])));
    const given = all.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const one of all) if (!given.includes(one)) expect(one).toMatchObject(invalidGrant);
    for (const one of [json, ...given.map((each) => each.json)])
      await expect(at.me(one['access_token'])).resolves.toBe(401);
  });

  test.each(['', 'x', `${engineer.handle}.${'a'.repeat(43)}`])('is not guessed: %s', async (guess) => {
    expect((await refresh(guess)).status).toBe(400);
    await expect(redeem(guess || 'x')).resolves.toMatchObject(invalidGrant);
  });

  test('is no access token, and an access token is no refresh token', async () => {
    const { json } = await redeem(await consent());
    await expect(at.me(json['refresh_token'])).resolves.toBe(401);
    await expect(refresh(json['access_token'])).resolves.toMatchObject(invalidGrant);
  });
});

test('a provider that is no longer configured vouches for nobody', async () => {
  const { json } = await redeem(await consent());
  const around = { clock: at.clock, chance: systemChance, logger: recordingLogger().logger };
  const token = createToken({ ...at.config, identityProviders: [] }, around);
  const form = { grant_type: 'refresh_token', client_id: 'hatcheck-cli', refresh_token: json['refresh_token'] ?? '' };
  const { statusCode, body = '{}' } = await token(httpEvent({ method: 'POST', path: '/oauth/token', form }));
  expect({ status: statusCode, json: JSON.parse(body) as unknown }).toMatchObject(invalidGrant);
});
