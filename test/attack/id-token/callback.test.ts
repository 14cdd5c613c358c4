import { createHmac, createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { finishLogin } from '../../../lib/identity/oidc-callback.ts';
import { beginLogin } from '../../../lib/identity/login.ts';
import {
  type OidcServer,
  type SigningKey,
  compact,
  makeKey,
  signWith,
  signedToken,
} from '../../support/oidc-server.ts';
import type { MemoryIdentity } from '../../unit/identity/memory.ts';
import { whyNot } from '../why-not.ts';
import { startBesideProvider } from '../../unit/identity/beside-provider.ts';

type Claims = Readonly<Record<string, unknown>>;
type Forge = (claims: Claims, key: SigningKey) => string;

const attacker = makeKey('ES256', 'attacker');
const stranger = makeKey('ES256');

/** The honest claims, some of them others, with a good signature. */
const says =
  (changes: Claims): Forge =>
  (claims, key) =>
    signedToken(key, { ...claims, ...changes });

const headed =
  (header: Claims): Forge =>
  (claims, key) =>
    compact({ alg: 'ES256', kid: key.kid, typ: 'JWT', ...header }, claims, signWith(key));

const written =
  (change: (json: string) => string): Forge =>
  (claims, key) =>
    signedToken(key, change(JSON.stringify(claims)));

const honest: Forge = (claims, key) => signedToken(key, claims);

const respelt =
  (change: (token: string) => string): Forge =>
  (claims, key) =>
    change(honest(claims, key));

/** One for each row of the checks that a token has to pass, in their order: what the other files refuse in all its forms. */
const rows: readonly (readonly [string, Forge, string])[] = [
  ['A1: a line feed behind it', respelt((token) => `${token}\n`), 'malformed'],
  ['A1: a fourth part', respelt((token) => `${token}.e30`), 'malformed'],
  ['A2: of a hundred thousand characters', says({ filler: 'x'.repeat(100_000) }), 'too_large'],
  ['A3: with sub twice', written((json) => json.replace('{', '{"sub":"somebody else",')), 'malformed'],
  ['A4: compressed', headed({ zip: 'DEF' }), 'header'],
  ['A5: as a list of signatures', respelt((token) => JSON.stringify({ payload: token, signatures: [] })), 'malformed'],
  ['A6: with a critical extension', headed({ crit: ['x'], x: 1 }), 'header'],
  [
    'A7: with its exp in __proto__',
    written((json) => json.replace(/"exp":(\d+)/, '"__proto__":{"exp":$1}')),
    'expired',
  ],
  ['B1: unsigned, and says so', (claims) => compact({ alg: 'none' }, claims, () => Buffer.from('x')), 'algorithm'],
  ['B2: with the public key for a secret', (claims, key) => hmacOf(claims, key), 'algorithm'],
  ['B3: of the key that it brings along', headed({ jwk: attacker.jwk }), 'header'],
  ['B4: with a path for a key id', headed({ kid: '../../dev/null' }), 'key'],
  ['B5: of a key that is not published', (claims) => signedToken(attacker, claims), 'key'],
  [
    'B7: expired, and forged',
    (claims, { kid }) => signedToken({ ...stranger, kid }, { ...claims, exp: 1 }),
    'signature',
  ],
  [
    'B8: with a signature of zeros',
    (claims, { kid }) => compact({ alg: 'ES256', kid }, claims, () => Buffer.alloc(64)),
    'signature',
  ],
  [
    'C1: of an issuer with a slash more',
    (claims, key) => says({ iss: `${String(claims['iss'])}/` })(claims, key),
    'issuer',
  ],
  ['C2: for another client, in a text', says({ aud: 'another' }), 'audience'],
  ['C2: for another client, in a list', says({ aud: ['another'] }), 'audience'],
  ['C2: for us and another', says({ aud: ['hatcheck', 'another'], azp: 'hatcheck' }), 'audience'],
  ['C3: asked for by another client', says({ azp: 'another' }), 'authorized_party'],
  ['C4: expired', says({ exp: 1 }), 'expired'],
  ['C4: without an end', says({ exp: undefined }), 'expired'],
  ['C4: with an end beyond numbers', written((json) => json.replace(/"exp":\d+/, '"exp":1e400')), 'expired'],
  ['C5: from the future', (claims, key) => says({ nbf: Number(claims['iat']) + 61 })(claims, key), 'not_yet_valid'],
  ['C5: of yesterday', (claims, key) => says({ iat: Number(claims['iat']) - 86_400 })(claims, key), 'too_old'],
  ['C6: for another browser', says({ nonce: 'another' }), 'nonce'],
  ['C6: for no browser', says({ nonce: undefined }), 'nonce'],
  ['C7: of nobody', says({ sub: '' }), 'subject'],
  ['C7: of a subject of 256 characters', says({ sub: 's'.repeat(256) }), 'subject'],
  [
    'C9: authenticated in the future',
    (claims, key) => says({ auth_time: Number(claims['iat']) + 61 })(claims, key),
    'authentication_time',
  ],
  ['C10: that came with another access token', says({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }), 'token_hash'],
  ['C11: that is an access token', headed({ typ: 'at+jwt' }), 'typ'],
  ['C11: that is a logout token', headed({ typ: 'logout+jwt' }), 'typ'],
  ['C13: with groups elsewhere', says({ hasgroups: true }), 'groups_elsewhere'],
];

const hmacOf: Forge = (claims, { jwk, kid }) => {
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  return compact({ alg: 'HS256', kid }, claims, (input) => createHmac('sha256', pem).update(input).digest());
};

let server: OidcServer;
let identity: MemoryIdentity;

beforeEach(async () => {
  ({ server, identity } = await startBesideProvider());
});

afterEach(() => server.close());

/** A browser goes to the provider, and comes back to a token that was made so. */
const signIn = async (forge: Forge): Promise<string> => {
  server.behaviour.idToken = (claims) => forge(claims, server.behaviour.signingKey);
  const { location, cookies } = await beginLogin(identity, {});
  const [pair = ''] = (cookies[0] ?? '').split(';');
  const at = pair.indexOf('=');
  const jar = { [pair.slice(0, at)]: pair.slice(at + 1) };
  return whyNot(finishLogin(identity, server.signIn(location), jar));
};

const reasons = () =>
  identity.stored.events.map(({ event }) => ('reason' in event.data ? event.data.reason : event.type));

describe('an ID token that comes back from the provider', () => {
  test('control: honest, it signs the person in', async () => {
    await expect(signIn(honest)).resolves.toBe('accepted');
    expect(identity.stored.sessions.size).toBe(1);
    expect(reasons()).toEqual(['signin.succeeded']);
  });

  test.each(rows)('attack: %s', async (_row, forge, reason) => {
    await expect(signIn(forge)).resolves.toBe(`invalid_token ${reason}`);
    expect(identity.stored.sessions.size).toBe(0);
    expect(identity.stored.names).toStrictEqual([]);
    expect(reasons()).not.toContain('signin.succeeded');
    await expect(signIn(honest)).resolves.toBe('accepted');
  });
});
