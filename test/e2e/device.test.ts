import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hatcheck-device-'));
  stack = await startTestStack({ folder });
});
afterAll(async () => {
  await stack.close();
  await rm(folder, { recursive: true, force: true });
});

/** A browser of one tab: what it was given by each origin goes back there. */
const tab = () => {
  const jars = new Map<string, Map<string, string>>();
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const jar = jars.get(new URL(url).origin) ?? new Map<string, string>();
    jars.set(new URL(url).origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers(init.headers);
    headers.set('cookie', cookie);
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const [, name = '', value = ''] of answer.headers
      .getSetCookie()
      .map((set) => /^([^=]+)=([^;]*)/.exec(set) ?? []))
      jar.set(name, value);
    const location = answer.headers.get('location');
    return location === null ? answer : go(new URL(location, url).href);
  };
  return go;
};

const asJson = async (answer: Response): Promise<Record<string, string>> =>
  Object((await answer.json()) as unknown) as Record<string, string>;

test('a device signs in through the whole of it, each function with its own privileges', async () => {
  const { origin } = stack;
  const post = (path: string, form: Record<string, string>) =>
    fetch(`${origin}${path}`, { method: 'POST', body: new URLSearchParams({ client_id: 'hatcheck-cli', ...form }) });
  const begun = await asJson(await post('/oauth/device_authorization', {}));

  const go = tab();
  const home = `${origin}/login?provider=local-oidc&loginHint=engineer@example.com&returnTo=/device`;
  const entry = await (await go(home)).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(entry)?.[1] ?? '';
  const decided = await go(`${origin}/device`, {
    method: 'POST',
    headers: { origin, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ csrf, user_code: begun['user_code'] ?? '', decision: 'allow' }),
  });
  expect(await decided.text()).toContain('<h1>Allowed</h1>');

  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
  const tokens = await asJson(await post('/oauth/token', { grant_type, device_code: begun['device_code'] ?? '' }));
  const headers = { authorization: `Bearer ${tokens['access_token'] ?? ''}` };
  const sessions = await (await fetch(`${origin}/v1/sessions`, { headers })).text();
  expect(sessions).toContain('"method":"device_code"');
  const refreshed = await post('/oauth/token', {
    grant_type: 'refresh_token',
    refresh_token: tokens['refresh_token'] ?? '',
  });
  expect(refreshed.status).toBe(200);
});
