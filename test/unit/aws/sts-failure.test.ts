import { describe, expect, test } from '@jest/globals';
import { mayTryAgain, roleSessionError } from '../../../lib/aws/sts-failure.ts';
import { RoleSessionError } from '../../../lib/broker/ports.ts';

const network = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall });
const named = (name: string, members: object = {}) => Object.assign(new Error('prose'), { name, ...members });
const answered = (httpStatusCode: number, name: string) => named(name, { $metadata: { httpStatusCode } });

describe('what a failed call to STS means', () => {
  test.each<[string, unknown, 'failed' | 'unknown', boolean]>([
    ['nobody listens', network('ECONNREFUSED', 'connect'), 'failed', true],
    ['no way there', network('EHOSTUNREACH', 'connect'), 'failed', true],
    ['no such host', network('ENOTFOUND', 'getaddrinfo'), 'failed', true],
    ['a reset while reading', network('ECONNRESET', 'read'), 'unknown', false],
    ['a broken pipe while writing', network('EPIPE', 'write'), 'unknown', false],
    ['a time-out, of whatever', named('TimeoutError'), 'unknown', false],
    ['no credentials of our own', named('CredentialsProviderError'), 'failed', false],
    ['throttled', answered(400, 'Throttling'), 'failed', true],
    ['throttled by a proxy', answered(429, 'Unknown'), 'failed', true],
    ['denied', answered(403, 'AccessDenied'), 'failed', false],
    ['a proxy that gave up waiting for us', answered(408, 'RequestTimeout'), 'unknown', false],
    ['a redirect', answered(307, 'Unknown'), 'unknown', false],
    ['an error of theirs', answered(500, 'InternalFailure'), 'unknown', false],
    ['yes, unreadable', answered(200, 'SyntaxError'), 'unknown', false],
    ['yes, unreadable, as the SDK marks it', named('Error', { $response: { statusCode: 200 } }), 'unknown', false],
    ['what is no error at all', 'thrown text', 'unknown', false],
    ['nothing', undefined, 'unknown', false],
  ])('%s', (_what, error, outcome, again) => {
    expect([roleSessionError(error).outcome, mayTryAgain(error)]).toEqual([outcome, again]);
  });

  test('the reason is a code and nothing else', () => {
    expect(roleSessionError(answered(403, 'AccessDenied')).message).toBe('AccessDenied');
    expect(roleSessionError(answered(403, 'arn:aws:iam::111122223333:role/x')).message).toBe('Unknown');
    expect(roleSessionError(undefined).message).toBe('Unknown');
  });

  test('the operator gets the cause, but not of an answer that may hold credentials', () => {
    const denied = answered(403, 'AccessDenied');
    expect(roleSessionError(denied).cause).toBe(denied);
    expect(roleSessionError(answered(200, 'SyntaxError')).cause).toBeUndefined();
  });

  test('what was already said is said again', () => {
    const said = new RoleSessionError('failed', 'tags');
    expect(roleSessionError(said)).toBe(said);
  });
});
