import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ProviderDocuments, providerDocuments } from '../../../lib/identity/keys.ts';
import { providerFetch } from '../../../lib/identity/provider-fetch.ts';
import { type MemoryClock, memoryClock } from '../../support/memory.ts';
import { type OidcServer, makeKey, startOidcServer } from '../../support/oidc-server.ts';
import { codeOf } from '../../unit/identity/memory.ts';

let server: OidcServer;
let clock: MemoryClock;
let documents: ProviderDocuments;
let stale: string[];

beforeEach(async () => {
  server = await startOidcServer();
  clock = memoryClock();
  stale = [];
  documents = providerDocuments({
    fetchJson: providerFetch(300),
    clock,
    onStale: (issuer) => stale.push(issuer),
  });
});

afterEach(() => server.close());

const metadata = () => codeOf(documents.metadata(server.provider));
const keyNamed = (kid: string) => codeOf(documents.key(server.provider, { algorithm: 'ES256', kid }));
const known = () => keyNamed(server.behaviour.signingKey.kid);
const fetches = (): number => server.calls.filter((path) => path === '/jwks').length;

const goAway = (): void => {
  server.behaviour.answer = (response) => void response.writeHead(503).end('{}');
};

test('metadata alone asks for no keys: those that sign a moment later are seen', async () => {
  await expect(metadata()).resolves.toBe('accepted');
  expect(server.calls).toEqual(['/.well-known/openid-configuration']);
  const next = makeKey('ES256', 'next');
  server.behaviour.keys = [next.jwk];
  await expect(keyNamed('next')).resolves.toBe('accepted');
  expect(server.calls).toEqual(['/.well-known/openid-configuration', '/jwks']);
});

test('an honest provider is believed, and asked once for its two documents', async () => {
  await expect(known()).resolves.toBe('accepted');
  await expect(metadata()).resolves.toBe('accepted');
  expect(server.calls).toEqual(['/.well-known/openid-configuration', '/jwks']);
});

describe('D1: metadata speaks of the configured issuer', () => {
  test.each([
    (issuer: string) => `${issuer}/`,
    () => 'https://evil.example',
    () => undefined,
    (issuer: string) => [issuer],
  ])('issuer mix-up %#', async (issuerOf) => {
    server.behaviour.metadata = { issuer: issuerOf(server.issuer) };
    await expect(metadata()).resolves.toBe('ProviderUnavailable');
  });
});

describe('D2: endpoints that could be read on the way', () => {
  const endpoints = ['jwks_uri', 'token_endpoint', 'authorization_endpoint'];
  const bad = [
    'http://idp.example.com/x',
    'ftp://127.0.0.1/x',
    'file:///etc/passwd',
    'data:,{}',
    '/jwks',
    '',
    undefined,
    5,
  ];
  test.each(endpoints.flatMap((name) => bad.map((url) => [name, url] as const)))(
    '%s %j is refused',
    async (name, url) => {
      server.behaviour.metadata = { [name]: url };
      await expect(metadata()).resolves.toBe('ProviderUnavailable');
    },
  );

  test.each(['https://user:pass@idp.example.com/x', 'https://idp.example.com/x#y'])('%s is refused', async (url) => {
    server.behaviour.metadata = { token_endpoint: url };
    await expect(metadata()).resolves.toBe('ProviderUnavailable');
  });

  test('an https issuer cannot send us to http on this machine', async () => {
    const provider = { ...server.provider, issuer: 'https://idp.example.com' };
    const local = providerDocuments({
      clock,
      onStale: () => undefined,
      fetchJson: (url) =>
        Promise.resolve({
          status: 200,
          json: {
            issuer: provider.issuer,
            authorization_endpoint: `${url.origin}/authorize`,
            token_endpoint: `${url.origin}/token`,
            jwks_uri: `${server.issuer}/jwks`,
          },
        }),
    });
    await expect(codeOf(local.metadata(provider))).resolves.toBe('ProviderUnavailable');
    expect(server.calls).toStrictEqual([]);
  });
});

