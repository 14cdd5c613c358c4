import { sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ExchangeForm, exchangeToken } from '../../../lib/identity/token-exchange.ts';
import { type OidcServer, startOidcServer } from '../../support/oidc-server.ts';
import { type MemoryIdentity, codeOf, memoryIdentity } from '../../unit/identity/memory.ts';
import { startBesideProvider } from '../../unit/identity/beside-provider.ts';

let server: OidcServer;
let identity: MemoryIdentity;

beforeEach(async () => {
  ({ server, identity } = await startBesideProvider());
});

afterEach(() => server.close());

const form = (token: string, more: Partial<ExchangeForm> = {}): ExchangeForm => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  subject_token: token,
  ...more,
});

const verdict = (token: string) => codeOf(exchangeToken(identity, form(token)));
const reasons = () =>
  identity.stored.events.map(({ event }) => ('reason' in event.data ? event.data.reason : event.type));
const nowSeconds = () => Math.floor(Date.parse(identity.clock.now()) / 1000);

test('the honest token is exchanged', async () => {
  await expect(verdict(server.idToken())).resolves.toBe('accepted');
});

describe('C12: replay', () => {
  test('a token is exchanged once, of fifty at the same time too', async () => {
    const token = server.idToken();
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => verdict(token)));
    expect(verdicts.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
    expect(identity.stored.sessions.size).toBe(1);
    expect(reasons().toSorted()).toEqual(['replayed', 'signin.succeeded']);
  });

  test('the other spelling of an ECDSA signature is the same token', async () => {
    const token = server.idToken();
    await expect(verdict(token)).resolves.toBe('accepted');
    await expect(verdict(withNegatedS(token))).resolves.toBe('invalid_request');
    expect(reasons()).toContain('replayed');
  });

  test('another signature over the same claims is the same token', async () => {
    const token = server.idToken();
    const [header = '', payload = ''] = token.split('.');
    const again = sign('sha256', Buffer.from(`${header}.${payload}`), {
      key: server.behaviour.signingKey.privateKey,
      dsaEncoding: 'ieee-p1363',
    });
    await verdict(token);
    await expect(verdict(`${header}.${payload}.${again.toString('base64url')}`)).resolves.toBe('invalid_request');
  });

  test('a token stays burnt until the last second in which it would be accepted', async () => {
    const token = server.idToken({ exp: nowSeconds() + 300 });
    await expect(verdict(token)).resolves.toBe('accepted');
    for (const seconds of [1, 299, 59]) {
      identity.clock.advance(seconds);
      await expect(verdict(token)).resolves.toBe('invalid_request');
    }
    expect(new Set(reasons().slice(1))).toEqual(new Set(['replayed']));
    identity.clock.advance(1);
    await expect(verdict(token)).resolves.toBe('invalid_request');
    expect(reasons().at(-1)).toBe('expired');
  });

  test('in its last second it is burnt still, whoever’s clock is ahead by a minute', async () => {
    const token = server.idToken({ exp: nowSeconds() + 300 });
    await expect(verdict(token)).resolves.toBe('accepted');
    identity.clock.advance(359);
    const behind = identity.clock.now();
    identity.clock.advance(60);
    const parts = { ...identity, clock: { now: () => behind } };
    await expect(codeOf(exchangeToken(parts, form(token)))).resolves.toBe('invalid_request');
    expect(reasons().at(-1)).toBe('replayed');
  });

  test('the same for one that its age ends before its exp does', async () => {
    const token = server.idToken({ exp: nowSeconds() + 30 * 24 * 3600 });
    await expect(verdict(token)).resolves.toBe('accepted');
    identity.clock.advance(3659);
    await expect(verdict(token)).resolves.toBe('invalid_request');
    expect(reasons().at(-1)).toBe('replayed');
    identity.clock.advance(1);
    await expect(verdict(token)).resolves.toBe('invalid_request');
    expect(reasons().at(-1)).toBe('too_old');
  });
});

