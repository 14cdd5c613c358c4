import { describe, expect, test } from '@jest/globals';
import { HatcheckError, refuse } from '../../../lib/domain/errors.ts';
import type { Answer } from '../../../lib/http/api.ts';
import { bearer, cookies, principal, stubApi } from './stub-api.ts';

const answering = (answer: Answer) => stubApi({ routes: { 'GET /v1/me': () => Promise.resolve(answer) } });
const failing = (error: unknown) =>
  stubApi({
    routes: {
      'GET /v1/me': () => {
        throw error;
      },
    },
  });
const me = { path: '/v1/me', headers: bearer } as const;

const SECURITY = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': expect.any(String),
  'referrer-policy': 'no-referrer',
  'strict-transport-security': expect.stringContaining('max-age='),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'hatcheck-call': 'JKJaXmPLvHcESHA=',
};

describe('answers', () => {
  test.each([
    ['json', { json: { a: 1 } }, 'application/json', '{"a":1}'],
    ['html', { html: '<p>' }, 'text/html; charset=utf-8', '<p>'],
    ['text', { text: 'hi' }, 'text/plain; charset=utf-8', 'hi'],
    ['an asset', { asset: { type: 'image/png', body: 'AAA=', encoding: 'base64' } }, 'image/png', 'AAA='],
  ] as const)('%s has its content type', async (_name, content, type, body) => {
    const { result, headers } = await answering({ status: 200, ...content }).call(me);
    expect(headers['content-type']).toBe(type);
    expect(result.body).toBe(body);
    expect(result.isBase64Encoded).toBe('asset' in content);
  });

  test('a redirect has no body, and cookies stand apart', async () => {
    const { result } = await answering({
      status: 303,
      headers: { Location: '/' },
      cookies: ['a=1; Secure', 'b=2'],
    }).call(me);
    expect(result.statusCode).toBe(303);
    expect(result.headers).toMatchObject({ location: '/' });
    expect(result.cookies).toEqual(['a=1; Secure', 'b=2']);
    expect(result.body).toBeUndefined();
  });
});

describe('security headers', () => {
  test('are on an answer, a refusal, a failure and a route that is not there', async () => {
    const outcomes = [
      await answering({ status: 200, json: {} }).call(me),
      await failing(new HatcheckError(refuse('not_found', 'x'))).call(me),
      await failing(new Error('x')).call(me),
      await stubApi().call({ routeKey: 'GET /nothing' }),
      await stubApi().call({ method: 'POST', path: '/oauth/token' }),
    ];
    expect(outcomes.map(({ status }) => status)).toEqual([200, 404, 500, 404, 400]);
    for (const { headers } of outcomes) expect(headers).toMatchObject(SECURITY);
  });

  test('give way to what the handler sets, in whatever case', async () => {
    const { headers } = await answering({ status: 200, json: {}, headers: { 'Cache-Control': 'max-age=60' } }).call(me);
    expect(headers['cache-control']).toBe('max-age=60');
    expect(Object.keys(headers).filter((name) => name.toLowerCase() === 'cache-control')).toHaveLength(1);
  });

  test('never name an origin (CORS), whoever asks', async () => {
    const origin = { origin: 'https://evil.example.com', 'access-control-request-method': 'POST' };
    const { headers } = await stubApi().call({ path: '/v1/me', headers: { ...bearer, ...origin } });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toStrictEqual([]);
  });

  test('a call id that cannot be a header is replaced', async () => {
    const { headers, json } = await stubApi().call({ routeKey: 'GET /nothing', requestId: 'a\r\nset-cookie: x=y' });
    expect(headers['hatcheck-call']).toBe('unknown');
    expect(json['instance']).toBe('urn:hatcheck:call:unknown');
  });
});

