import { createGzip } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ProviderDocuments, providerDocuments } from '../../../lib/identity/keys.ts';
import { providerFetch } from '../../../lib/identity/provider-fetch.ts';
import { exchangeToken } from '../../../lib/identity/token-exchange.ts';
import { type MemoryClock, memoryClock } from '../../support/memory.ts';
import { type OidcServer, compact, makeKey, startOidcServer } from '../../support/oidc-server.ts';
import { codeOf, memoryIdentity } from '../../unit/identity/memory.ts';

let server: OidcServer;
let clock: MemoryClock;

beforeEach(async () => {
  clock = memoryClock();
  server = await startOidcServer(() => Date.parse(clock.now()));
});
afterEach(() => server.close());

const documentsWithin = (timeoutMs: number): ProviderDocuments =>
  providerDocuments({ fetchJson: providerFetch(timeoutMs), clock, onStale: () => undefined });

const fetches = (): number => server.calls.filter((path) => path === '/jwks').length;

const goAway = (): void => {
  server.behaviour.answer = (response) => void response.writeHead(503).end('{}');
};

/** Well-formed, never signed by anybody, of a key that nobody has. */
const madeUpToken = (index: number): string =>
  compact({ alg: 'ES256', kid: `made-up-${index}` }, { iss: server.issuer, sub: 'x' }, () => new Uint8Array(64));

const exchanges = (count: number) => {
  // Ten thousand calls at once keep a slow machine from an answer that is there: the limit of a fetch is not what is tried here.
  const identity = memoryIdentity([server.provider], { clock, documents: documentsWithin(60_000) });
  const one = (index: number) =>
    codeOf(
      exchangeToken(identity, {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: madeUpToken(index),
      }),
    );
  return {
    identity,
    at: (batch: number) => Promise.all(Array.from({ length: count }, (_, i) => one(batch * count + i))),
  };
};

describe('D3: a storm of ten thousand made-up key ids', () => {
  test('all at once is one fetch of the keys, the first one', async () => {
    const { identity, at } = exchanges(10_000);
    expect(new Set(await at(0))).toEqual(new Set(['invalid_request']));
    expect(fetches()).toBe(1);
    expect(identity.stored.events).toStrictEqual([]);
  });

  test('over five minutes is one fetch in half a minute', async () => {
    const { at } = exchanges(200);
    for (let batch = 0; batch < 50; batch += 1) {
      await at(batch);
      clock.advance(6);
    }
    expect(fetches()).toBe(10);
  });

  test('costs a provider that is away, and was never seen, one call in half a minute', async () => {
    goAway();
    const { at } = exchanges(500);
    for (let batch = 0; batch < 20; batch += 1) {
      expect(new Set(await at(batch))).toEqual(new Set(['temporarily_unavailable']));
      clock.advance(3);
    }
    expect(server.calls).toHaveLength(2);
  });

  test('costs no more where the last keys are older than a day', async () => {
    const documents = documentsWithin(3000);
    await documents.metadata(server.provider);
    goAway();
    clock.advance(24 * 3600 + 1);
    const before = server.calls.length;
    for (let call = 0; call < 30; call += 1) {
      await expect(codeOf(documents.metadata(server.provider))).resolves.toBe('ProviderUnavailable');
      clock.advance(1);
    }
    expect(server.calls).toHaveLength(before + 1);
  });
});

/** Writes the same for as long as somebody reads. */
const pour = (chunk: Buffer) => (response: ServerResponse) => {
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    response.once('drain', more);
  };
  more();
};

describe('D2: an answer that does not end, bounded by its size alone', () => {
  // Longer than Jest waits: if these refusals came from the clock, the tests would not end in time.
  const PATIENT_MS = 60_000;

  test.each<[string, (response: ServerResponse) => void]>([
    ['blanks', pour(Buffer.alloc(65_536, ' '))],
    [
      'a gzip bomb',
      (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' });
        const bomb = createGzip();
        const blanks = Buffer.alloc(1024 * 1024, ' ');
        bomb.pipe(response);
        const more = (): void => {
          if (!response.destroyed) bomb.write(blanks, more);
        };
        more();
      },
    ],
  ])('%s', async (_attack, answer) => {
    server.behaviour.answer = answer;
    await expect(codeOf(documentsWithin(PATIENT_MS).metadata(server.provider))).resolves.toBe('ProviderUnavailable');
  });
});

