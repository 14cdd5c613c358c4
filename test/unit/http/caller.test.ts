import { describe, expect, jest, test } from '@jest/globals';
import { HatcheckError, refuse } from '../../../lib/domain/errors.ts';
import type { CallerSession } from '../../../lib/http/api.ts';
import { REQUEST_ID, TOKEN, authenticate, bearer, cookies, ownPage, principal, stubApi } from './stub-api.ts';

type WithPrincipal = { principal: Promise<{ handle: string }>; session: Promise<CallerSession> };
const whoami = async (call: WithPrincipal) => ({ status: 200, json: { handle: (await call.principal).handle } });

describe('who is calling', () => {
  const { call } = stubApi({ routes: { 'GET /v1/me': whoami } });
  const me = (o: { headers?: Record<string, string>; cookies?: string[] }) => call({ path: '/v1/me', ...o });

  test('a cookie says it', async () => {
    expect((await me({ cookies })).json).toEqual({ handle: principal.handle });
  });

  test.each(['Bearer', 'bearer', 'BEARER'])('a token says it, with the scheme written %s', async (scheme) => {
    expect((await me({ headers: { authorization: `${scheme} ${TOKEN}` } })).json).toEqual({ handle: principal.handle });
  });

  test('header names count in any case', async () => {
    expect((await me({ headers: { Authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
  });

  test('nobody is 401 with a challenge that names no error (RFC 6750 §3.1)', async () => {
    const { code, headers } = await me({});
    expect(code).toBe('not_signed_in');
    expect(headers['www-authenticate']).toBe('Bearer realm="hatcheck"');
  });

  test('an empty cookie is nobody', async () => {
    expect((await me({ cookies: ['__Host-hatcheck='] })).code).toBe('not_signed_in');
  });

  test('a token that nobody knows is 401 with its challenge', async () => {
    const { code, headers } = await me({ headers: { authorization: 'Bearer p_x.forged' } });
    expect(code).toBe('invalid_token');
    expect(headers['www-authenticate']).toBe('Bearer realm="hatcheck", error="invalid_token"');
  });

  test('a session that is over says so', async () => {
    expect((await me({ cookies: ['__Host-hatcheck=expired'] })).code).toBe('session_expired');
  });

  test.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer a b', `Bearer ${TOKEN},Bearer ${TOKEN}`, `Bearer ${TOKEN}\u0000`])(
    '%p is no bearer token, and is not looked up',
    async (authorization) => {
      const asked = jest.fn(authenticate);
      const strict = stubApi({ authenticate: asked });
      expect((await strict.call({ path: '/v1/me', headers: { authorization } })).code).toBe('invalid_token');
      expect(asked).not.toHaveBeenCalled();
    },
  );

  test('cookie and token at once are refused: which of the two would it be?', async () => {
    expect((await me({ headers: bearer, cookies })).pointers).toEqual(['Authorization invalid_header']);
  });

  test('the session cookie twice is refused', async () => {
    expect((await me({ cookies: [...cookies, '__Host-hatcheck=other'] })).pointers).toEqual(['Cookie invalid_header']);
  });

  test('cookies of others may be there, twice too, and say nothing', async () => {
    const others = ['hatcheck=p_x.y', 'a=1', 'a=2', '=x', 'noequals', '__proto__=x'];
    expect((await me({ cookies: [...others, ...cookies] })).json).toEqual({ handle: principal.handle });
    expect((await me({ cookies: others })).code).toBe('not_signed_in');
  });
});

describe('nothing is answered before the caller is known', () => {
  const forgetful = () => Promise.resolve({ status: 200, json: { secret: 'for somebody' } });
  const notFound = () => Promise.reject(new HatcheckError(refuse('not_found', 'none')));
  const forged = { authorization: 'Bearer p_x.forged' };

  test('a handler that forgot to ask leaks nothing to a forged token', async () => {
    const { call } = stubApi({ routes: { 'GET /v1/me': forgetful } });
    expect((await call({ path: '/v1/me', headers: forged })).code).toBe('invalid_token');
    expect((await call({ path: '/v1/me', headers: bearer })).json).toEqual({ secret: 'for somebody' });
  });

  test('what is or is not there is nothing that somebody unknown may hear', async () => {
    const { call } = stubApi({ routes: { 'GET /v1/requests/{id}': notFound } });
    const path = `/v1/requests/${REQUEST_ID}`;
    expect((await call({ path, headers: forged })).code).toBe('invalid_token');
    expect((await call({ path, headers: bearer })).code).toBe('not_found');
  });

  test('bad input is told only to somebody known', async () => {
    const { call } = stubApi();
    expect((await call({ path: '/v1/requests?limit=x', headers: forged })).code).toBe('invalid_token');
    expect((await call({ path: '/v1/requests/nonsense', headers: forged })).code).toBe('invalid_token');
    expect((await call({ path: '/v1/requests?limit=x', headers: bearer })).code).toBe('invalid_input');
  });

  test('the handler runs beside the authentication, which is asked once', async () => {
    const order: string[] = [];
    const slow = jest.fn(async (presented: Parameters<typeof authenticate>[0]) => {
      order.push('authentication begins');
      await new Promise(setImmediate);
      order.push('authentication ends');
      return authenticate(presented);
    });
    const handler = async (call: WithPrincipal) => {
      order.push('handler begins');
      await Promise.all([call.principal, call.principal, call.session]);
      order.push('handler knows');
      return { status: 200, json: {} };
    };
    const { call } = stubApi({ authenticate: slow, routes: { 'GET /v1/me': handler } });
    await call({ path: '/v1/me', headers: bearer });
    expect(order).toEqual(['authentication begins', 'handler begins', 'authentication ends', 'handler knows']);
    expect(slow).toHaveBeenCalledTimes(1);
  });

  test('a handler that fails while the caller is unknown ends nothing but its own call', async () => {
    const failing = (call: WithPrincipal) => {
      void call.principal;
      return Promise.reject(new Error('broken'));
    };
    const { call } = stubApi({ routes: { 'GET /v1/me': failing } });
    expect((await call({ path: '/v1/me', headers: forged })).code).toBe('invalid_token');
    expect((await call({ path: '/v1/me', headers: bearer })).code).toBe('internal');
  });
});

describe('routes for anyone', () => {
  test('do not look anybody up unless the handler asks', async () => {
    const asked = jest.fn(authenticate);
    const { call } = stubApi({ authenticate: asked });
    expect((await call({ path: '/login', cookies })).status).toBe(200);
    expect(asked).not.toHaveBeenCalled();
  });

  test('may ask who had been signed in', async () => {
    const handler = async (call: WithPrincipal) => ({ status: 200, json: { via: (await call.session).via } });
    const { call } = stubApi({ routes: { 'GET /oidc/callback': handler } });
    expect((await call({ path: '/oidc/callback', cookies })).json).toEqual({ via: 'cookie' });
    expect((await call({ path: '/oidc/callback' })).code).toBe('not_signed_in');
  });

  test('a token endpoint does not mind a cookie beside its call', async () => {
    const { call } = stubApi();
    const outcome = await call({
      method: 'POST',
      path: '/oauth/token',
      cookies,
      headers: { authorization: 'Basic x' },
      form: { grant_type: 'x' },
    });
    expect(outcome.status).toBe(200);
  });

  test('two calls in one invocation context share nothing', async () => {
    const { call } = stubApi({ routes: { 'GET /v1/me': whoami } });
    const [known, unknown] = await Promise.all([
      call({ path: '/v1/me', cookies, headers: ownPage }),
      call({ path: '/v1/me' }),
    ]);
    expect([known.status, unknown.status]).toEqual([200, 401]);
  });
});
