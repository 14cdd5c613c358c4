import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { localAccounts } from '../../../local/idp/accounts.ts';
import { generateOidcKeys } from '../../../local/idp/keys.ts';
import { startOidc } from '../../../local/idp/oidc.ts';
import type { LocalOidc } from '../../../local/idp/oidc.ts';
import { createBrowser } from './browser.ts';
import type { Browser, Visit } from './browser.ts';

const REDIRECT_URI = 'http://127.0.0.1:3000/oidc/callback';
const SECRET = 'made-for-this-test';

let oidc: LocalOidc;
let relyingParty: client.Configuration;

beforeAll(async () => {
  oidc = await startOidc({
    port: 0,
    client: { clientId: 'hatcheck', clientSecret: SECRET, redirectUris: [REDIRECT_URI] },
    workloadAudience: 'hatcheck-workloads',
  });
  const authentication = client.ClientSecretBasic(SECRET);
  relyingParty = await client.discovery(new URL(oidc.issuer), 'hatcheck', undefined, authentication, {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS; the mark is there to stand out
    execute: [client.allowInsecureRequests],
  });
});

afterAll(() => oidc.close());

interface Attempt {
  readonly visit: Visit;
  readonly claims: () => Promise<Record<string, unknown>>;
}

const begin = async (parameters: Record<string, string>) => {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expected = { expectedState: client.randomState(), expectedNonce: client.randomNonce(), pkceCodeVerifier };
  const url = client.buildAuthorizationUrl(relyingParty, {
    redirect_uri: REDIRECT_URI,
    scope: 'openid email profile groups',
    state: expected.expectedState,
    nonce: expected.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  const claims = async (visit: Visit): Promise<Record<string, unknown>> => {
    const maxAge = parameters['max_age'] === undefined ? {} : { maxAge: Number(parameters['max_age']) };
    const tokens = await client.authorizationCodeGrant(relyingParty, visit.url, { ...expected, ...maxAge });
    return { ...tokens.claims() };
  };
  return { url: url.href, claims };
};

const signIn = async (browser: Browser, parameters: Record<string, string>): Promise<Attempt> => {
  const { url, claims } = await begin(parameters);
  const visit = await browser.open(url, REDIRECT_URI);
  return { visit, claims: () => claims(visit) };
};

const hint = (name: string) => ({ login_hint: `${name}@example.com` });

describe('a sign-in with a known login hint', () => {
  test('needs redirects alone, and yields all claims in the ID token', async () => {
    const { visit, claims } = await signIn(createBrowser(), hint('engineer'));
    expect(visit.url.href.startsWith(REDIRECT_URI)).toBe(true);
    expect(visit.url.searchParams.get('iss')).toBe(oidc.issuer);
    const now = Math.floor(Date.now() / 1000);
    const token = await claims();
    expect(token).toMatchObject({
      iss: oidc.issuer,
      aud: 'hatcheck',
      email: 'engineer@example.com',
      email_verified: true,
      name: 'Erin Engineer',
      groups: ['engineering', 'sre'],
      amr: ['pwd'],
    });
    expect(token['sub']).toMatch(/^[0-9a-f]{20}$/);
    expect(Math.abs(Number(token['auth_time']) - now)).toBeLessThanOrEqual(2);
  });

  test('keeps the subject of a person from one sign-in to the next', async () => {
    const subjects = await Promise.all(
      ['engineer', 'engineer', 'approver'].map(async (name) => {
        const { claims } = await signIn(createBrowser(), hint(name));
        return (await claims())['sub'];
      }),
    );
    expect(subjects[0]).toBe(subjects[1]);
    expect(subjects[0]).not.toBe(subjects[2]);
  });

  test('overrides whoever was signed in before, back and forth', async () => {
    const browser = createBrowser();
    for (const name of ['engineer', 'approver', 'outsider', 'engineer']) {
      const { claims } = await signIn(browser, hint(name));
      expect((await claims())['email']).toBe(`${name}@example.com`);
    }
  });

  test('a person without groups has an empty list of them', async () => {
    const { claims } = await signIn(createBrowser(), hint('outsider'));
    expect((await claims())['groups']).toStrictEqual([]);
  });

  test('says mfa exactly where acr_values asks for it', async () => {
    const browser = createBrowser();
    for (const [parameters, amr] of [
      [{}, ['pwd']],
      [{ acr_values: 'mfa' }, ['pwd', 'mfa']],
      [{}, ['pwd']],
    ] as const) {
      const { claims } = await signIn(browser, { ...hint('approver'), ...parameters });
      expect((await claims())['amr']).toEqual(amr);
    }
  });

  test.each([{ prompt: 'login' }, { max_age: '0' }])('%j signs in anew, by redirects alone', async (parameters) => {
    const browser = createBrowser();
    await signIn(browser, hint('engineer'));
    const again = await signIn(browser, { ...hint('engineer'), ...parameters });
    expect(again.visit.url.searchParams.get('code')).toBeTruthy();
    expect(Math.abs(Number((await again.claims())['auth_time']) - Date.now() / 1000)).toBeLessThan(3);
  });

  test('an existing session of the same person is used as it is', async () => {
    const browser = createBrowser();
    const first = await signIn(browser, hint('engineer'));
    const second = await signIn(browser, hint('engineer'));
    expect(first.visit.redirects).toBeGreaterThan(1);
    expect(second.visit.redirects).toBe(1);
    expect((await second.claims())['auth_time']).toBe((await first.claims())['auth_time']);
  });
});

describe('the chooser', () => {
  test.each([{ login_hint: 'nobody@example.com' }, {}])(
    'is shown for %j, also to who is signed in',
    async (parameters) => {
      const browser = createBrowser();
      await signIn(browser, hint('engineer'));
      const { visit } = await signIn(browser, parameters);
      expect(visit.status).toBe(200);
      expect(visit.url.href).toContain(`${oidc.issuer}/interaction/`);
      for (const { kind, id } of localAccounts) expect(visit.body.includes(`value="${id}"`)).toBe(kind === 'person');
      expect(visit.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(visit.body).not.toContain('<script');
    },
  );

  test('allows its own style by hash, and nothing else', async () => {
    const { visit } = await signIn(createBrowser(), {});
    const style = /<style>([^]*)<\/style>/.exec(visit.body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(visit.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}'`);
    expect(visit.body).not.toMatch(/ (?:style|on\w+|src)=/);
  });

  test('signs in whom the form names', async () => {
    const browser = createBrowser();
    const { url, claims } = await begin({ login_hint: 'nobody@example.com', acr_values: 'mfa' });
    const page = await browser.open(url, REDIRECT_URI);
    const done = await browser.post(page.url.href, { account: 'security@example.com' }, REDIRECT_URI);
    expect(await claims(done)).toMatchObject({ email: 'security@example.com', amr: ['pwd', 'mfa'] });
  });

  test('asks again when the form names nobody', async () => {
    const browser = createBrowser();
    const { visit } = await signIn(browser, {});
    const again = await browser.post(visit.url.href, { account: 'nobody@example.com' }, REDIRECT_URI);
    expect(again.body).toContain('<form method="post"');
  });

  test('cancelling goes back with access_denied', async () => {
    const browser = createBrowser();
    const { visit } = await signIn(browser, {});
    const back = await browser.post(visit.url.href, { account: '' }, REDIRECT_URI);
    expect(back.url.searchParams.get('error')).toBe('access_denied');
  });

  test('attack: choosing for somebody else’s browser, without its interaction cookie', async () => {
    const { visit } = await signIn(createBrowser(), {});
    const stranger = await createBrowser().post(visit.url.href, { account: 'security@example.com' }, REDIRECT_URI);
    expect(stranger.status).toBe(400);
  });
});

describe('prompt=none', () => {
  test('takes the session as it is, and fails without one', async () => {
    const browser = createBrowser();
    const without = await signIn(browser, { prompt: 'none' });
    expect(without.visit.url.searchParams.get('error')).toBe('login_required');
    await signIn(browser, hint('auditor'));
    const { claims } = await signIn(browser, { prompt: 'none' });
    expect((await claims())['email']).toBe('auditor@example.com');
  });
});

describe('the provider refuses', () => {
  test('a code without its PKCE verifier', async () => {
    const { visit } = await signIn(createBrowser(), hint('engineer'));
    const response = await fetch(`${oidc.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`hatcheck:${SECRET}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: visit.url.searchParams.get('code') ?? '',
        redirect_uri: REDIRECT_URI,
      }),
    });
    expect(await response.json()).toMatchObject({ error: 'invalid_grant' });
  });

  test('a redirect URI that is not registered', async () => {
    const { visit } = await signIn(createBrowser(), { ...hint('engineer'), redirect_uri: 'http://127.0.0.1:9/evil' });
    expect(visit.status).toBe(400);
  });

  test('a request without PKCE', async () => {
    const url = new URL(`${oidc.issuer}/auth`);
    url.search = new URLSearchParams({
      client_id: 'hatcheck',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: REDIRECT_URI,
    }).toString();
    const { url: back } = await createBrowser().open(url.href, REDIRECT_URI);
    expect(back.searchParams.get('error')).toBe('invalid_request');
  });
});

describe('ID tokens for scripts', () => {
  const verify = async (token: string) =>
    jwtVerify(token, createRemoteJWKSet(new URL(`${oidc.issuer}/jwks`)), { issuer: oidc.issuer });

  test.each(['RS256', 'ES256'] as const)('are signed with a published %s key', async (algorithm) => {
    const { payload, protectedHeader } = await verify(
      await oidc.idToken('engineer@example.com', { algorithm, nonce: 'n', signedInSecondsAgo: 60 }),
    );
    expect(protectedHeader.alg).toBe(algorithm);
    expect(payload).toMatchObject({ aud: 'hatcheck', nonce: 'n', email: 'engineer@example.com', amr: ['pwd'] });
    expect(payload['auth_time']).toBe((payload.iat ?? 0) - 60);
  });

  test('carry the same subject as a sign-in', async () => {
    const { claims } = await signIn(createBrowser(), hint('engineer'));
    const { payload } = await verify(await oidc.idToken('engineer@example.com'));
    expect(payload.sub).toBe((await claims())['sub']);
  });

  test('are given out as plain text, for the audience asked for', async () => {
    const response = await fetch(`${oidc.issuer}/token?account=engineer%40example.com&audience=elsewhere`);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect((await verify(await response.text())).payload.aud).toBe('elsewhere');
  });

  test('of a workload have its own audience and claims, and no sign-in', async () => {
    const { payload } = await verify(await oidc.idToken('repo:example/app:ref:refs/heads/main'));
    expect(payload).toMatchObject({ aud: 'hatcheck-workloads', repository: 'example/app', ref: 'refs/heads/main' });
    expect(payload).not.toHaveProperty('auth_time');
  });

  test('an unknown account gets none', async () => {
    expect((await fetch(`${oidc.issuer}/token?account=nobody`)).status).toBe(404);
    await expect(oidc.idToken('nobody')).rejects.toThrow(TypeError);
  });

  test('attack: DNS rebinding, another host name for the same address', async () => {
    const port = new URL(oidc.issuer).port;
    const response = await fetch(`http://localhost:${port}/token?account=engineer%40example.com`);
    expect(response.status).toBe(403);
  });

  test('a clock and keys that are handed in are used', async () => {
    const keys = await generateOidcKeys();
    const other = await startOidc({
      port: 0,
      client: { clientId: 'c', clientSecret: SECRET, redirectUris: [REDIRECT_URI] },
      keys,
      clock: () => new Date('2030-01-01T00:00:00Z'),
      workloadAudience: 'w',
    });
    try {
      const [header = '', payload = ''] = (await other.idToken('auditor@example.com')).split('.');
      expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ iat: 1893456000 });
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ kid: keys[0]?.kid });
    } finally {
      await other.close();
    }
  });
});