describe('D2: an answer that takes its time, bounded by the clock alone', () => {
  test.each<[string, NonNullable<OidcServer['behaviour']['answer']>]>([
    ['silence before the header', () => undefined],
    [
      'silence after the header',
      (response) => {
        response.writeHead(200).flushHeaders();
      },
    ],
    [
      'a drip of blanks that never stops',
      (response) => {
        const drip = setInterval(() => response.write(' '), 5);
        response.once('close', () => {
          clearInterval(drip);
        });
      },
    ],
  ])('%s', async (_attack, answer) => {
    server.behaviour.answer = answer;
    await expect(codeOf(documentsWithin(100).metadata(server.provider))).resolves.toBe('ProviderUnavailable');
  });

  test('keys that hang are no keys, whatever the metadata says', async () => {
    server.behaviour.answer = (response, path) => {
      if (path === '/jwks') return;
      response.end(JSON.stringify({ issuer: server.issuer, ...endpoints(server.issuer) }));
    };
    const key = documentsWithin(100).key(server.provider, { algorithm: 'ES256', kid: server.behaviour.signingKey.kid });
    await expect(codeOf(key)).resolves.toBe('ProviderUnavailable');
    expect(server.calls).toContain('/jwks');
  });
});

const endpoints = (origin: string) => ({
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/jwks`,
});

describe('D1, D6: a provider that lies widens nobody’s trust', () => {
  let evil: OidcServer;
  const attackers = makeKey('ES256', 'of-the-attacker');
  const keyOf = (documents: ProviderDocuments, of: OidcServer, kid: string) =>
    codeOf(documents.key(of.provider, { algorithm: 'ES256', kid }));

  beforeEach(async () => {
    evil = await startOidcServer(() => Date.parse(clock.now()));
    evil.behaviour.keys = [attackers.jwk];
  });
  afterEach(() => evil.close());

  test('redirected keys: whom the redirect names is never asked', async () => {
    server.behaviour.answer = (response, path) => {
      if (path === '/jwks') response.writeHead(302, { location: `${evil.issuer}/jwks` }).end();
      else response.end(JSON.stringify({ issuer: server.issuer, ...endpoints(server.issuer) }));
    };
    await expect(keyOf(documentsWithin(3000), server, attackers.kid)).resolves.toBe('ProviderUnavailable');
    expect(evil.calls).toStrictEqual([]);
  });

  test('a takeover that names another issuer does not replace the keys that are held', async () => {
    const documents = documentsWithin(3000);
    const kid = server.behaviour.signingKey.kid;
    await expect(keyOf(documents, server, kid)).resolves.toBe('accepted');
    server.behaviour.metadata = { issuer: evil.issuer };
    server.behaviour.keys = [attackers.jwk];
    clock.advance(30);
    await expect(keyOf(documents, server, attackers.kid)).resolves.toBe('key');
    await expect(keyOf(documents, server, kid)).resolves.toBe('accepted');
  });

  test('metadata in the name of another configured issuer gives that issuer no key', async () => {
    evil.behaviour.metadata = { issuer: server.issuer };
    const documents = documentsWithin(3000);
    await expect(keyOf(documents, evil, attackers.kid)).resolves.toBe('ProviderUnavailable');
    await expect(keyOf(documents, server, attackers.kid)).resolves.toBe('key');
  });

  test('naming another issuer’s keys as its own does not make its own key theirs', async () => {
    evil.behaviour.metadata = { jwks_uri: `${server.issuer}/jwks` };
    const documents = documentsWithin(3000);
    await expect(keyOf(documents, evil, server.behaviour.signingKey.kid)).resolves.toBe('accepted');
    await expect(keyOf(documents, server, attackers.kid)).resolves.toBe('key');
  });
});
