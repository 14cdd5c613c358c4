import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { routeKeys } from '../support/route-keys.ts';
import { type Fuzzed, startFuzzed } from './handlers.ts';
import { faultsOf } from './law.ts';
import { fuzz } from './run.ts';

let fuzzed: Fuzzed;

beforeAll(async () => {
  fuzzed = await startFuzzed();
});
afterAll(async () => {
  await fuzzed.close();
});

/** The long run of the same is `npm run fuzz`. */
test.each(routeKeys)(
  '%s: whatever is sent is answered by the contract, never by a 5xx',
  async (key) => {
    const { failure, calls, statuses } = await fuzz(fuzzed, key, { calls: 200, seed: 20_261_122 });
    expect(failure).toBeUndefined();
    expect(calls).toBe(200);
    // A route where only refusals, or only answers, came up was not tried.
    expect(Math.min(...statuses.keys())).toBeLessThan(400);
    expect(Math.max(...statuses.keys())).toBeGreaterThanOrEqual(400);
  },
  60_000,
);

test('an answer that breaks the law is found out', () => {
  const good = {
    type: 'urn:hatcheck:error:not_found',
    title: 't',
    status: 404,
    detail: 'd',
    code: 'not_found',
    instance: 'i',
  };
  const headers = {
    'content-type': 'application/problem+json',
    ...Object.fromEntries(
      [
        ...['cache-control', 'content-security-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy'],
        ...['permissions-policy', 'referrer-policy', 'strict-transport-security', 'x-content-type-options'],
        ...['x-frame-options'],
      ].map((name) => [name, 'x']),
    ),
  };
  const faults = (change: object, body: unknown = good) =>
    faultsOf('GET /v1/requests/{id}', { statusCode: 404, headers, body: JSON.stringify(body), ...change });
  expect(faults({})).toStrictEqual([]);
  expect(faults({ statusCode: 500 })).not.toStrictEqual([]);
  expect(faults({ statusCode: 403 })).not.toStrictEqual([]);
  expect(faults({ body: 'TypeError: x\n    at f (a.ts:1:1)' })).not.toStrictEqual([]);
  expect(faults({ headers: { ...headers, 'access-control-allow-origin': '*' } })).not.toStrictEqual([]);
  expect(faults({ headers: {} })).not.toStrictEqual([]);
  expect(faults({}, { ...good, code: 'no_such_code' })).not.toStrictEqual([]);
  expect(faults({}, { ...good, stack: 'x' })).not.toStrictEqual([]);
  expect(faults({ statusCode: 200, body: '{"request":{}}' })).not.toStrictEqual([]);
  const page = (html: string) => {
    const body = `<h1>Not signed in</h1><code>not_signed_in</code>${html}`;
    const asPage = { ...headers, 'content-type': 'text/html; charset=utf-8' };
    return faultsOf('GET /oidc/callback', { statusCode: 401, headers: asPage, body });
  };
  expect(page('')).toStrictEqual([]);
  expect(page('<script>alert(1)</script>')).not.toStrictEqual([]);
  expect(page('<p onclick="x">')).not.toStrictEqual([]);
});
