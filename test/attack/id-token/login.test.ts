import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { finishLogin } from '../../../lib/identity/oidc-callback.ts';
import { type LoginWish, beginLogin } from '../../../lib/identity/login.ts';
import { type OidcServer, makeKey } from '../../support/oidc-server.ts';
import { type MemoryIdentity, codeOf } from '../../unit/identity/memory.ts';
import { startBesideProvider } from '../../unit/identity/beside-provider.ts';

let server: OidcServer;
let identity: MemoryIdentity;

beforeEach(async () => {
  ({ server, identity } = await startBesideProvider());
});

afterEach(() => server.close());

/** What a browser would keep of Set-Cookie headers. */
const jarOf = (cookies: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    cookies.map((cookie) => {
      const [pair = ''] = cookie.split(';');
      return [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const;
    }),
  );

const begin = async (wish: LoginWish = {}) => {
  const { location, cookies } = await beginLogin(identity, wish);
  return { location, jar: jarOf(cookies), query: server.signIn(location) };
};

const finish = (query: Record<string, string>, jar: Record<string, string>) =>
  codeOf(finishLogin(identity, query, jar));

const nobodyIsSignedIn = (): void => {
  expect(identity.stored.sessions.size).toBe(0);
};

test('the honest sign-in, of which all others are changed copies, is accepted', async () => {
  const { query, jar } = await begin();
  await expect(finish(query, jar)).resolves.toBe('accepted');
  expect(identity.stored.sessions.size).toBe(1);
});

describe('E1: PKCE', () => {
  test('is S256 over a verifier of its own each time, also as a confidential client', async () => {
    const [one, two] = [await begin(), await begin()];
    const challenges = [one, two].map(({ location }) => new URL(location).searchParams);
    expect(challenges.map((parameters) => parameters.get('code_challenge_method'))).toEqual(['S256', 'S256']);
    await finish(one.query, one.jar);
    const verifier = server.tokenCalls[0]?.form.get('code_verifier') ?? '';
    expect(verifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(challenges[0]?.get('code_challenge')).toBe(createHash('sha256').update(verifier).digest('base64url'));
    expect(challenges[0]?.get('code_challenge')).not.toBe(challenges[1]?.get('code_challenge'));
  });

  test('a code stolen from one sign-in is worth nothing in another', async () => {
    const [victim, attacker] = [await begin(), await begin()];
    const stolen = { ...attacker.query, code: victim.query['code'] ?? '' };
    await expect(finish(stolen, attacker.jar)).resolves.toBe('not_signed_in');
    nobodyIsSignedIn();
  });
});

describe('E2: state', () => {
  test('login CSRF: a callback that another browser began is refused', async () => {
    const attacker = await begin();
    const victim = await begin();
    await expect(finish(attacker.query, victim.jar)).resolves.toBe('not_signed_in');
    nobodyIsSignedIn();
  });

  test('a callback without the cookie is refused, and the state is spent', async () => {
    const { query, jar } = await begin();
    await expect(finish(query, {})).resolves.toBe('not_signed_in');
    await expect(finish(query, jar)).resolves.toBe('not_signed_in');
    nobodyIsSignedIn();
  });

  test('a callback is good once, of fifty at the same time too', async () => {
    const { query, jar } = await begin();
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => finish(query, jar)));
    expect(verdicts.filter((verdict) => verdict === 'accepted')).toHaveLength(1);
    expect(identity.stored.sessions.size).toBe(1);
  });

  test('ten minutes, and not a moment longer', async () => {
    const late = await begin();
    identity.clock.advance(599);
    const inTime = await begin();
    identity.clock.advance(1);
    await expect(finish(late.query, late.jar)).resolves.toBe('not_signed_in');
    await expect(finish(inTime.query, inTime.jar)).resolves.toBe('accepted');
  });

  test.each([[undefined], [''], ['made-up'], ['x'.repeat(43)], ['x'.repeat(4096)]])(
    'state %j is refused',
    async (state) => {
      const { query, jar } = await begin();
      const { state: _state, ...rest } = query;
      expect(_state).toMatch(/^[A-Za-z0-9_-]{43}$/);
      await expect(finish(state === undefined ? rest : { ...rest, state }, jar)).resolves.toBe('not_signed_in');
    },
  );

  test('neither state nor cookie stands in the table as it is', async () => {
    const { query, jar } = await begin();
    const stored = JSON.stringify([...identity.stored.attempts]);
    expect(stored).not.toContain(query['state']);
    expect(stored).not.toContain(jar['__Host-hatcheck-login']);
  });
});

