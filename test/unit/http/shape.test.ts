import { describe, expect, test } from '@jest/globals';
import { REQUEST_ID, bearer, stubApi } from './stub-api.ts';

const { call, send } = stubApi();
const post = { method: 'POST', path: '/v1/requests', headers: bearer } as const;
const ask = { entitlementId: 'prod-read', justification: 'to see why it fails', durationSeconds: 900 };

const ofSize = (bytes: number): string => {
  const empty = JSON.stringify({ ...ask, ticket: '' });
  return JSON.stringify({ ...ask, ticket: 'x'.repeat(bytes - empty.length) });
};

describe('sizes', () => {
  const headers = { ...bearer, 'content-type': 'application/json' };

  test('a body of 64 KiB is read, one byte more is too large', async () => {
    expect((await call({ ...post, headers, body: ofSize(65_536) })).pointers).toEqual(['/ticket too_long']);
    expect((await call({ ...post, headers, body: ofSize(65_537) })).code).toBe('too_large');
  });

  test('the limit counts bytes, not characters', async () => {
    const body = JSON.stringify({ ...ask, justification: 'é'.repeat(33_000) });
    expect(body.length).toBeLessThan(65_536);
    expect((await call({ ...post, headers, body })).code).toBe('too_large');
  });

  test('base64 does not make more room', async () => {
    const encoded = (bytes: number) => Buffer.from(ofSize(bytes)).toString('base64');
    const sent = { ...post, headers, isBase64Encoded: true };
    expect((await call({ ...sent, body: encoded(65_536) })).pointers).toEqual(['/ticket too_long']);
    expect((await call({ ...sent, body: encoded(65_537) })).code).toBe('too_large');
    expect((await call({ ...sent, body: encoded(100_000) })).code).toBe('too_large');
  });

  test('a query of more than 8 KiB is refused', async () => {
    const path = `/v1/requests?cursor=${'x'.repeat(8192)}`;
    expect((await call({ path, headers: bearer })).pointers).toEqual(['? too_long']);
  });
});

describe('bytes', () => {
  test('JSON comes as text or in base64, and is the same', async () => {
    const body = JSON.stringify({ ...ask, justification: 'Zürich ☃ 😀' });
    const headers = { ...bearer, 'content-type': 'application/json' };
    const plain = await call({ ...post, headers, body });
    const encoded = await call({ ...post, headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true });
    expect(plain.status).toBe(200);
    expect(encoded.json).toEqual(plain.json);
  });

  test('bytes that are no UTF-8 are refused, not replaced', async () => {
    const body = Buffer.concat([Buffer.from('{"reason":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const outcome = await call({
      method: 'POST',
      path: `/v1/requests/${REQUEST_ID}/deny`,
      headers: { ...bearer, 'content-type': 'application/json' },
      body: body.toString('base64'),
      isBase64Encoded: true,
    });
    expect(outcome.pointers).toEqual([' ill_formed_text']);
  });

  test('a lone surrogate in the event’s own text is refused', async () => {
    const headers = { ...bearer, 'content-type': 'application/json' };
    const outcome = await call({ ...post, headers, body: `{"justification":"\ud800"}` });
    expect(outcome.pointers).toEqual([' ill_formed_text']);
  });
});

describe('content types', () => {
  const body = JSON.stringify(ask);
  const typed = (type: string) => call({ ...post, headers: { ...bearer, 'content-type': type }, body });

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    ' application/json ',
  ])('%p is JSON', async (type) => {
    expect((await typed(type)).status).toBe(200);
  });

  test.each([
    'text/plain',
    'application/json; charset=utf-16',
    'application/json, application/json',
    'application/jsonx',
    'application/problem+json',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
  ])('%p is not, and a body is refused', async (type) => {
    expect((await typed(type)).code).toBe('unsupported_media_type');
  });

  test('a body without a content type is refused', async () => {
    expect((await call({ ...post, body })).code).toBe('unsupported_media_type');
  });
});

describe('events that API Gateway would not send', () => {
  test.each([
    ['nothing', null],
    ['a number', 7],
    ['a list', []],
    ['an empty object', {}],
    ['parts of other types', { routeKey: 1, headers: 'x', cookies: 'y', body: {}, requestContext: 'z' }],
  ])('%s is an answer, not a crash', async (_name, event) => {
    expect((await send(event)).code).toBe('not_found');
  });
});
