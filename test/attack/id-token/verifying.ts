import { usableKeys, pickKey } from '../../../lib/identity/jwk.ts';
import { type Expectation, verifyIdToken } from '../../../lib/identity/id-token.ts';
import type { OidcProvider } from '../../../lib/identity/ports.ts';
import { NOON } from '../../support/builders.ts';
import { type SigningKey, makeKey, signedToken } from '../../support/oidc-server.ts';
import { codeOf } from '../../unit/identity/memory.ts';
import { tally } from '../tally.ts';

export const ISSUER = 'https://idp.example.com';
export const CLIENT = 'hatcheck';
export const NONCE = 'nonce-of-this-browser';
export const NOW = Date.parse(NOON) / 1000;

export const provider: OidcProvider = {
  id: 'okta',
  type: 'oidc',
  issuer: ISSUER,
  clientId: CLIENT,
  groupsClaim: 'groups',
  tokenExchangeAudiences: [],
  algorithms: ['ES256', 'RS256', 'PS256'],
};

export const key = makeKey('ES256');

export const honest = {
  iss: ISSUER,
  sub: 'subject-of-erin',
  aud: CLIENT,
  nonce: NONCE,
  iat: NOW - 5,
  exp: NOW + 595,
  auth_time: NOW - 10,
};

/** The honest claims with some changed; `undefined` leaves one out. */
export const tokenWith = (claims: Record<string, unknown> = {}, signingKey: SigningKey = key): string =>
  signedToken(signingKey, { ...honest, ...claims });

export interface Verifying {
  readonly keys?: readonly unknown[];
  readonly expected?: Partial<Expectation>;
}

export const verify = (token: string, { keys = [key.jwk], expected = {} }: Verifying = {}) =>
  verifyIdToken(
    token,
    // Async, as the real one: what it throws is a rejection.
    { key: (_provider, unverified) => Promise.resolve().then(() => pickKey(usableKeys({ keys }), unverified)) },
    { provider, now: NOON, audiences: [CLIENT], nonce: NONCE, maxAgeSeconds: 600, ...expected },
  );

/** What becomes of a token: `accepted`, or the fault for which it is refused. */
export const verdict = async (token: string, options?: Verifying): Promise<string> =>
  tally(token, await codeOf(verify(token, options)));