describe('E3: mix-up', () => {
  test('an answer that says it is from another issuer is refused before its code goes anywhere', async () => {
    const { query, jar } = await begin();
    await expect(finish({ ...query, iss: 'https://evil.example' }, jar)).resolves.toBe('not_signed_in');
    expect(server.tokenCalls).toStrictEqual([]);
  });

  test('an answer without iss is refused where the provider always sends one', async () => {
    const { query, jar } = await begin();
    const { iss, ...rest } = query;
    expect(iss).toBe(server.issuer);
    await expect(finish(rest, jar)).resolves.toBe('not_signed_in');
    expect(server.tokenCalls).toStrictEqual([]);
  });

  test('an answer without iss is taken where the provider does not send one', async () => {
    server.behaviour.metadata = { authorization_response_iss_parameter_supported: undefined };
    const { query, jar } = await begin();
    const { iss, ...rest } = query;
    expect(iss).toBe(server.issuer);
    await expect(finish(rest, jar)).resolves.toBe('accepted');
  });

  test('the error of another issuer is not believed either', async () => {
    const { query, jar } = await begin();
    await expect(finish({ ...query, iss: 'https://evil.example', error: 'access_denied' }, jar)).resolves.toBe(
      'not_signed_in',
    );
  });
});

describe('E5: open redirect', () => {
  test.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '/%5cevil.example',
    '/%5Cevil.example',
    '/%2f/evil.example',
    '/%2Fevil.example',
    '/.//evil.example',
    '/@evil.example',
    '/user:pass@evil.example',
    'https://evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    'evil.example',
    '',
    ' /',
    '/\t/evil.example',
    '/\n/evil.example',
    '/%0d%0aSet-Cookie:a=b',
    '/%',
    '/%zz',
    '/\u2028',
    '/évil',
    `/${'a'.repeat(2048)}`,
  ])('returnTo %j is refused', async (returnTo) => {
    await expect(codeOf(beginLogin(identity, { returnTo }))).resolves.toBe('invalid_input');
    expect(identity.stored.attempts.size).toBe(0);
  });

  test.each(['/', '/requests/r_ABC?tab=events&x=%20#top', '/a/b/'])(
    '%s is where the person comes back to',
    async (returnTo) => {
      const { query, jar } = await begin({ returnTo });
      await expect(finishLogin(identity, query, jar)).resolves.toMatchObject({ location: returnTo });
    },
  );
});

describe('E8: session fixation', () => {
  test('the session that the browser brought is gone, and the new one is another', async () => {
    const first = await begin();
    const before = jarOf((await finishLogin(identity, first.query, first.jar)).cookies)['__Host-hatcheck'] ?? '';
    const second = await begin();
    const jar = { ...second.jar, '__Host-hatcheck': before };
    const after = jarOf((await finishLogin(identity, second.query, jar)).cookies)['__Host-hatcheck'] ?? '';
    expect(after).not.toBe(before);
    expect(identity.stored.sessions.size).toBe(1);
  });

  test.each(['', 'planted', 'p_short.secret', `p_${'a'.repeat(43)}.${'b'.repeat(43)}`])(
    'a planted cookie %j becomes nobody’s session',
    async (planted) => {
      const { query, jar } = await begin();
      const { cookies } = await finishLogin(identity, query, { ...jar, '__Host-hatcheck': planted });
      expect(jarOf(cookies)['__Host-hatcheck']).not.toBe(planted);
      expect(identity.stored.sessions.size).toBe(1);
    },
  );
});

describe('an ID token that is not for this sign-in', () => {
  test.each([
    ['of another nonce', { nonce: 'another' }],
    ['without a nonce', { nonce: undefined }],
    ['for another client', { aud: 'another' }],
    ['for token exchange', { aud: 'hatcheck-exchange' }],
    ['of an expired hour', { exp: 1 }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['with the hash of another access token', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['with groups that are no list', { groups: 'sre' }],
  ])('is refused: %s', async (_attack, claims) => {
    const { query, jar } = await begin();
    server.behaviour.claims = claims;
    await expect(finish(query, jar)).resolves.toBe('invalid_token');
    nobodyIsSignedIn();
  });

  test('is refused: of another key', async () => {
    server.behaviour.signingKey = makeKey('ES256', server.behaviour.signingKey.kid);
    const { query, jar } = await begin();
    await expect(finish(query, jar)).resolves.toBe('invalid_token');
    nobodyIsSignedIn();
  });
});

describe('step-up', () => {
  test('an old sign-in at the provider is refused where a fresh one was asked for', async () => {
    const authTime = Date.parse(identity.clock.now()) / 1000 - 61;
    const { query, jar } = await begin({ stepUp: 'fresh' });
    server.behaviour.claims = { auth_time: authTime };
    await expect(finish(query, jar)).resolves.toBe('invalid_token');
    nobodyIsSignedIn();
  });

  test('max_age taken out of the address bar does not make an old sign-in fresh', async () => {
    server.behaviour.claims = { auth_time: undefined };
    const fresh = await begin({ stepUp: 'fresh' });
    await expect(finish(fresh.query, fresh.jar)).resolves.toBe('invalid_token');
    const plain = await begin();
    await expect(finish(plain.query, plain.jar)).resolves.toBe('accepted');
    const [session] = identity.stored.sessions.values();
    expect(session?.principal.authenticatedAt).toBe('1970-01-01T00:00:00.000Z');
  });
});
