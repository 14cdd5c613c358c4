import { describe, expect, test } from '@jest/globals';
import { parseTarget, toEvent } from '../../../local/gateway/event.ts';
import type { GatewayRequest } from '../../../local/gateway/event.ts';

const match = { routeKey: 'POST /v1/requests/{id}/approve', functionId: 'requests', pathParameters: { id: 'r 1' } };
const context = { clock: () => new Date('2026-11-22T06:24:05.678Z'), requestId: 'JKJaXmPLvHcESHA=' };

const request = (over: Partial<GatewayRequest> = {}): GatewayRequest => ({
  method: 'POST',
  url: '/v1/requests/r%201/approve?a=1&b=x%20y&a=2&flag&plus=1+1',
  httpVersion: '1.1',
  rawHeaders: ['Host', '127.0.0.1:3000', 'User-Agent', 'curl/8', 'Content-Type', 'application/json'],
  socket: { remoteAddress: '127.0.0.1', localPort: 3000 },
  ...over,
});

const withType = (type: string, body: Buffer | string) =>
  toEvent(request({ rawHeaders: ['Host', 'h', 'Content-Type', type] }), Buffer.from(body), match, context);

describe('a payload format 2.0 event', () => {
  test('has every member that AWS sends, and no other', () => {
    expect(toEvent(request(), Buffer.from('{"comment":"ok"}'), match, context)).toEqual({
      version: '2.0',
      routeKey: 'POST /v1/requests/{id}/approve',
      rawPath: '/v1/requests/r 1/approve',
      rawQueryString: 'a=1&b=x%20y&a=2&flag&plus=1+1',
      headers: {
        host: '127.0.0.1:3000',
        'user-agent': 'curl/8',
        'content-type': 'application/json',
        'content-length': '16',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': '3000',
        'x-forwarded-proto': 'http',
      },
      queryStringParameters: { a: '1,2', b: 'x y', flag: '', plus: '1 1' },
      requestContext: {
        accountId: '111122223333',
        apiId: 'local',
        domainName: '127.0.0.1',
        domainPrefix: '127',
        http: {
          method: 'POST',
          path: '/v1/requests/r 1/approve',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'curl/8',
        },
        requestId: 'JKJaXmPLvHcESHA=',
        routeKey: 'POST /v1/requests/{id}/approve',
        stage: '$default',
        time: '22/Nov/2026:06:24:05 +0000',
        timeEpoch: 1795328645678,
      },
      pathParameters: { id: 'r 1' },
      body: '{"comment":"ok"}',
      isBase64Encoded: false,
    });
  });

  test('leaves out cookies, query, path parameters and body where there are none', () => {
    const plain = toEvent(
      request({ method: 'GET', url: '/', rawHeaders: ['Host', 'h'] }),
      Buffer.alloc(0),
      { routeKey: '$default', functionId: 'portal', pathParameters: {} },
      context,
    );
    expect(Object.keys(plain)).toEqual(
      expect.not.arrayContaining(['cookies', 'queryStringParameters', 'pathParameters', 'body']),
    );
    expect(plain.isBase64Encoded).toBe(false);
    expect(plain.rawQueryString).toBe('');
  });

  test('takes the cookies out of the headers, one entry each', () => {
    const rawHeaders = ['Cookie', 'a=1; b="2"', 'cookie', 'c=3', 'Host', 'h'];
    const event = toEvent(request({ rawHeaders }), Buffer.alloc(0), match, context);
    expect(event.cookies).toEqual(['a=1', 'b="2"', 'c=3']);
    expect(event.headers).not.toHaveProperty('cookie');
  });

  test('combines doubled headers with a comma, under one lower-case name', () => {
    const rawHeaders = ['X-Slack-Signature', 'one', 'x-slack-signature', 'two', 'X-Forwarded-For', '203.0.113.9'];
    const { headers } = toEvent(request({ rawHeaders }), Buffer.alloc(0), match, context);
    expect(headers['x-slack-signature']).toBe('one,two');
    expect(headers['x-forwarded-for']).toBe('203.0.113.9,127.0.0.1');
  });

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'TEXT/CSV',
    'application/xml',
    'application/javascript',
  ])('carries %s as text', (type) => {
    expect(withType(type, 'ü')).toMatchObject({ body: 'ü', isBase64Encoded: false });
  });

  test.each([
    'application/x-www-form-urlencoded',
    'application/problem+json',
    'application/octet-stream',
    'image/png',
    '',
  ])('carries "%s" as base64', (type) => {
    expect(withType(type, 'a=1')).toMatchObject({ body: 'YT0x', isBase64Encoded: true });
  });

  test('a query name of __proto__ is a plain member', () => {
    const event = toEvent(request({ url: '/?__proto__=x' }), Buffer.alloc(0), match, context);
    expect(Object.entries(event.queryStringParameters ?? {})).toEqual([['__proto__', 'x']]);
  });
});

describe('a malformed request target is not read', () => {
  test.each(['/%', '/%zz', '/%ff', '/?a=%', '/?%e0=1', 'http://127.0.0.1/', '*'])('%s', (url) => {
    expect(parseTarget(url)).toBeUndefined();
  });

  test('an encoded slash is decoded before routing, as on AWS', () => {
    expect(parseTarget('/v1%2Fme')?.path).toBe('/v1/me');
  });
});
