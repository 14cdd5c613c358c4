import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cookiesOf, headerOf } from '../support/browser.ts';
import { httpEvent } from '../support/events.ts';
import { type OidcServer, makeKey, signedToken, startOidcServer } from '../support/oidc-server.ts';
import { type OAuthReply, type TokenFunction, startTokenFunction } from '../support/token-function.ts';
import { loginIn, refreshing } from './command-line.ts';

let provider: OidcServer;
let at: TokenFunction;

beforeEach(async () => {
  process.env['OIDC_SECRET'] = 'a secret for tests';
  provider = await startOidcServer(() => Date.parse(at.clock.now()));
  at = await startTokenFunction({ identityProviders: [{ ...provider.provider, offlineAccess: true }] });
  provider.behaviour.claims = { groups: ['sre', 'engineering'] };
});
afterEach(async () => {
  await Promise.all([at.close(), provider.close()]);
});

/** Signs in at the provider in a browser, and gives its cookies. */
const browse = async (): Promise<string[]> => {
  const begun = await at.signin(httpEvent({ path: '/login' }));
  const query = new URLSearchParams(provider.signIn(headerOf(begun, 'location'))).toString();
  return cookiesOf(await at.signin(httpEvent({ path: `/oidc/callback?${query}`, cookies: cookiesOf(begun) })));
};

const login = (cookies: string[]): Promise<OAuthReply> => loginIn(at, cookies);

const refresh = ({ json }: OAuthReply): Promise<OAuthReply> => at.post(refreshing(json['refresh_token']));

const groupsOf = async ({ json }: OAuthReply): Promise<readonly string[]> => {
  const headers = { authorization: `Bearer ${json['access_token'] ?? ''}` };
  const { body = '' } = await at.signin(httpEvent({ path: '/v1/me', headers }));
  return (/"groups":\[([^\]]*)\]/.exec(body)?.[1] ?? '').split(',').map((group) => group.replaceAll('"', ''));
};

/** When the groups of the newest session were fetched. */
const groupsAt = async ({ json }: OAuthReply): Promise<string> => {
  const secret = (json['access_token'] ?? '').split('.')[1] ?? '';
  const hash = createHash('sha256').update(secret).digest('base64url');
  const session = (await at.items()).find((item) => item.includes('session#') && item.includes(hash)) ?? '';
  return /groupsAt\W+([\dT:.Z-]+)/.exec(session)?.[1] ?? '';
};

const refreshCalls = (): number =>
  provider.tokenCalls.filter(({ form }) => form.get('grant_type') === 'refresh_token').length;

const ALL = ['local-oidc:sre', 'local-oidc:engineering'];

describe('a command line that is refreshed', () => {
  test('has the groups of now: one that was taken away at the provider is gone, one that was given is there', async () => {
    const first = await login(await browse());
    await expect(groupsOf(first)).resolves.toEqual(ALL);
    provider.behaviour.claims = { groups: ['on-call'] };
    at.clock.advance(600);
    const second = await refresh(first);
    await expect(groupsOf(second)).resolves.toEqual(['local-oidc:on-call']);
    at.clock.advance(600);
    provider.behaviour.claims = {};
    await expect(groupsOf(await refresh(second))).resolves.toEqual(['']);
    expect(refreshCalls()).toBe(2);
  });

  test('says that they are of now, and that the person proved themselves when they did', async () => {
    const first = await login(await browse());
    const before = await groupsAt(first);
    at.clock.advance(3600);
    const second = await refresh(first);
    expect(Date.parse(await groupsAt(second)) - Date.parse(before)).toBe(3_600_000);
    const sessions = (await at.items()).filter((item) => /via\W+bearer/.test(item));
    const authenticatedAt = sessions.map((item) => /authenticatedAt\W+([\dT:.Z-]+)/.exec(item)?.[1]);
    expect(new Set(authenticatedAt).size).toBe(1);
  });

  test('asks for the scope, and only where access.yml says so', async () => {
    const begun = await at.signin(httpEvent({ path: '/login' }));
    expect(new URL(headerOf(begun, 'location')).searchParams.get('scope')).toContain('offline_access');
    const other = await startTokenFunction({ identityProviders: [provider.provider] });
    const plain = await other.signin(httpEvent({ path: '/login' }));
    expect(new URL(headerOf(plain, 'location')).searchParams.get('scope')).not.toContain('offline_access');
    await other.close();
  });

  test('a second one from the same browser has none to ask with, and groups as old as the sign-in', async () => {
    const cookies = await browse();
    await login(cookies);
    const other = await login(cookies);
    const before = await groupsAt(other);
    at.clock.advance(600);
    const later = await refresh(other);
    expect(later.status).toBe(200);
    await expect(groupsAt(later)).resolves.toBe(before);
    expect(refreshCalls()).toBe(0);
  });
});

