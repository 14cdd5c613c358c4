import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { finishLogin } from '../../../lib/identity/oidc-callback.ts';
import { type LoginWish, beginLogin } from '../../../lib/identity/login.ts';
import { attemptSecrets } from '../../../lib/identity/oidc-login.ts';
import { noon } from '../../support/builders.ts';
import type { OidcServer } from '../../support/oidc-server.ts';
import { type MemoryIdentity, codeOf } from './memory.ts';
import { startBesideProvider } from './beside-provider.ts';

let server: OidcServer;
let identity: MemoryIdentity;

beforeEach(async () => {
  ({ server, identity } = await startBesideProvider());
});

afterEach(() => server.close());

const parametersOf = async (wish: LoginWish = {}) =>
  Object.fromEntries(new URL((await beginLogin(identity, wish)).location).searchParams);

const jarOf = (cookies: readonly string[]) =>
  Object.fromEntries(cookies.map((cookie) => /^([^=]+)=([^;]*)/.exec(cookie)?.slice(1) ?? []) as [string, string][]);

const signInWith = async (parts: MemoryIdentity = identity) => {
  const { location, cookies } = await beginLogin(parts, {});
  return finishLogin(parts, server.signIn(location), jarOf(cookies));
};

describe('where the browser is sent', () => {
  test('is the provider’s own endpoint, with everything that the flow needs', async () => {
    const { location } = await beginLogin(identity, {});
    expect(location.startsWith(`${server.issuer}/authorize?`)).toBe(true);
    await expect(parametersOf()).resolves.toEqual({
      response_type: 'code',
      client_id: 'hatcheck',
      redirect_uri: 'https://hatcheck.example.com/oidc/callback',
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      max_age: '86400',
    });
  });

  test('keeps the parameters that the endpoint has of its own', async () => {
    server.behaviour.metadata = { authorization_endpoint: `${server.issuer}/authorize?tenant=example` };
    await expect(parametersOf()).resolves.toMatchObject({ tenant: 'example', response_type: 'code' });
  });

  test('asks for groups by scope where the provider has one of that name', async () => {
    server.behaviour.metadata = { scopes_supported: ['openid', 'groups', 5] };
    await expect(parametersOf()).resolves.toMatchObject({ scope: 'openid profile email groups' });
  });

  test.each([
    [{ loginHint: 'erin@example.com' }, { login_hint: 'erin@example.com' }],
    [{ stepUp: 'mfa' }, { acr_values: 'mfa', prompt: 'login', max_age: '86400' }],
    [{ stepUp: 'fresh' }, { prompt: 'login', max_age: '0' }],
  ] as const)('for %j also asks for %j', async (wish, more) => {
    await expect(parametersOf(wish)).resolves.toMatchObject(more);
  });

  test('leaves neither nonce nor verifier with what is remembered: the browser’s cookie alone makes them', async () => {
    const { location, cookies } = await beginLogin(identity, {});
    const browser = /__Host-hatcheck-login=([\w-]{43})/.exec(cookies.join())?.[1] ?? '';
    const { nonce, codeVerifier } = attemptSecrets(browser);
    const { searchParams } = new URL(location);
    expect(searchParams.get('nonce')).toBe(nonce);
    expect(searchParams.get('code_challenge')).toBe(createHash('sha256').update(codeVerifier).digest('base64url'));
    expect(new Set([browser, nonce, codeVerifier]).size).toBe(3);
    const stored = JSON.stringify([...identity.stored.attempts]);
    for (const secret of [browser, nonce, codeVerifier]) expect(stored).not.toContain(secret);
  });

  test('is remembered for ten minutes, and since when the person must have signed in', async () => {
    await beginLogin(identity, { stepUp: 'fresh', returnTo: '/requests' });
    const [attempt] = identity.stored.attempts.values();
    expect(attempt).toMatchObject({
      provider: 'local-oidc',
      returnTo: '/requests',
      authenticatedSince: noon(0),
      expiresAt: noon(600),
    });
  });

  test('cookies are for this host alone, out of reach of scripts', async () => {
    const { cookies } = await beginLogin(identity, {});
    expect(cookies).toEqual([
      expect.stringMatching(/^__Host-hatcheck-login=[\w-]{43}; Max-Age=600; Path=\/; Secure; HttpOnly; SameSite=Lax$/),
    ]);
  });
});

