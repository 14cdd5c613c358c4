import { describe, expect, test } from '@jest/globals';
import { pickKey, usableKeys } from '../../../lib/identity/jwk.ts';
import { verifyLogoutToken } from '../../../lib/identity/logout-token.ts';
import type { IdentityProvider } from '../../../lib/identity/ports.ts';
import { NOON, noon } from '../../support/builders.ts';
import { type SigningKey, compact, makeKey, signWith, signedToken } from '../../support/oidc-server.ts';
import { codeOf } from '../../unit/identity/memory.ts';
import { CLIENT, ISSUER, NOW, honest as idTokenClaims, key, provider } from './verifying.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const SUBJECT = 'subject-of-erin';

const honest = {
  ...{ iss: ISSUER, sub: SUBJECT, aud: CLIENT, iat: NOW - 5, exp: NOW + 115, jti: 'once', sid: 'their-session' },
  events: { [EVENT]: {} },
};

/** The honest token with claims changed (`undefined` leaves one out) and with another header or key. */
const tokenWith = (claims: Record<string, unknown> = {}, header: object = {}, signer: SigningKey = key): string =>
  compact(
    { alg: signer.algorithm, kid: signer.kid, typ: 'logout+jwt', ...header },
    { ...honest, ...claims },
    signWith(signer),
  );

const verify = (
  token: string,
  providers: readonly IdentityProvider[] = [provider],
  keys: readonly unknown[] = [key.jwk],
) =>
  verifyLogoutToken(
    token,
    { key: (_provider, unverified) => Promise.resolve().then(() => pickKey(usableKeys({ keys }), unverified)) },
    { providers, now: NOON },
  );

const verdict = (token: string): Promise<string> => codeOf(verify(token));

describe('the honest logout token, of which all others are changed copies,', () => {
  test('says whose session ended, and which', async () => {
    await expect(verify(tokenWith())).resolves.toEqual({
      ...{ issuer: ISSUER, subject: SUBJECT, providerSession: 'their-session', issuedAt: noon(-5) },
    });
  });

  test('is of all their sessions where it names none', async () => {
    await expect(verify(tokenWith({ sid: undefined }))).resolves.not.toHaveProperty('providerSession');
  });

  test.each(['logout+jwt', 'LOGOUT+JWT', 'JWT', undefined])('may say that it is of type %s', async (typ) => {
    await expect(verdict(tokenWith({}, { typ }))).resolves.toBe('accepted');
  });
});

describe('back-channel logout, 2.6', () => {
  test.each<[attack: string, claims: Record<string, unknown>, fault: string]>([
    ['of another issuer', { iss: 'https://evil.example' }, 'issuer'],
    ['without an issuer', { iss: undefined }, 'issuer'],
    ['for another client', { aud: 'another' }, 'audience'],
    ['for another client besides us', { aud: [CLIENT, 'another'] }, 'audience'],
    ['for what token exchange takes', { aud: 'hatcheck-exchange' }, 'audience'],
    ['without an audience', { aud: undefined }, 'audience'],
    ['by another party', { azp: 'another' }, 'authorized_party'],
    ['that is over', { exp: NOW - 61 }, 'expired'],
    ['without an end', { exp: undefined }, 'expired'],
    ['without a beginning', { iat: undefined }, 'too_old'],
    ['from the future', { iat: NOW + 61 }, 'not_yet_valid'],
    ['made eleven minutes ago, replayed', { iat: NOW - 661, exp: NOW + 3600 }, 'too_old'],
    ['with a nonce: an ID token', { nonce: 'nonce-of-a-browser' }, 'nonce'],
    ['with an empty nonce', { nonce: null }, 'nonce'],
    ['without events', { events: undefined }, 'no_logout'],
    [
      'of another event',
      { events: { 'https://schemas.openid.net/secevent/risc/event-type/account-disabled': {} } },
      'no_logout',
    ],
    ['whose event is a text', { events: { [EVENT]: 'yes' } }, 'no_logout'],
    ['whose event is a list', { events: { [EVENT]: [] } }, 'no_logout'],
    ['whose events are a list', { events: [EVENT] }, 'no_logout'],
    ['without an id', { jti: undefined }, 'no_logout'],
    ['whose id is a number', { jti: 7 }, 'no_logout'],
    ['of nobody', { sub: undefined }, 'subject'],
    ['of nobody, with a session', { sub: undefined, sid: 'their-session' }, 'subject'],
    ['of an empty subject', { sub: '' }, 'subject'],
    ['of a list of subjects', { sub: [SUBJECT] }, 'subject'],
    ['of a session that is no text', { sid: 7 }, 'no_logout'],
    ['of a session with a line break', { sid: 'a\nb' }, 'no_logout'],
    ['of a session of 257 letters', { sid: 'a'.repeat(257) }, 'no_logout'],
  ])('a token %s is refused', async (_attack, claims, fault) => {
    await expect(verdict(tokenWith(claims))).resolves.toBe(fault);
  });

  test('the ID token of a sign-in is no logout token', async () => {
    await expect(verdict(signedToken(key, idTokenClaims))).resolves.toBe('nonce');
    await expect(verdict(signedToken(key, { ...idTokenClaims, nonce: undefined }))).resolves.toBe('no_logout');
  });

  test.each(['at+jwt', 'secevent+jwt', '', 7])('type %j is another kind of token', async (typ) => {
    await expect(verdict(tokenWith({}, { typ }))).resolves.toBe('typ');
  });
});

describe('the signature of a logout token', () => {
  test('of another key is refused', async () => {
    const other = { ...makeKey('ES256'), kid: key.kid };
    await expect(verdict(tokenWith({}, {}, other))).resolves.toBe('signature');
  });

  test('by `none` is refused', async () => {
    await expect(verdict(compact({ alg: 'none' }, honest, () => new Uint8Array(1)))).resolves.toBe('algorithm');
  });

  test('by an algorithm that the provider does not use is refused', async () => {
    const rsa = makeKey('RS256', 'rsa');
    const only: IdentityProvider = { ...provider, algorithms: ['ES256'] };
    await expect(codeOf(verify(tokenWith({}, {}, rsa), [only], [rsa.jwk]))).resolves.toBe('algorithm');
  });

  test('by a key that the token brings along is refused', async () => {
    await expect(verdict(tokenWith({}, { jwk: key.jwk }))).resolves.toBe('header');
  });
});

test('an issuer of tokens for jobs ends nobody’s session', async () => {
  const jobs: IdentityProvider = {
    ...{ id: 'jobs', type: 'oidc-workload', issuer: ISSUER, audience: CLIENT, algorithms: ['ES256'] },
    ...{ match: { sub: [SUBJECT] }, groups: ['jobs:deploy'] },
  };
  await expect(codeOf(verify(tokenWith(), [jobs]))).resolves.toBe('algorithm');
});
