import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type HttpCall, httpEvent } from '../support/events.ts';
import {
  answer,
  ask,
  at,
  consent,
  cookies,
  engineer,
  refusedFor,
  locationOf,
  redeem,
  refresh,
} from './authorize-scene.ts';
import { authorization } from './command-line.ts';

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
    ['with the challenge for a verifier', { code_verifier: authorization()['code_challenge'] ?? '' }],
    ['at another address', { redirect_uri: 'http://127.0.0.1:51235/Zk3x9_random' }],
  ])('is of no use %s, and not spoilt', async (_what, more) => {
    const code = await consent();
    await expect(redeem(code, more)).resolves.toMatchObject(refusedFor('invalid_grant'));
    await expect(redeem(code)).resolves.toMatchObject({ status: 200 });
  });

  test('is over after a minute', async () => {
    const code = await consent();
    at.clock.advance(60);
    await expect(redeem(code)).resolves.toMatchObject(refusedFor('invalid_grant'));
  });

  test('and used twice takes away what it gave', async () => {
    const code = await consent();
    const { json } = await redeem(code);
    await expect(redeem(code)).resolves.toMatchObject(refusedFor('invalid_grant'));
    await expect(at.me(json['access_token'])).resolves.toBe(401);
    await expect(refresh(json['refresh_token'])).resolves.toMatchObject(refusedFor('invalid_grant'));
  });

  test('of ten redemptions at once at most one gets tokens, and none keeps them', async () => {
    const code = await consent();
    const all = await Promise.all(Array.from({ length: 10 }, () => redeem(code)));
    const given = all.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const one of all) if (!given.includes(one)) expect(one).toMatchObject(refusedFor('invalid_grant'));
    for (const { json } of given) await expect(at.me(json['access_token'])).resolves.toBe(401);
  });
});

describe('F3: a refresh token that was stolen', () => {
  test('and used after its owner ends the whole family', async () => {
    const first = (await redeem(await consent())).json;
    const second = (await refresh(first['refresh_token'])).json;
    await expect(refresh(first['refresh_token'])).resolves.toMatchObject(refusedFor('invalid_grant'));
    for (const { access_token: access } of [first, second]) await expect(at.me(access)).resolves.toBe(401);
    await expect(refresh(second['refresh_token'])).resolves.toMatchObject(refusedFor('invalid_grant'));
    expect((await at.signin(httpEvent({ path: '/v1/me', cookies: cookies() }))).statusCode).toBe(200);
  });

  test('and used at the same time as by its owner leaves nobody a session', async () => {
    const { json } = await redeem(await consent());
    const all = await Promise.all(Array.from({ length: 10 }, () => refresh(json['refresh_token'])));
    const given = all.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const one of all) if (!given.includes(one)) expect(one).toMatchObject(refusedFor('invalid_grant'));
    for (const one of [json, ...given.map((each) => each.json)])
      await expect(at.me(one['access_token'])).resolves.toBe(401);
  });

  test.each(['', 'x', `${engineer.handle}.${'a'.repeat(43)}`])('is not guessed: %s', async (guess) => {
    expect((await refresh(guess)).status).toBe(400);
    await expect(redeem(guess || 'x')).resolves.toMatchObject(refusedFor('invalid_grant'));
  });

  test('is no access token, and an access token is no refresh token', async () => {
    const { json } = await redeem(await consent());
    await expect(at.me(json['refresh_token'])).resolves.toBe(401);
    await expect(refresh(json['access_token'])).resolves.toMatchObject(refusedFor('invalid_grant'));
  });
});
