import { describe, expect, test } from '@jest/globals';
import { create as createToken } from '../../functions/token.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { answers } from '../../lib/http/answers.ts';
import type { IdentityProvider } from '../../lib/identity/ports.ts';
import { httpEvent } from '../support/events.ts';
import { recordingLogger } from '../support/logger.ts';
import {
  answer,
  ask,
  at,
  consent,
  cookies,
  engineer,
  refusedFor,
  locationOf,
  redeem,
  refresh,
  restartWith,
} from './authorize-scene.ts';
import { REDIRECT, STATE, refreshing } from './command-line.ts';

/** Its word holds longer. */
const telling = (provider: IdentityProvider): IdentityProvider =>
  provider.type === 'oidc' ? { ...provider, backChannelLogout: true } : provider;

describe('the command line signs in through the browser', () => {
  test('with a page that says who, a click, a code, and tokens that last', async () => {
    const page = await ask();
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(engineer.email ?? engineer.displayName ?? engineer.handle);
    expect(String(page.headers?.['content-security-policy'])).toContain("form-action 'self' http://127.0.0.1:51234");

    // ASVS 5.0, 10.7.2 and 7.4.4: for how long, and the way out.
    const end = new Date(Date.parse(at.clock.now()) + 4 * 3_600_000).toISOString();
    expect(page.body).toContain(`until <time datetime="${end}">${end.slice(0, 10)} ${end.slice(11, 16)} UTC</time>`);
    expect(page.body).toContain('action="/logout"');

    const location = locationOf(await answer());
    expect(location.href.startsWith(`${REDIRECT}?`)).toBe(true);
    expect(location.searchParams.get('state')).toBe(STATE);
    expect(location.searchParams.get('iss')).toBe(at.config.origin);

    const { status, json } = await redeem(location.searchParams.get('code') ?? '');
    expect(status).toBe(200);
    expect(answers.Token().safeParse(json).error).toBeUndefined();
    await expect(at.me(json['access_token'])).resolves.toBe(200);

    at.clock.advance(900);
    await expect(at.me(json['access_token'])).resolves.toBe(401);
    const renewed = await refresh(json['refresh_token']);
    expect(renewed.status).toBe(200);
    await expect(at.me(renewed.json['access_token'])).resolves.toBe(200);
  });

  test('not once the provider’s word is four hours old, however much it is used: then the person signs in again', async () => {
    let { json } = await redeem(await consent());
    for (const seconds of [2 * 3600, 2 * 3600 - 60]) {
      at.clock.advance(seconds);
      ({ json } = await refresh(json['refresh_token']));
    }
    expect(json).toMatchObject({ expires_in: 60 });
    at.clock.advance(60);
    await expect(refresh(json['refresh_token'])).resolves.toMatchObject(refusedFor('invalid_grant'));
  });

  test('not after four hours without a command', async () => {
    await restartWith(at.config.identityProviders.map(telling));
    const { json } = await redeem(await consent());
    at.clock.advance(4 * 3600 - 1);
    const used = await refresh(json['refresh_token']);
    expect(used.status).toBe(200);
    at.clock.advance(4 * 3600);
    await expect(refresh(used.json['refresh_token'])).resolves.toMatchObject(refusedFor('invalid_grant'));
    const list = await at.signin(
      httpEvent({ path: '/v1/sessions', headers: { authorization: `Bearer ${used.json['access_token'] ?? ''}` } }),
    );
    expect(list.statusCode).toBe(401);
  });

  test('after signing in, who was not; the question comes back whole', async () => {
    const login = locationOf(await ask({}, { cookies: [] }));
    expect(login.pathname).toBe('/login');
    const returnTo = login.searchParams.get('returnTo') ?? '';
    expect(returnTo).toMatch(/^\/oauth\/authorize\?resume=[\w-]+$/);
    const page = await at.token(httpEvent({ path: returnTo, cookies: cookies() }));
    expect(page.statusCode).toBe(200);
    for (const value of [REDIRECT, STATE]) expect(page.body).toContain(value);
  });

  test('at the provider and as the person that the command line names', async () => {
    const login = locationOf(
      await ask({ provider: 'local-oidc', login_hint: 'engineer@example.com' }, { cookies: [] }),
    );
    expect(Object.fromEntries(login.searchParams)).toMatchObject({
      ...{ provider: 'local-oidc', loginHint: 'engineer@example.com' },
    });
  });

  test('on the loopback address of IPv6 too', async () => {
    const page = await ask({ redirect_uri: 'http://[::1]:51234/cb' });
    expect(String(page.headers?.['content-security-policy'])).toContain("form-action 'self' http:");
  });

  test('not with a question that came back spoilt', async () => {
    const resume = Buffer.from('state=a&state=b').toString('base64url');
    expect(
      (await at.token(httpEvent({ path: `/oauth/authorize?resume=${resume}`, cookies: cookies() }))).statusCode,
    ).toBe(400);
  });

  test('anew, when it asks for that, and once only', async () => {
    const login = locationOf(await ask({ prompt: 'login' }));
    expect(login.searchParams.get('stepUp')).toBe('fresh');
    const page = await at.token(httpEvent({ path: login.searchParams.get('returnTo') ?? '', cookies: cookies() }));
    expect(page.statusCode).toBe(200);
  });

  test('or does not, when the person says no', async () => {
    const location = locationOf(await answer({ decision: 'deny' }));
    expect(location.searchParams.get('error')).toBe('access_denied');
    expect(location.searchParams.has('code')).toBe(false);
  });

  test('is one session in the list, and ends with it', async () => {
    const { json } = await redeem(await consent());
    const list = await at.signin(httpEvent({ path: '/v1/sessions', cookies: cookies() }));
    expect(answers.Sessions().safeParse(JSON.parse(list.body ?? '')).error).toBeUndefined();
    const { sessions } = answers.Sessions().parse(JSON.parse(list.body ?? ''));
    expect(sessions.map(({ client }) => client).sort()).toEqual(['hatcheck-cli', undefined]);
    const id = sessions.find(({ client }) => client !== undefined)?.id ?? '';
    const headers = { origin: at.config.origin, 'hatcheck-csrf': '1' };
    const routeKey = 'DELETE /v1/sessions/{id}';
    await at.signin(httpEvent({ method: 'DELETE', path: `/v1/sessions/${id}`, routeKey, cookies: cookies(), headers }));
    await expect(at.me(json['access_token'])).resolves.toBe(401);
    await expect(refresh(json['refresh_token'])).resolves.toMatchObject(refusedFor('invalid_grant'));
  });

  test('ends with its log-out, refresh token and all', async () => {
    const { json } = await redeem(await consent());
    const headers = { authorization: `Bearer ${String(json['access_token'])}` };
    await at.signin(httpEvent({ method: 'POST', path: '/logout', headers }));
    await expect(at.me(json['access_token'])).resolves.toBe(401);
    await expect(refresh(json['refresh_token'])).resolves.toMatchObject(refusedFor('invalid_grant'));
  });
});

test('a provider that is no longer configured vouches for nobody', async () => {
  const { json } = await redeem(await consent());
  const around = { clock: at.clock, chance: systemChance, logger: recordingLogger().logger };
  const token = createToken({ ...at.config, identityProviders: [] }, around);
  const form = refreshing(json['refresh_token']);
  const { statusCode, body = '{}' } = await token(httpEvent({ method: 'POST', path: '/oauth/token', form }));
  expect({ status: statusCode, json: JSON.parse(body) as unknown }).toMatchObject(refusedFor('invalid_grant'));
});
