import { describe, expect, test } from '@jest/globals';
import { create } from '../../functions/portal.ts';
import { openApiDocument } from '../../lib/http/openapi.ts';
import type { StaticFiles } from '../../lib/http/static-files.ts';
import { testConfig } from '../support/config.ts';
import { httpEvent } from '../support/events.ts';
import type { HttpCall } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';

const files: StaticFiles = {
  '/': {
    type: 'text/html; charset=utf-8',
    body: '<!doctype html><p>page',
    encoding: 'utf8',
    immutable: false,
  },
  '/assets/app-5f0c9a1e.js': { type: 'text/javascript', body: 'let a', encoding: 'utf8', immutable: true },
  '/favicon.png': { type: 'image/png', body: 'iVBORw0K', encoding: 'base64', immutable: false },
};
const config = testConfig({
  endpoints: { federation: 'http://127.0.0.1:3002/federation', console: 'http://127.0.0.1:3002' },
});
const handler = create(config, { files, openApi: JSON.stringify(openApiDocument()), logger: silentLogger });

const call = (http: HttpCall) => handler(httpEvent({ routeKey: '$default', ...http }));
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const codeOf = ({ body }: { body?: string | undefined }) => (JSON.parse(body ?? '{}') as { code?: string }).code;

describe('the portal', () => {
  test('is at /, not stored without asking again', async () => {
    const { statusCode, headers, body } = await call({ path: '/', headers: browser });
    expect([statusCode, body]).toEqual([200, files['/']?.body]);
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
  });

  test('lets its page load and send only what is ours, the console form apart', async () => {
    const policy = String((await call({ path: '/' })).headers?.['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:");
    expect(policy).toContain("base-uri 'none'; frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    const formAction = /form-action ([^;]+)/.exec(policy)?.[1]?.split(' ');
    expect(formAction).toEqual(
      expect.arrayContaining(["'self'", 'https://signin.aws.amazon.com', 'http://127.0.0.1:3002']),
    );
    expect(formAction?.filter((source) => source === 'http://127.0.0.1:3002')).toHaveLength(1);
  });

  test('names no stand-in where there is none', async () => {
    const real = create(testConfig(), { files, openApi: '{}', logger: silentLogger });
    const { headers } = await real(httpEvent({ routeKey: '$default', path: '/' }));
    expect(String(headers?.['content-security-policy'])).not.toContain('127.0.0.1');
  });

  test('serves its assets for ever, and binary ones as they are', async () => {
    const script = await call({ path: '/assets/app-5f0c9a1e.js' });
    expect(script.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': expect.stringContaining("form-action 'none'"),
      'x-content-type-options': 'nosniff',
    });
    expect(await call({ path: '/favicon.png' })).toMatchObject({ body: 'iVBORw0K', isBase64Encoded: true });
  });

  test.each([
    ['the tag', (tag: string) => tag],
    ['the tag, weak', (tag: string) => `W/${tag}`],
    ['a list with it', (tag: string) => `"other", ${tag}`],
    ['a star', () => '*'],
  ])('answers 304 to If-None-Match with %s', async (_name, sent) => {
    const etag = String((await call({ path: '/' })).headers?.['etag']);
    const again = await call({ path: '/', headers: { 'if-none-match': sent(etag) } });
    expect(again).toMatchObject({ statusCode: 304, headers: { etag } });
    expect(again.body).toBeUndefined();
  });

  test('answers 200 to another tag', async () => {
    expect((await call({ path: '/', headers: { 'if-none-match': '"other"' } })).statusCode).toBe(200);
  });

  test('gives a browser the page for a path that only the page knows, whatever its query', async () => {
    const path = '/requests/r_ABCDEFGHIJKLMNOPQRSTUVWXYZ?from=chat&from=mail';
    expect(await call({ path, headers: browser })).toMatchObject({ statusCode: 200, body: files['/']?.body });
  });

  test.each([
    ['a program', '/nothing', { accept: 'application/json' }],
    ['a program that says nothing', '/nothing', {}],
    ['a browser on a mistyped API path', '/v1/request', browser],
    ['a browser on /.well-known', '/.well-known/security.txt', browser],
    ['a name of every object', '/__proto__', {}],
    ['a path that climbs', '/../index.html', {}],
  ])('is not found for %s', async (_name, path, headers) => {
    const answer = await call({ path, headers });
    expect([answer.statusCode, codeOf(answer)]).toEqual([404, 'not_found']);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not found', async (method) => {
    const answer = await call({ method, path: '/', headers: { ...browser, origin: 'https://evil.example.com' } });
    expect(codeOf(answer)).toBe('not_found');
    expect(Object.keys(answer.headers ?? {}).some((name) => name.startsWith('access-control'))).toBe(false);
  });

  test('HEAD is GET without the body', async () => {
    const head = await call({ method: 'HEAD', path: '/' });
    const get = await call({ path: '/' });
    expect(head.body).toBeUndefined();
    expect(head.headers).toEqual(get.headers);
  });
});

describe('beside the portal', () => {
  test('GET /healthz says ok', async () => {
    const answer = await call({ path: '/healthz', routeKey: 'GET /healthz' });
    expect([answer.statusCode, answer.body]).toEqual([200, '{"status":"ok"}']);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
  });

  test('GET /openapi.json is the document', async () => {
    const answer = await call({ path: '/openapi.json', routeKey: 'GET /openapi.json' });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(JSON.parse(answer.body ?? '')).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });
});