describe('D2: answers that are none', () => {
  test.each<[string, NonNullable<OidcServer['behaviour']['answer']>]>([
    ['a redirect', (response) => void response.writeHead(302, { location: `${server.issuer}/elsewhere` }).end()],
    ['nothing', (response) => void response.writeHead(204).end()],
    ['an error', (response) => void response.writeHead(500).end('{}')],
    ['another success', (response) => void response.writeHead(203).end('{}')],
    ['no JSON', (response) => void response.end('<html>')],
    ['a list', (response) => void response.end('[]')],
    ['a member twice', (response) => void response.end(`{"issuer":"x","issuer":"${server.issuer}"}`)],
    ['more than a mebibyte', (response) => void response.end(JSON.stringify({ a: 'x'.repeat(1024 * 1024) }))],
    ['a cut connection', (response) => void response.destroy()],
    ['silence', () => undefined],
    ['a body that never ends', (response) => void response.write('{"issuer":')],
  ])('%s is refused', async (_attack, answer) => {
    server.behaviour.answer = answer;
    await expect(metadata()).resolves.toBe('ProviderUnavailable');
    expect(server.calls).toEqual(['/.well-known/openid-configuration']);
  });

  test('a set of more than fifty keys is refused', async () => {
    server.behaviour.keys = Array.from({ length: 51 }, () => server.behaviour.signingKey.jwk);
    await expect(known()).resolves.toBe('ProviderUnavailable');
  });
});

describe('D3: made-up key ids', () => {
  test('make us look once in half a minute, the first time included, however many there are', async () => {
    await known();
    const verdicts = await Promise.all(Array.from({ length: 50 }, (_, i) => keyNamed(`made-up-${i}`)));
    expect(new Set(verdicts)).toEqual(new Set(['key']));
    expect(fetches()).toBe(1);
    clock.advance(29);
    await expect(keyNamed('made-up')).resolves.toBe('key');
    expect(fetches()).toBe(1);
    clock.advance(1);
    await expect(keyNamed('made-up')).resolves.toBe('key');
    expect(fetches()).toBe(2);
  });

  test('do not keep others from their keys while the provider is away', async () => {
    await known();
    goAway();
    clock.advance(30);
    await expect(keyNamed('made-up')).resolves.toBe('key');
    await expect(known()).resolves.toBe('accepted');
  });

  test('many first calls at once are one fetch', async () => {
    await Promise.all(Array.from({ length: 50 }, known));
    expect(fetches()).toBe(1);
  });
});

describe('D4: a provider that is away', () => {
  test('is served from its last keys for a day, and asked again once in half a minute', async () => {
    await known();
    goAway();
    clock.advance(15 * 60 + 1);
    await expect(Promise.all([known(), known(), known()])).resolves.toEqual(['accepted', 'accepted', 'accepted']);
    const asked = server.calls.length;
    expect(asked).toBe(3);
    expect(stale).toContain(server.issuer);
    clock.advance(29);
    await expect(known()).resolves.toBe('accepted');
    expect(server.calls).toHaveLength(asked);
    clock.advance(24 * 3600 - 15 * 60 - 30);
    await expect(known()).resolves.toBe('accepted');
    expect(server.calls).toHaveLength(asked + 1);
  });

  test('lets nobody in after a day', async () => {
    await known();
    goAway();
    clock.advance(24 * 3600 + 1);
    await expect(known()).resolves.toBe('ProviderUnavailable');
    await expect(known()).resolves.toBe('ProviderUnavailable');
  });

  test('lets nobody in that was never seen, and everybody once it is back', async () => {
    goAway();
    await expect(known()).resolves.toBe('ProviderUnavailable');
    delete server.behaviour.answer;
    clock.advance(30);
    await expect(known()).resolves.toBe('accepted');
  });
});

describe('D5: key rotation', () => {
  test('a new key is accepted within half a minute, and at once where the last look is older', async () => {
    await known();
    const next = makeKey('ES256', 'next');
    server.behaviour.keys = [next.jwk];
    clock.advance(29);
    await expect(keyNamed('next')).resolves.toBe('key');
    clock.advance(1);
    await expect(keyNamed('next')).resolves.toBe('accepted');
    expect(fetches()).toBe(2);
  });

  test('a withdrawn key is refused after a quarter of an hour', async () => {
    await known();
    server.behaviour.keys = [makeKey('ES256', 'next').jwk];
    clock.advance(15 * 60);
    await expect(known()).resolves.toBe('accepted');
    clock.advance(1);
    await expect(known()).resolves.toBe('key');
  });
});

test('D6: the key of one issuer verifies nothing of another', async () => {
  const other = await startOidcServer();
  try {
    const kid = 'only-there';
    other.behaviour.keys = [makeKey('ES256', kid).jwk];
    await expect(codeOf(documents.key(other.provider, { algorithm: 'ES256', kid }))).resolves.toBe('accepted');
    await expect(keyNamed(kid)).resolves.toBe('key');
  } finally {
    await other.close();
  }
});
