import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cookiesOf, headerOf } from '../support/browser.ts';
import { httpEvent } from '../support/events.ts';
import { type OidcServer, SUBJECT, compact, signWith, startOidcServer } from '../support/oidc-server.ts';
import { type TokenFunction, startTokenFunction } from '../support/token-function.ts';
import { loginIn, refreshing } from './command-line.ts';

const PATH = '/oidc/backchannel-logout';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

let provider: OidcServer;
let at: TokenFunction;

beforeEach(async () => {
  process.env['OIDC_SECRET'] = 'a secret for tests';
  provider = await startOidcServer(() => Date.parse(at.clock.now()));
  at = await startTokenFunction({
    identityProviders: [{ ...provider.provider, backChannelLogout: true, offlineAccess: true }],
  });
});
afterEach(async () => {
  await Promise.all([at.close(), provider.close()]);
});

/** Signs in at the provider, in the session of it that it calls `sid`. */
const browse = async (sid?: string): Promise<string[]> => {
  provider.behaviour.claims = sid === undefined ? {} : { sid };
  const begun = await at.signin(httpEvent({ path: '/login' }));
  const query = new URLSearchParams(provider.signIn(headerOf(begun, 'location'))).toString();
  return cookiesOf(await at.signin(httpEvent({ path: `/oidc/callback?${query}`, cookies: cookiesOf(begun) })));
};

/** A command line that the person in this browser lets sign in; gives its refresh token. */
const commandLine = async (cookies: string[]): Promise<string> =>
  (await loginIn(at, cookies)).json['refresh_token'] ?? '';

const refresh = async (token: string): Promise<number | undefined> => (await at.post(refreshing(token))).status;

const status = async (cookies: string[]): Promise<number | undefined> =>
  (await at.signin(httpEvent({ path: '/v1/me', cookies }))).statusCode;

const logoutToken = (claims: Record<string, unknown> = {}): string => {
  const { signingKey: key } = provider.behaviour;
  const iat = Math.floor(Date.parse(at.clock.now()) / 1000);
  const honest = { iss: provider.issuer, sub: SUBJECT, aud: 'hatcheck', iat, exp: iat + 120, jti: 'once' };
  const all = { ...honest, events: { [EVENT]: {} }, ...claims };
  return compact({ alg: key.algorithm, kid: key.kid, typ: 'logout+jwt' }, all, signWith(key));
};

const tell = (token: string) => at.signin(httpEvent({ method: 'POST', path: PATH, form: { logout_token: token } }));

const endings = async (): Promise<number> =>
  (await at.items()).filter((item) => item.includes('provider_ended')).length;

