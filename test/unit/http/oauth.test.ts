import { describe, expect, test } from '@jest/globals';
import { HatcheckError, refuse } from '../../../lib/domain/errors.ts';
import type { ErrorCode } from '../../../lib/domain/errors.ts';
import { OAuthError } from '../../../lib/http/oauth-error.ts';
import { stubApi } from './stub-api.ts';

const token = { method: 'POST', path: '/oauth/token' } as const;
const throwing = (error: Error) => stubApi({ routes: { 'POST /oauth/token': () => Promise.reject(error) } });

describe('errors of OAuth endpoints are as RFC 6749 §5.2 wants them', () => {
  const { call } = stubApi();

  test.each([
    ['no body', {}, 400],
    ['no grant_type', { form: 'subject_token=x' }, 400],
    ['an empty grant_type', { form: 'grant_type=' }, 400],
    ['a doubled parameter', { form: 'grant_type=a&grant_type=a' }, 400],
    ['a doubled unknown parameter', { form: 'grant_type=a&x=1&x=2' }, 400],
    ['malformed percent-encoding', { form: 'grant_type=%' }, 400],
    ['a JSON body', { body: { grant_type: 'x' } }, 415],
    ['a large body', { form: `grant_type=${'x'.repeat(70_000)}` }, 413],
    ['a query', { path: '/oauth/token?grant_type=x', form: 'grant_type=x' }, 400],
  ])('%s is invalid_request', async (_name, sent, status) => {
    const outcome = await call({ ...token, ...sent });
    expect(outcome.json).toMatchObject({ error: 'invalid_request' });
    expect(outcome.status).toBe(status);
    expect(outcome.headers['cache-control']).toBe('no-store');
  });

  test('unknown parameters are ignored, empty ones omitted (RFC 6749 §3.2)', async () => {
    const { json } = await call({ ...token, form: 'grant_type=x&foo=bar&audience=&__proto__=y' });
    expect(json['body']).toEqual({ grant_type: 'x', foo: 'bar' });
  });

  test('what the handler refuses keeps its code, description and status', async () => {
    const { call: refused } = throwing(new OAuthError('invalid_grant', 'the subject token is not acceptable'));
    const outcome = await refused({ ...token, form: { grant_type: 'x' } });
    expect(outcome.status).toBe(400);
    expect(outcome.json).toEqual({ error: 'invalid_grant', error_description: 'the subject token is not acceptable' });
  });

  test('an unknown client is 401 with a challenge', async () => {
    const { call: refused } = throwing(new OAuthError('invalid_client', 'no such client', 401));
    const outcome = await refused({ ...token, form: { grant_type: 'x' } });
    expect([outcome.status, outcome.headers['www-authenticate']]).toEqual([401, 'Basic realm="hatcheck"']);
  });

  test.each([
    ['ledger_unavailable', 503, 'temporarily_unavailable', '5'],
    ['limit_reached', 429, 'temporarily_unavailable', '60'],
    ['invalid_token', 400, 'invalid_request', undefined],
    ['internal', 500, 'server_error', undefined],
    ['not_found', 404, 'invalid_request', undefined],
  ] as [ErrorCode, number, string, string | undefined][])('%s is %i %s', async (code, status, error, retryAfter) => {
    const { call: refused } = throwing(new HatcheckError(refuse(code, 'for the operator')));
    const outcome = await refused({ ...token, form: { grant_type: 'x' } });
    expect(outcome.status).toBe(status);
    expect(outcome.json['error']).toBe(error);
    expect(outcome.headers['retry-after']).toBe(retryAfter);
    expect(outcome.result.body).not.toContain('operator');
  });

  test('a bug is server_error and explains nothing', async () => {
    const { call: broken } = throwing(new Error('SECRET'));
    const outcome = await broken({ ...token, form: { grant_type: 'x' } });
    expect(outcome.json['error']).toBe('server_error');
    expect(outcome.result.body).not.toContain('SECRET');
  });
});
