import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  askAgain,
  holderOf,
  keepUpstream,
  passUpstream,
  takeUpstream,
} from '../../../../lib/identity/oauth/upstream.ts';
import type { OidcProvider } from '../../../../lib/identity/ports.ts';
import { engineer, noon } from '../../../support/builders.ts';
import { type OidcServer, SUBJECT, startOidcServer } from '../../../support/oidc-server.ts';
import { type MemoryIdentity, jobsOf, memoryIdentity } from '../memory.ts';
import { memoryClock } from '../../../support/memory.ts';

let server: OidcServer;
let identity: MemoryIdentity;
let warned: string[];

beforeEach(async () => {
  const clock = memoryClock();
  server = await startOidcServer(() => Date.parse(clock.now()));
  identity = memoryIdentity([{ ...server.provider, offlineAccess: true }], { clock });
  warned = [];
});
afterEach(() => server.close());

const one = holderOf(`${engineer.handle}.${'a'.repeat(43)}`);
const other = holderOf(`${engineer.handle}.${'b'.repeat(43)}`);

test('the holder of a token is whose handle is in front, with what follows the first dot', () => {
  expect(holderOf('p_a.secret.more')).toEqual({ handle: 'p_a', secret: 'secret.more' });
});

describe('a provider’s refresh token', () => {
  test('is kept for its holder, once', async () => {
    await keepUpstream(identity, one, 'the token', noon(60));
    await expect(takeUpstream(identity, other)).resolves.toBeUndefined();
    await expect(takeUpstream(identity, one)).resolves.toBe('the token');
    await expect(takeUpstream(identity, one)).resolves.toBeUndefined();
  });

  test('is passed on, and then the former holder has it no longer', async () => {
    await keepUpstream(identity, one, 'the token', noon(60));
    await passUpstream(identity, one, other, noon(60));
    await expect(takeUpstream(identity, one)).resolves.toBeUndefined();
    await expect(takeUpstream(identity, other)).resolves.toBe('the token');
    await passUpstream(identity, one, other, noon(60));
    expect(identity.stored.upstream.size).toBe(0);
  });

  test('moved to another person’s items does not open', async () => {
    await keepUpstream(identity, one, 'the token', noon(60));
    const mallory = { ...one, handle: other.handle.replace('p_', 'q_') };
    for (const [key, box] of identity.stored.upstream) identity.stored.upstream.set(key.replace('p_', 'q_'), box);
    await expect(takeUpstream(identity, mallory)).resolves.toBeUndefined();
  });
});

describe('asking again', () => {
  const principal = () => ({ ...engineer, issuer: server.issuer, subject: SUBJECT });
  const ask = (parts: Partial<MemoryIdentity> = {}) =>
    askAgain(
      { ...identity, warn: (message) => void warned.push(message), ...parts },
      principal(),
      'a token that was not given out here',
    );

  test.each<[string, () => Partial<MemoryIdentity>]>([
    ['is not configured any more', () => ({ providers: [] })],
    ['is not to be asked any more', () => ({ providers: [server.provider] })],
  ])('is not done where the provider %s', async (_what, parts) => {
    await expect(ask(parts())).resolves.toMatchObject({ principal: principal() });
    expect(server.tokenCalls).toStrictEqual([]);
  });

  test('is done where the same issuer vouches for jobs, too', async () => {
    await expect(ask({ providers: [jobsOf(server), ...identity.providers] })).resolves.toBe('refused');
  });

  test('of a token that the provider does not know is refused', async () => {
    await expect(ask()).resolves.toBe('refused');
  });

  test('of a public client is done without a secret', async () => {
    const publicClient = (({ clientSecret: _secret, ...rest }: OidcProvider) => rest)(server.provider);
    await expect(ask({ providers: [{ ...publicClient, offlineAccess: true }] })).resolves.toBe('refused');
    expect(server.tokenCalls[0]).toMatchObject({ authorization: undefined });
    expect(server.tokenCalls[0]?.form.get('client_id')).toBe('hatcheck');
  });

  test('tells the operator when the provider is away, and keeps what there is', async () => {
    server.behaviour.answer = (response) => response.writeHead(503).end();
    await expect(ask()).resolves.toMatchObject({ principal: principal() });
    expect(warned).toHaveLength(1);
  });

  test('does not hide a mistake of ours', async () => {
    await expect(ask({ fetchJson: () => Promise.reject(new TypeError('ours')) })).rejects.toThrow(TypeError);
  });

  test('keeps the old token where the provider gives no new one', async () => {
    const fetchJson = () => Promise.resolve({ status: 200, json: {} });
    const asked = await ask({ fetchJson });
    expect(asked).toEqual({ principal: principal(), refreshToken: 'a token that was not given out here' });
  });

  test('attack: beside an access token that the ID token was not made with keeps the groups as they were', async () => {
    const fetchJson = (accessToken: string) => () => {
      const json = { id_token: server.idToken({ groups: ['on-call'], at_hash: HASH }), access_token: accessToken };
      return Promise.resolve({ status: 200, json });
    };
    const HASH = createHash('sha256').update('theirs').digest().subarray(0, 16).toString('base64url');
    const honest = await ask({ fetchJson: fetchJson('theirs') });
    expect(honest).toMatchObject({ principal: { groups: ['local-oidc:on-call'] } });
    const swapped = await ask({ fetchJson: fetchJson('of another') });
    expect(swapped).toMatchObject({ principal: { groups: engineer.groups } });
    expect(warned).toHaveLength(1);
  });

  test('goes without an access token where the provider gives none', async () => {
    const json = { id_token: server.idToken({ groups: ['on-call'] }) };
    const asked = await ask({ fetchJson: () => Promise.resolve({ status: 200, json }) });
    expect(asked).toMatchObject({ principal: { groups: ['local-oidc:on-call'] } });
  });
});
