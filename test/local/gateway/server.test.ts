import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { startGateway } from '../../../local/gateway/server.ts';
import type { AccessLogEntry, Gateway, GatewayOptions } from '../../../local/gateway/server.ts';

let gateway: Gateway | undefined;

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

const routes = [
  { routeKey: 'GET /echo/{id}', functionId: 'echo' },
  { routeKey: 'POST /echo/{id}', functionId: 'echo' },
  { routeKey: 'GET /fails', functionId: 'fails' },
  { routeKey: 'GET /hangs', functionId: 'hangs' },
];

const functions: Record<string, (event: APIGatewayProxyEventV2) => Promise<unknown>> = {
  echo: (event) => Promise.resolve({ statusCode: 200, cookies: ['s=1', 't=2'], body: JSON.stringify(event) }),
  fails: () => Promise.reject(new Error('secret detail')),
  hangs: () => new Promise(() => undefined),
};

const start = async (over: Partial<GatewayOptions> = {}): Promise<Gateway> => {
  gateway = await startGateway({ port: 0, routes, invoke: (id, event) => functions[id]!(event), ...over });
  return gateway;
};

const raw = (origin: string, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1', () => socket.write(bytes));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => {
      resolve(Buffer.concat(chunks).toString());
    });
    socket.on('error', reject);
  });

describe('the gateway', () => {
  test('listens on the loopback address only', async () => {
    expect((await start()).origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('turns a call into an event and the result into an answer', async () => {
    const { origin } = await start({ requestIds: () => 'id-1' });
    const response = await fetch(`${origin}/echo/r_1?a=1`, { method: 'POST', body: new URLSearchParams({ a: 'b' }) });
    expect(response.status).toBe(200);
    expect(response.headers.get('apigw-requestid')).toBe('id-1');
    expect(response.headers.getSetCookie()).toEqual(['s=1', 't=2']);
    expect(await response.json()).toMatchObject({
      routeKey: 'POST /echo/{id}',
      pathParameters: { id: 'r_1' },
      body: Buffer.from('a=b').toString('base64'),
      isBase64Encoded: true,
      requestContext: { requestId: 'id-1' },
    });
  });

  test('writes an access log without the query string', async () => {
    const entries: AccessLogEntry[] = [];
    const { origin } = await start({ accessLog: (entry) => entries.push(entry) });
    await (await fetch(`${origin}/echo/r_1?code=canary`)).text();
    expect(entries).toMatchObject([{ method: 'GET', path: '/echo/r_1', routeKey: 'GET /echo/{id}', status: 200 }]);
    expect(JSON.stringify(entries)).not.toContain('canary');
  });

  test.each([
    ['/nowhere', 404, '{"message":"Not Found"}'],
    ['/echo/%zz', 400, '{"message":"Bad Request"}'],
    ['/echo/a?x=%', 400, '{"message":"Bad Request"}'],
    ['/fails', 500, '{"message":"Internal Server Error"}'],
    ['/hangs', 503, '{"message":"Service Unavailable"}'],
  ])('answers %s with its own %i', async (path, status, body) => {
    const { origin } = await start({ integrationTimeoutMs: 20 });
    const response = await fetch(origin + path);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('a foreign Origin gets no CORS headers, and no preflight answer of the gateway’s own', async () => {
    const { origin } = await start();
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const preflight = await fetch(`${origin}/echo/a`, { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(404);
    const call = await fetch(`${origin}/echo/a`, { headers });
    for (const response of [preflight, call]) {
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toStrictEqual([]);
    }
  });

  test('HEAD has the headers of the answer and no body', async () => {
    const { origin } = await start({
      routes: [{ routeKey: '$default', functionId: 'any' }],
      invoke: () => Promise.resolve({ statusCode: 200, body: 'four' }),
    });
    const response = await fetch(`${origin}/x`, { method: 'HEAD' });
    expect(response.headers.get('content-length')).toBe('4');
    expect(await response.text()).toBe('');
  });

  test('a request line and headers above 10,240 bytes are refused, below not', async () => {
    const { origin } = await start();
    const status = async (length: number) =>
      (await fetch(`${origin}/echo/a`, { headers: { 'x-long': 'x'.repeat(length) } })).status;
    expect(await status(9_900)).toBe(200);
    expect(await status(10_240)).toBe(431);
    expect(await status(60_000)).toBe(431);
  });

  test('a declared body above 10 MB is refused before it is read', async () => {
    const { origin } = await start();
    const response = await fetch(`${origin}/echo/a`, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ message: 'Request Entity Too Large' });
  });

  test('a chunked body above 10 MB is refused while it is read', async () => {
    const { origin } = await start();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const call = httpRequest(`${origin}/echo/a`, { method: 'POST' }, (response) => {
        resolve(response.statusCode);
        response.resume();
      });
      call.on('error', reject);
      for (let i = 0; i < 11; i += 1) call.write(Buffer.alloc(1024 * 1024));
      call.end();
    });
    expect(status).toBe(413);
  });

  test('a body that Lambda would not take as an event is refused', async () => {
    const { origin } = await start();
    const body = Buffer.alloc(5 * 1024 * 1024);
    expect((await fetch(`${origin}/echo/a`, { method: 'POST', body })).status).toBe(413);
  });

  test('request smuggling by two length headers is refused by the parser', async () => {
    const { origin } = await start();
    const answer = await raw(
      origin,
      'POST /echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('{"message":"Bad Request"}');
  });

  test('many calls run at once', async () => {
    const { origin } = await start();
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, i) => fetch(`${origin}/echo/${i}`).then((r) => r.status)),
    );
    expect(new Set(all)).toEqual(new Set([200]));
  });
});