describe('the provider', () => {
  test('must be a configured one', async () => {
    await expect(beginLogin(identity, { provider: 'okta' })).rejects.toMatchObject({
      refusal: { code: 'invalid_input', faults: [{ pointer: '/provider', code: 'unknown_provider' }] },
    });
    await expect(codeOf(beginLogin(identity, { provider: 'local-oidc' }))).resolves.toBe('accepted');
  });

  test('must be named where there are several, and cannot be where there is none', async () => {
    const several = { ...identity, providers: [server.provider, { ...server.provider, id: 'okta' }] };
    await expect(codeOf(beginLogin(several, {}))).resolves.toBe('invalid_input');
    await expect(codeOf(beginLogin(several, { provider: 'okta' }))).resolves.toBe('accepted');
    await expect(codeOf(beginLogin({ ...identity, providers: [] }, {}))).resolves.toBe('invalid_input');
  });

  test('that is away signs nobody in', async () => {
    server.behaviour.answer = (response) => void response.writeHead(503).end();
    await expect(codeOf(beginLogin(identity, {}))).resolves.toBe('provider_unavailable');
  });

  test('that was taken out of the configuration meanwhile signs nobody in', async () => {
    const { location, cookies } = await beginLogin(identity, {});
    const query = server.signIn(location);
    await expect(codeOf(finishLogin({ ...identity, providers: [] }, query, jarOf(cookies)))).resolves.toBe(
      'not_signed_in',
    );
  });

  test('that says no signs nobody in', async () => {
    const { location, cookies } = await beginLogin(identity, {});
    const { state = '', iss = '' } = server.signIn(location);
    await expect(codeOf(finishLogin(identity, { state, iss, error: 'access_denied' }, jarOf(cookies)))).resolves.toBe(
      'not_signed_in',
    );
    await expect(codeOf(finishLogin(identity, { state, iss }, jarOf(cookies)))).resolves.toBe('not_signed_in');
    expect(server.tokenCalls).toStrictEqual([]);
  });
});

test.each([{}, { code: '' }])('an answer with %j and no error signs nobody in', async (code) => {
  const { location, cookies } = await beginLogin(identity, {});
  const { state = '', iss = '' } = server.signIn(location);
  await expect(codeOf(finishLogin(identity, { state, iss, ...code }, jarOf(cookies)))).resolves.toBe('not_signed_in');
  expect(server.tokenCalls).toStrictEqual([]);
});

describe('a callback', () => {
  test('attack: in another browser than the one that began asks the provider for nothing', async () => {
    const { location } = await beginLogin(identity, {});
    const { cookies } = await beginLogin(identity, {});
    const query = server.signIn(location);
    await expect(codeOf(finishLogin(identity, query, jarOf(cookies)))).resolves.toBe('not_signed_in');
    await expect(codeOf(finishLogin(identity, query, {}))).resolves.toBe('not_signed_in');
    expect(server.tokenCalls).toStrictEqual([]);
  });

  test('attack: that says no and brings a code all the same asks the provider for nothing', async () => {
    const { location, cookies } = await beginLogin(identity, {});
    const query = { ...server.signIn(location), error: 'access_denied' };
    await expect(codeOf(finishLogin(identity, query, jarOf(cookies)))).resolves.toBe('not_signed_in');
    expect(server.tokenCalls).toStrictEqual([]);
  });

  test('is of the provider that was asked, where there are several', async () => {
    const first = { ...server.provider, id: 'first', issuer: 'https://first.example.com' };
    const several = { ...identity, providers: [first, server.provider] };
    const { location, cookies } = await beginLogin(several, { provider: server.provider.id });
    await finishLogin(several, server.signIn(location), jarOf(cookies));
    expect(identity.stored.events).toMatchObject([{ event: { data: { provider: server.provider.id } } }]);
  });

  test.each([
    [true, 'a token of theirs', 1],
    [true, undefined, 0],
    [false, 'a token of theirs', 0],
  ])('keeps a refresh token where it is asked for and given: %j, %j', async (offlineAccess, refreshToken, kept) => {
    const fetchJson: MemoryIdentity['fetchJson'] = async (url, request) => {
      const { status, json } = await identity.fetchJson(url, request);
      return { status, json: { ...json, refresh_token: refreshToken } };
    };
    await signInWith({
      ...identity,
      fetchJson,
      providers: [{ ...server.provider, ...(offlineAccess && { offlineAccess }) }],
    });
    expect(identity.stored.upstream.size).toBe(kept);
    expect(identity.stored.sessions.size).toBe(1);
  });

  test('leaves nothing in the attempt that was not asked for', async () => {
    await beginLogin(identity, {});
    const [attempt] = identity.stored.attempts.values();
    expect(Object.keys(attempt ?? {}).sort()).toEqual(
      ['stateHash', 'provider', 'browserHash', 'returnTo', 'expiresAt'].sort(),
    );
  });
});