describe('problem documents', () => {
  test('have the members of RFC 9457 and ours', async () => {
    const { json, headers, status } = await failing(new HatcheckError(refuse('wrong_status', 'it was denied'))).call(
      me,
    );
    expect(headers['content-type']).toBe('application/problem+json');
    expect(status).toBe(409);
    expect(json).toEqual({
      type: 'urn:hatcheck:error:wrong_status',
      title: expect.any(String),
      status: 409,
      detail: expect.any(String),
      code: 'wrong_status',
      instance: 'urn:hatcheck:call:JKJaXmPLvHcESHA=',
    });
  });

  test('never carry the reason, which is for the operator', async () => {
    const { call, log } = failing(new HatcheckError(refuse('not_eligible', 'group sre is missing')));
    expect((await call(me)).result.body).not.toContain('sre');
    expect(log.text()).toContain('group sre is missing');
  });

  test.each([
    ['mfa', '/login?stepUp=mfa'],
    ['fresh', '/login?stepUp=fresh'],
    [undefined, '/login?stepUp=fresh'],
  ] as const)('step-up %s says where to sign in', async (stepUp, loginUrl) => {
    const refusal = { ...refuse('step_up_required', 'x'), ...(stepUp ? { stepUp } : {}) };
    expect((await failing(new HatcheckError(refusal)).call(me)).json['loginUrl']).toBe(loginUrl);
  });

  test.each([
    ['limit_reached', 12.2, '13'],
    ['limit_reached', undefined, '60'],
    ['ledger_unavailable', undefined, '5'],
    ['aws_unavailable', 0, '1'],
    ['not_started', 90, '90'],
    ['not_started', undefined, undefined],
  ] as const)('%s with %p s carries Retry-After: %p', async (code, retryAfterSeconds, header) => {
    const refusal = { ...refuse(code, 'x'), ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
    expect((await failing(new HatcheckError(refusal)).call(me)).headers['retry-after']).toBe(header);
  });

  test.each([
    ['an error', new Error('SECRET')],
    ['a TypeError', new TypeError('SECRET')],
    ['a string', 'SECRET'],
    ['nothing', undefined],
    ['an object', { code: 'not_found', message: 'SECRET' }],
  ])('%s that nobody expected is a 500 that says nothing', async (_name, thrown) => {
    const { code, status, result } = await failing(thrown).call(me);
    expect([code, status]).toEqual(['internal', 500]);
    expect(result.body).not.toContain('SECRET');
    expect(result.body).not.toContain('stack');
  });

  test('an answer that cannot be rendered is a 500', async () => {
    expect((await answering({ status: 200, json: { n: 1n } }).call(me)).code).toBe('internal');
  });

  test.each([
    [{ getRemainingTimeInMillis: () => 4200 }, 4200],
    [{}, 30_000],
  ])('a handler hears how much time is left', async (context, ms) => {
    const remaining = (call: { remainingMs: () => number }) =>
      Promise.resolve({ status: 200, json: { ms: call.remainingMs() } });
    const { handler } = stubApi({ routes: { 'GET /v1/me': remaining } });
    expect((await handler(me, context)).json).toEqual({ ms });
  });

  test('a handler that takes too long is a 503 before Lambda ends it', async () => {
    const { handler } = stubApi({ routes: { 'GET /v1/me': () => new Promise(() => undefined) } });
    const outcome = await handler(me, { getRemainingTimeInMillis: () => 301 });
    expect(outcome.code).toBe('aws_unavailable');
  });
});

describe('the log', () => {
  test('has one line a call, of listed fields', async () => {
    const { call, log } = stubApi({ milliseconds: () => 42 });
    await call(me);
    expect(log.lines()).toEqual([
      {
        level: 'INFO',
        message: 'call',
        timestamp: '2026-11-22T10:00:00.000Z',
        service: 'test',
        callId: 'JKJaXmPLvHcESHA=',
        route: 'GET /v1/me',
        status: 200,
        handle: principal.handle,
        ms: 0,
      },
    ]);
  });

  test('says why a call was refused', async () => {
    const { call, log } = stubApi();
    await call({ path: '/v1/me' });
    expect(log.lines()).toMatchObject([{ status: 401, code: 'not_signed_in', reason: expect.any(String) }]);
  });

  test('has the stack of a failure, and its cause', async () => {
    const cause = new Error('the cause');
    const { call, log } = failing(new HatcheckError(refuse('ledger_unavailable', 'put timed out'), { cause }));
    await call(me);
    expect(log.lines()).toMatchObject([
      { level: 'ERROR', message: 'failure', code: 'ledger_unavailable', error: { message: 'the cause' } },
      { level: 'INFO', message: 'call', status: 503, code: 'ledger_unavailable' },
    ]);
  });

  test('holds nothing of what was sent', async () => {
    const { call, log } = stubApi();
    const sent = { 'user-agent': 'CANARY', authorization: 'Bearer p_x.CANARY', 'hatcheck-csrf': 'CANARY' };
    await call({ path: '/v1/me', headers: sent });
    await call({ path: '/v1/me', cookies: ['__Host-hatcheck=p_x.CANARY', 'CANARY=CANARY'] });
    await call({ path: '/v1/requests?cursor=CANARY%ff&CANARY=1', headers: bearer });
    await call({ method: 'POST', path: '/v1/requests', headers: bearer, body: '{"CANARY":"CANARY' });
    await call({ method: 'POST', path: '/v1/requests', headers: bearer, body: { CANARY: 'CANARY' } });
    await call({ method: 'POST', path: '/oauth/token', form: { subject_token: 'CANARY' }, cookies });
    expect(log.lines()).toHaveLength(6);
    expect(log.text()).not.toContain('CANARY');
  });
});
