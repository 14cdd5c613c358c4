import { describe, expect, test } from '@jest/globals';
import { toAnswer } from '../../../local/gateway/answer.ts';

const text = (result: unknown) => toAnswer(result).body.toString();

describe('what a function returned becomes an answer', () => {
  test('a response keeps its status, headers in lower case, cookies and body', () => {
    const answer = toAnswer({
      statusCode: 201,
      headers: {
        Location: '/v1/requests/r_1',
        'Retry-After': 3,
        'Content-Type': 'application/json',
        absent: undefined,
      },
      cookies: ['a=1; Path=/', 'b=2; Path=/'],
      body: '{}',
    });
    expect(answer).toEqual({
      status: 201,
      headers: {
        location: '/v1/requests/r_1',
        'retry-after': '3',
        'content-type': 'application/json',
        'set-cookie': ['a=1; Path=/', 'b=2; Path=/'],
      },
      body: Buffer.from('{}'),
    });
  });

  test('a response without a content type is plain text', () => {
    expect(toAnswer({ statusCode: 200, body: 'x' }).headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  test('a base64 body is decoded', () => {
    expect(text({ statusCode: 200, body: 'aMOp', isBase64Encoded: true })).toBe('hé');
  });

  test.each([
    [{ message: 'hi' }, '{"message":"hi"}'],
    ['hi', 'hi'],
    [[1, 2], '[1,2]'],
    [null, 'null'],
    [undefined, 'null'],
  ])('%j without a status code is a 200 of JSON', (result, body) => {
    expect(toAnswer(result)).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(text(result)).toBe(body);
  });

  test('what a gateway sets itself is not taken from the function', () => {
    const { headers } = toAnswer({
      statusCode: 200,
      headers: { 'Content-Length': '5', Connection: 'close' },
      body: '',
    });
    expect(headers).not.toHaveProperty('content-length');
    expect(headers).not.toHaveProperty('connection');
  });

  test.each([
    ['a status that is a string', { statusCode: '200' }],
    ['an impossible status', { statusCode: 99 }],
    ['a body that is an object', { statusCode: 200, body: {} }],
    ['headers that are a list', { statusCode: 200, headers: ['a'] }],
    ['a header that is an object', { statusCode: 200, headers: { a: {} } }],
    ['cookies that are no list of texts', { statusCode: 200, cookies: [1] }],
    ['header injection by line break', { statusCode: 200, headers: { location: '/\r\nset-cookie: a=1' } }],
    ['cookie injection by line break', { statusCode: 200, cookies: ['a=1\r\nx: y'] }],
    ['more than 6 MB', { statusCode: 200, body: 'x'.repeat(6 * 1024 * 1024 + 1) }],
  ])('%s is answered 500', (_name, result) => {
    expect(toAnswer(result).status).toBe(500);
    expect(text(result)).toBe('{"message":"Internal Server Error"}');
  });
});
