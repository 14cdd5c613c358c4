import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contract } from '../../lib/http/contract.ts';
import { sessionCookie } from '../support/session-cookie.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

let stack: TestStack;
let cookie: string;

beforeAll(async () => {
  stack = await startTestStack();
  cookie = await sessionCookie(stack.origin, 'engineer@example.com');
});
afterAll(() => stack.close());

const ID = 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA';

/** What is stored nowhere, but for what says itself, by its path, that it is the same for everybody. */
const CACHED: Readonly<Record<string, RegExp>> = {
  'GET /openapi.json': /^no-cache$/,
  'GET /.well-known/openid-configuration': /^public, max-age=\d+$/,
  'GET /.well-known/jwks.json': /^public, max-age=\d+$/,
};

interface Way {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: string;
}

const ways: Readonly<Record<string, () => Way>> = {
  'a stranger': () => ({}),
  'a stranger’s browser': () => ({ headers: { accept: 'text/html' } }),
  'a person': () => ({ headers: { cookie, origin: stack.origin, 'hatcheck-csrf': '1' } }),
  'a person’s browser': () => ({ headers: { cookie, accept: 'text/html' } }),
  'nonsense by a person': () => ({
    headers: { cookie, origin: stack.origin, 'hatcheck-csrf': '1', 'content-type': 'application/json' },
    query: '?nonsense=1&nonsense=2',
    body: '{"nonsense": [',
  }),
  'a foreign origin': () => ({ headers: { cookie, origin: 'https://evil.example.com', 'hatcheck-csrf': '1' } }),
  'a token that is none': () => ({ headers: { authorization: 'Bearer nobody.nothing' } }),
};

const answerTo = async (routeKey: string, { headers = {}, query = '', body }: Way): Promise<Response> => {
  const [method = 'GET', path = '/'] = routeKey.split(' ');
  return fetch(`${stack.origin}${path.replace('{id}', ID)}${query}`, {
    method,
    redirect: 'manual',
    headers,
    ...(body !== undefined && method !== 'GET' && method !== 'HEAD' ? { body } : {}),
  });
};

/** What must be so of any answer; a list of what is not. */
const faultsOf = async (routeKey: string, answer: Response): Promise<readonly string[]> => {
  await answer.arrayBuffer();
  const header = (name: string): string => answer.headers.get(name) ?? '';
  const policy = header('content-security-policy').split('; ');
  const caching = answer.ok ? (CACHED[routeKey] ?? /^no-store$/) : /^no-store$/;
  const checks: Readonly<Record<string, boolean>> = {
    'its policy lets nothing load by default': policy.includes("default-src 'none'"),
    'nobody frames it': policy.includes("frame-ancestors 'none'") && header('x-frame-options') === 'DENY',
    'no base moves its links': policy.includes("base-uri 'none'"),
    'no script or style of the markup runs': !header('content-security-policy').includes('unsafe'),
    'no script from elsewhere': policy.every((part) => !part.startsWith('script-src') || part === "script-src 'self'"),
    'it sends no referrer to others': /^(no-referrer|same-origin)$/.test(header('referrer-policy')),
    'it is stored nowhere': caching.test(header('cache-control')),
    'its type is not guessed': header('x-content-type-options') === 'nosniff',
    'it is for no other origin': ![...answer.headers.keys()].some((name) => name.startsWith('access-control')),
    'it is no other site’s to open': header('cross-origin-opener-policy') === 'same-origin',
    'it is no other site’s to load': header('cross-origin-resource-policy') === 'same-origin',
  };
  return Object.entries(checks).flatMap(([what, holds]) =>
    holds ? [] : [`${String(answer.status)}: not so: ${what}`],
  );
};

describe.each(Object.keys(contract).filter((key) => key !== '$default'))('%s', (routeKey) => {
  test.each(Object.keys(ways))('is answered with every header: %s', async (way) => {
    const answer = await answerTo(routeKey, ways[way]?.() ?? {});
    expect(await faultsOf(routeKey, answer)).toStrictEqual([]);
  });
});

describe('the portal’s files', () => {
  /** Everything that the first page names, and what that names. */
  const files = async (): Promise<readonly string[]> => {
    const found = new Set<string>(['/']);
    for (const path of found) {
      const url = `${stack.origin}${path}`;
      const text = await (await fetch(url)).text();
      for (const [, name = ''] of text.matchAll(
        /["'(]((?:\.?\/)(?:[\w-]+\/)*[\w-]+\.(?:js|css|svg|webmanifest))["')]/g,
      ))
        found.add(new URL(name, url).pathname);
    }
    return [...found];
  };

  test('have every header, and are asked about again or named by what is in them', async () => {
    const paths = await files();
    expect(paths.length).toBeGreaterThan(2);
    for (const path of paths) {
      const answer = await fetch(`${stack.origin}${path}`);
      const faults = (await faultsOf(path, answer)).filter((fault) => !fault.endsWith('it is stored nowhere'));
      expect([path, answer.status, faults]).toEqual([path, 200, []]);
      expect(answer.headers.get('cache-control')).toMatch(/^(no-cache|public, max-age=31536000, immutable)$/);
    }
  });

  test.each([
    ['a page that only the portal knows', `/requests/${ID}`, 'text/html', 200],
    ['what is not there', '/nothing.js', '*/*', 404],
  ])('%s', async (_what, path, accept, status) => {
    const answer = await fetch(`${stack.origin}${path}`, { headers: { accept } });
    const faults = (await faultsOf(path, answer)).filter((fault) => status === 404 || !fault.includes('stored'));
    expect([answer.status, faults]).toEqual([status, []]);
  });
});

test('the cookie is the host’s own, for HTTP and for this site only', async () => {
  const own = await sessionCookie(stack.origin, 'approver@example.com');
  expect((await fetch(`${stack.origin}/v1/me`, { headers: { cookie: own } })).status).toBe(200);
  expect(own).toMatch(/^__Host-hatcheck=p_[\w-]{43}\.[\w-]{43}/);
  const out = await fetch(`${stack.origin}/login?provider=local-oidc`, { redirect: 'manual' });
  for (const set of out.headers.getSetCookie()) {
    expect(set).toMatch(/^__Host-/);
    expect(set).toMatch(/; Secure/);
    expect(set).toMatch(/; HttpOnly/);
    expect(set).toMatch(/; SameSite=Lax/);
    expect(set).not.toMatch(/; Domain/i);
  }
  expect(out.headers.getSetCookie()).not.toStrictEqual([]);
});