describe('a token that is not for us', () => {
  test.each([
    ['for another client', { aud: 'another' }, 'audience'],
    ['for us and another', { aud: ['hatcheck', 'another'], azp: 'hatcheck' }, 'audience'],
    ['asked for by another client', { azp: 'another' }, 'authorized_party'],
    ['expired', { exp: 1 }, 'expired'],
    ['made more than an hour ago', { iat: Date.parse('2026-03-02T10:59:00Z') / 1000 }, 'too_old'],
    ['with groups elsewhere', { hasgroups: true }, 'groups_elsewhere'],
    ['with too many groups', { groups: Array.from({ length: 201 }, (_, i) => `g${i}`) }, 'groups'],
  ])('%s is refused, and the refusal is recorded without the token', async (_attack, claims, reason) => {
    await expect(verdict(server.idToken(claims))).resolves.toBe('invalid_request');
    expect(identity.stored.events).toMatchObject([
      { event: { type: 'signin.refused', data: { provider: 'local-oidc', method: 'token_exchange', reason } } },
    ]);
    expect(identity.stored.sessions.size).toBe(0);
  });

  test.each([
    ['of an issuer that is not configured', { iss: 'https://evil.example' }],
    ['of an issuer spelt otherwise', { iss: 'HTTP://127.0.0.1' }],
    ['without issuer', { iss: undefined }],
    ['of an issuer that is no text', { iss: 5 }],
  ])('%s is refused without asking anybody, and nothing is recorded', async (_attack, claims) => {
    await expect(verdict(server.idToken(claims))).resolves.toBe('invalid_request');
    expect(server.calls).toStrictEqual([]);
    expect(identity.stored.events).toStrictEqual([]);
  });

  test.each(['garbage', 'a.b.c', '', 'x'.repeat(20_000)])(
    'garbage %# is refused, and nothing is recorded',
    async (token) => {
      await expect(verdict(token)).resolves.toMatch(/^invalid_(grant|request)$/);
      expect(identity.stored.events).toStrictEqual([]);
    },
  );

  test('an audience that is configured for exchange is accepted', async () => {
    await expect(verdict(server.idToken({ aud: 'hatcheck-exchange' }))).resolves.toBe('accepted');
  });
});

test('D6: a token of one issuer, signed with the key of another, is refused', async () => {
  const other = await startOidcServer(() => Date.parse(identity.clock.now()));
  try {
    const both = memoryIdentity([server.provider, { ...other.provider, id: 'other' }], { clock: identity.clock });
    server.behaviour.signingKey = { ...other.behaviour.signingKey };
    await expect(codeOf(exchangeToken(both, form(server.idToken())))).resolves.toBe('invalid_request');
    await expect(codeOf(exchangeToken(both, form(other.idToken())))).resolves.toBe('accepted');
  } finally {
    await other.close();
  }
});

test('flooding: one old token, sent all day, is one event a minute', async () => {
  const token = server.idToken({ exp: 1 });
  await Promise.all(Array.from({ length: 50 }, () => verdict(token)));
  expect(reasons()).toEqual(['expired']);
  identity.clock.advance(61);
  await verdict(token);
  expect(reasons()).toEqual(['expired', 'expired']);
});

test('no event holds an e-mail address, a name, a token or the subject', async () => {
  const claims = { email: 'erin@example.com', email_verified: true, name: 'Erin Engineer' };
  await verdict(server.idToken(claims));
  await verdict(server.idToken({ ...claims, exp: 1 }));
  const events = JSON.stringify(identity.stored.events);
  for (const canary of ['erin@', 'Erin', 'subject-of-erin', 'eyJ']) expect(events).not.toContain(canary);
});

/** (r, n - s) is as good a signature as (r, s): anybody can make it without the key. */
const withNegatedS = (token: string): string => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const raw = Buffer.from(signature, 'base64url');
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = (n - BigInt(`0x${raw.subarray(32).toString('hex')}`)).toString(16).padStart(64, '0');
  return `${header}.${payload}.${Buffer.concat([raw.subarray(0, 32), Buffer.from(s, 'hex')]).toString('base64url')}`;
};