describe('the code is redeemed', () => {
  const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

  test('with the secret in the header, form-encoded, unless the provider says otherwise', async () => {
    await signInWith();
    const [call] = server.tokenCalls;
    expect(call?.authorization).toBe(basic('hatcheck:the+secret+of+env%3AOIDC_SECRET'));
    expect(Object.fromEntries(call?.form ?? [])).toEqual({
      grant_type: 'authorization_code',
      code: expect.stringMatching(/^code-/),
      redirect_uri: 'https://hatcheck.example.com/oidc/callback',
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  test('with the secret in the body where the provider takes it nowhere else', async () => {
    server.behaviour.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    await signInWith();
    expect(server.tokenCalls[0]?.authorization).toBeUndefined();
    expect(Object.fromEntries(server.tokenCalls[0]?.form ?? [])).toMatchObject({
      client_id: 'hatcheck',
      client_secret: 'the secret of env:OIDC_SECRET',
    });
  });

  test('without a secret by a public client', async () => {
    const { clientSecret, ...publicClient } = server.provider;
    expect(clientSecret).toBe('env:OIDC_SECRET');
    await signInWith({ ...identity, providers: [publicClient] });
    const [call] = server.tokenCalls;
    expect(call?.authorization).toBeUndefined();
    expect(call?.form.get('client_id')).toBe('hatcheck');
    expect(call?.form.has('client_secret')).toBe(false);
  });

  test.each<[string, number, object, string]>([
    ['a refused code', 400, { error: 'invalid_grant' }, 'not_signed_in'],
    ['a refused client', 401, { error: 'invalid_client' }, 'provider_unavailable'],
    ['an error that is none', 400, { error: '<script>' }, 'provider_unavailable'],
    ['no ID token', 200, { access_token: 'a', token_type: 'Bearer' }, 'provider_unavailable'],
    ['an ID token that is no text', 200, { id_token: {} }, 'provider_unavailable'],
  ])('and %s in return signs nobody in', async (_what, status, json, code) => {
    const { location, cookies } = await beginLogin(identity, {});
    const query = server.signIn(location);
    server.behaviour.answer = (response) => void response.writeHead(status).end(JSON.stringify(json));
    await expect(codeOf(finishLogin(identity, query, jarOf(cookies)))).resolves.toBe(code);
    expect(identity.stored.sessions.size).toBe(0);
  });

  test('and an access token that is no text is no access token', async () => {
    Object.assign(server.behaviour, { accessToken: 5 });
    await expect(codeOf(signInWith())).resolves.toBe('accepted');
  });
});

test('who signed in has the session cookie, and no longer that of the attempt', async () => {
  const { cookies, location } = await signInWith();
  expect(location).toBe('/');
  expect(cookies).toEqual([
    expect.stringMatching(
      /^__Host-hatcheck=p_[\w-]{43}\.[\w-]{43}; Max-Age=14400; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    ),
    '__Host-hatcheck-login=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax',
  ]);
});

test('what goes wrong besides is not taken for a refusal', async () => {
  const broken = { ...identity, resolveSecret: () => Promise.reject(new TypeError('no such secret')) };
  await expect(signInWith(broken)).rejects.toThrow(TypeError);
});