describe('POST /oidc/backchannel-logout', () => {
  test('ends browsers and command lines of whoever signed out at the provider, each on record', async () => {
    const [one, other] = [await browse(), await browse()];
    const token = await commandLine(one);
    at.clock.advance(60);
    const answer = await tell(logoutToken());
    expect([answer.statusCode, answer.body]).toEqual([200, undefined]);
    expect(headerOf(answer, 'cache-control')).toContain('no-store');
    await expect(Promise.all([status(one), status(other), refresh(token)])).resolves.toEqual([401, 401, 400]);
    await expect(endings()).resolves.toBe(3);
  });

  test('ends what stands on the session of the provider’s that it names, and no other', async () => {
    const [meant, another] = [await browse('first'), await browse('second')];
    const tokens = [await commandLine(meant), await commandLine(another)];
    await tell(logoutToken({ sid: 'first' }));
    await expect(Promise.all([status(meant), status(another)])).resolves.toEqual([401, 200]);
    await expect(Promise.all(tokens.map(refresh))).resolves.toEqual([400, 200]);
  });

  test('ends what nobody knows the session of, whichever it names', async () => {
    const unnamed = await browse();
    await tell(logoutToken({ sid: 'first' }));
    await expect(status(unnamed)).resolves.toBe(401);
  });

  test('ends nothing of somebody else', async () => {
    const mine = await browse();
    expect((await tell(logoutToken({ sub: 'subject-of-another' }))).statusCode).toBe(200);
    await expect(status(mine)).resolves.toBe(200);
  });

  test('told again, also by somebody who saw the token pass by, it ends nothing that was opened since', async () => {
    await browse();
    const token = logoutToken();
    await tell(token);
    at.clock.advance(30);
    const anew = await browse();
    expect((await tell(token)).statusCode).toBe(200);
    await expect(status(anew)).resolves.toBe(200);
    await expect(endings()).resolves.toBe(1);
  });

  test('takes no cookie for anything, and sets none', async () => {
    const mine = await browse();
    const answer = await at.signin(
      httpEvent({ method: 'POST', path: PATH, cookies: mine, form: { logout_token: logoutToken({ sub: 'another' }) } }),
    );
    expect([answer.statusCode, answer.cookies]).toEqual([200, undefined]);
    await expect(status(mine)).resolves.toBe(200);
  });

  test.each<[what: string, claims: Record<string, unknown>]>([
    ['another client’s', { aud: 'another' }],
    ['an ID token', { nonce: 'of a browser' }],
    ['an old one', { iat: 1, exp: 2 }],
  ])('%s is refused, and ends nothing', async (_what, claims) => {
    const mine = await browse();
    const { statusCode, body } = await tell(logoutToken(claims));
    expect([statusCode, JSON.parse(body ?? '')]).toMatchObject([400, { error: 'invalid_request' }]);
    await expect(status(mine)).resolves.toBe(200);
  });

  test('while its keys cannot be had the provider hears that it may try again', async () => {
    provider.behaviour.answer = (response) => void response.writeHead(500).end();
    const answer = await tell(logoutToken());
    expect([answer.statusCode, headerOf(answer, 'retry-after')]).toEqual([503, '5']);
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ error: 'temporarily_unavailable' });
  });

  test('without a token is invalid', async () => {
    const { statusCode, body } = await at.signin(httpEvent({ method: 'POST', path: PATH, form: { a: 'b' } }));
    expect([statusCode, JSON.parse(body ?? '')]).toMatchObject([400, { error: 'invalid_request' }]);
  });
});

describe('how long a sign-in holds', () => {
  const HOUR = 3600;

  /** Uses the browser each half hour, so that it is never idle; gives the hour in which it was over. */
  const usedUntil = async (cookies: string[]): Promise<number> => {
    for (let halves = 0; halves < 26; halves += 1) {
      if ((await status(cookies)) === 401) return halves / 2;
      at.clock.advance(HOUR / 2);
    }
    return Number.POSITIVE_INFINITY;
  };

  test('twelve hours, of a provider that tells when it ends', async () => {
    await expect(usedUntil(await browse())).resolves.toBe(12);
  });

  test('four hours, of one that does not tell, however much it is used', async () => {
    const untold = await startTokenFunction({ identityProviders: [provider.provider] });
    await at.close();
    at = untold;
    await expect(usedUntil(await browse())).resolves.toBe(4);
  });

  test('of a command line twelve hours where it can ask the provider itself, as long as the provider answers', async () => {
    const untold = await startTokenFunction({ identityProviders: [{ ...provider.provider, offlineAccess: true }] });
    await at.close();
    at = untold;
    let token = await commandLine(await browse());
    const refreshed = async (): Promise<number | undefined> => {
      const answer = await at.post(refreshing(token));
      token = answer.json['refresh_token'] ?? '';
      return answer.status;
    };
    at.clock.advance(3 * HOUR);
    await expect(refreshed()).resolves.toBe(200);
    at.clock.advance(3 * HOUR);
    await expect(refreshed()).resolves.toBe(200);
    provider.behaviour.answer = (response) => void response.writeHead(500).end();
    at.clock.advance(3 * HOUR);
    await expect(refreshed()).resolves.toBe(200);
    at.clock.advance(HOUR);
    await expect(refreshed()).resolves.toBe(400);
  });
});