describe('a provider that does not speak for the person any more', () => {
  test('ends the sign-in, access tokens and all, and the browser that it stood on', async () => {
    const cookies = await browse();
    const first = await login(cookies);
    const second = await refresh(first);
    provider.behaviour.answer = (response, path) => {
      if (path !== '/token') return;
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
    };
    await expect(refresh(second)).resolves.toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    for (const { json } of [first, second]) await expect(at.me(json['access_token'])).resolves.toBe(401);
    expect((await at.signin(httpEvent({ path: '/v1/me', cookies }))).statusCode).toBe(401);
    expect((await at.items()).filter((item) => item.includes('provider_refused'))).toHaveLength(2);
  });

  test('refresh-token-invalid-sub: or speaks for another: nobody gets their groups', async () => {
    const first = await login(await browse());
    provider.behaviour.claims = { sub: 'somebody else', groups: ['admins'] };
    await expect(refresh(first)).resolves.toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    await expect(at.me(first.json['access_token'])).resolves.toBe(401);
  });
});

describe('groups stay as they are, and as old, while the provider', () => {
  const unchanged = async (): Promise<void> => {
    const first = await login(await browse());
    const before = await groupsAt(first);
    provider.behaviour.claims = { ...provider.behaviour.claims, groups: ['admins'] };
    at.clock.advance(600);
    await arrange();
    const second = await refresh(first);
    expect(second.status).toBe(200);
    await expect(groupsOf(second)).resolves.toEqual(ALL);
    await expect(groupsAt(second)).resolves.toBe(before);
  };
  let arrange: () => Promise<void> | void;

  test('is away', async () => {
    arrange = () => {
      provider.behaviour.answer = (response) => response.writeHead(503).end();
    };
    await unchanged();
  });

  test('says something else than it should', async () => {
    arrange = () => {
      provider.behaviour.answer = (response) =>
        response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
    };
    await unchanged();
  });

  test.each<[string, Record<string, unknown>]>([
    ['gives no ID token', { id_token: undefined }],
    ['gives an ID token that is none', { id_token: 'no.token.atall' }],
  ])('%s', async (_what, refreshed) => {
    arrange = () => void (provider.behaviour.refreshed = refreshed);
    await unchanged();
  });

  test.each<[string, Record<string, unknown>]>([
    ['refresh-token-invalid-issuer: of another issuer', { iss: 'https://evil.example' }],
    ['for another client', { aud: 'another' }],
    ['that is over', { exp: 1 }],
    ['that was made long ago', { iat: 1 }],
    ['whose groups are elsewhere (overage)', { _claim_names: { groups: 'src1' } }],
  ])('gives an ID token %s', async (_what, claims) => {
    arrange = () => void (provider.behaviour.claims = { groups: ['admins'], ...claims });
    await unchanged();
  });

  test('gives an ID token that another key signed', async () => {
    arrange = () =>
      void (provider.behaviour.idToken = (claims) =>
        signedToken(makeKey('ES256', provider.behaviour.signingKey.kid), claims));
    await unchanged();
  });

  test('and are of now again when it is back', async () => {
    const first = await login(await browse());
    provider.behaviour.answer = (response) => response.writeHead(503).end();
    const second = await refresh(first);
    delete provider.behaviour.answer;
    at.clock.advance(60);
    provider.behaviour.claims = { groups: ['on-call'] };
    await expect(groupsOf(await refresh(second))).resolves.toEqual(['local-oidc:on-call']);
  });
});

test('canary: the provider’s refresh token stands in no table, before, while and after it is used', async () => {
  const cookies = await browse();
  const seen: string[] = [];
  const look = async () => void seen.push(...(await at.items()));
  await look();
  const first = await login(cookies);
  await look();
  await refresh(first);
  await look();
  const content = seen.join();
  expect(content).toContain('upstream#');
  expect(content).not.toContain('refresh token of the provider');
  const tokens = provider.tokenCalls.flatMap(({ form }) => form.get('refresh_token') ?? []);
  expect(tokens).toHaveLength(1);
  for (const token of tokens) expect(content).not.toContain(Buffer.from(token).toString('base64url'));
});

test('a stolen table opens nothing: what is sealed needs the secret that its client alone holds', async () => {
  const first = await login(await browse());
  const sealed = (await at.items()).filter((item) => item.includes('upstream#'));
  expect(sealed).toHaveLength(1);
  await refresh(first);
  const next = (await at.items()).filter((item) => item.includes('upstream#'));
  expect(next).toHaveLength(1);
  expect(next).not.toEqual(sealed);
});
