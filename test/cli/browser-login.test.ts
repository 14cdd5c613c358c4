import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeBroker, startBroker } from './broker.ts';
import { hatcheck } from './run.ts';

const secret = (): string => randomBytes(24).toString('base64url');
const token = (seconds = 900) => ({
  status: 200,
  json: { access_token: secret(), refresh_token: secret(), token_type: 'Bearer', expires_in: seconds },
});

let broker: FakeBroker;
let folder: string;

beforeEach(async () => {
  broker = await startBroker();
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-cli-'));
  broker.answer('GET /v1/me', { status: 200, json: { principal: { handle: 'p_one', email: 'engineer@example.com' } } });
});
afterEach(async () => {
  await broker.close();
  rmSync(folder, { recursive: true });
});

const env = () => ({
  HATCHECK_KEYRING: 'off',
  HATCHECK_CONFIG_DIR: join(folder, 'config'),
  HATCHECK_SERVER: broker.origin,
});
const run = (...args: string[]) => hatcheck(args, env());

/** Runs the log-in, and gives the address that it prints. */
const begin = async (...args: string[]) => {
  const child = spawn(process.execPath, ['cli/hatcheck.ts', 'login', ...args], { env: env(), stdio: 'pipe' });
  child.stdin.end();
  const stdout = text(child.stdout);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let stderr = '';
  let url: URL | undefined;
  for await (const line of createInterface(child.stderr)) {
    stderr += `${line}\n`;
    if (/^https?:/.test(line)) url = new URL(line);
    if (url) break;
  }
  if (!url) throw new Error(`no address: ${stderr}`);
  const { searchParams: asked } = url;
  return { asked, url, done: async () => ({ code: await ended, stdout: await stdout }) };
};

const comeBack = (asked: URLSearchParams, more: Readonly<Record<string, string>> = {}): Promise<Response> => {
  const url = new URL(asked.get('redirect_uri') ?? '');
  const answer = { code: 'the-code', state: asked.get('state') ?? '', iss: broker.origin, ...more };
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  return fetch(url);
};

const login = async (seconds?: number) => {
  const given = token(seconds);
  broker.answer('POST /oauth/token', given);
  const { asked, done } = await begin();
  await comeBack(asked);
  expect((await done()).code).toBe(0);
  return given.json;
};

const revoked = () =>
  broker.heard
    .filter(({ route }) => route === 'POST /oauth/revoke')
    .map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

const grants = () =>
  broker.heard
    .filter(({ route }) => route === 'POST /oauth/token')
    .map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

describe('login in the browser', () => {
  test('redeems the code with the verifier of its challenge, and says who is signed in', async () => {
    broker.answer('POST /oauth/token', token());
    const { asked, url, done } = await begin('--provider', 'okta', '--fresh');
    expect(url.origin + url.pathname).toBe(`${broker.origin}/oauth/authorize`);
    expect(Object.fromEntries(asked)).toMatchObject({
      ...{ response_type: 'code', client_id: 'hatcheck-cli', code_challenge_method: 'S256' },
      ...{ provider: 'okta', prompt: 'login' },
    });
    expect((await comeBack(asked)).status).toBe(200);
    const { code, stdout } = await done();
    expect([code, stdout]).toEqual([0, `Signed in at ${broker.origin} as engineer@example.com.\n`]);
    const [grant] = grants();
    expect(grant).toMatchObject({ grant_type: 'authorization_code', code: 'the-code', client_id: 'hatcheck-cli' });
    expect(grant?.['redirect_uri']).toBe(asked.get('redirect_uri'));
    const challenge = createHash('sha256')
      .update(grant?.['code_verifier'] ?? '')
      .digest('base64url');
    expect(challenge).toBe(asked.get('code_challenge'));
  });

  test('asks at another port, path, state and challenge each time, on the loopback literal', async () => {
    const both = [await begin(), await begin()];
    for (const name of ['redirect_uri', 'state', 'code_challenge'])
      expect(new Set(both.map(({ asked }) => asked.get(name))).size).toBe(2);
    for (const { asked, done } of both) {
      expect(asked.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/);
      await comeBack(asked, { error: 'access_denied' });
      expect((await done()).code).toBe(1);
    }
  });
});

describe('F1: what another program on this machine sends to the listener', () => {
  test.each([
    ['without the path', (uri: string) => new URL('/', uri), {}],
    ['with another state', (uri: string) => new URL(uri), { state: 'guessed' }],
  ])('%s is not found, and the log-in goes on', async (_what, at, more) => {
    broker.answer('POST /oauth/token', token());
    const { asked, done } = await begin();
    const url = at(asked.get('redirect_uri') ?? '');
    url.search = new URLSearchParams({ code: 'theirs', state: asked.get('state') ?? '', ...more }).toString();
    expect((await fetch(url)).status).toBe(404);
    await comeBack(asked);
    expect((await done()).code).toBe(0);
    expect(grants()[0]).toMatchObject({ code: 'the-code' });
  });

  test('an answer of another server (mix-up) is not redeemed', async () => {
    const { asked, done } = await begin();
    await comeBack(asked, { iss: 'https://evil.example' });
    expect((await done()).code).toBe(1);
    expect(grants()).toStrictEqual([]);
  });

  test('the listener takes one answer and is gone', async () => {
    broker.answer('POST /oauth/token', token());
    const { asked, done } = await begin();
    await comeBack(asked);
    await done();
    await expect(comeBack(asked)).rejects.toThrow();
  });
});

describe('a sign-in in the browser', () => {
  test('is refreshed silently, and the new refresh token is kept', async () => {
    const first = await login(5);
    const second = token(5);
    broker.answer('POST /oauth/token', second);
    expect(await run('whoami')).toMatchObject({ code: 0, stderr: '' });
    broker.answer('POST /oauth/token', token());
    expect(await run('whoami')).toMatchObject({ code: 0, stderr: '' });
    const used = grants().slice(1);
    expect(used).toEqual(
      [first, second.json].map((each) => ({
        ...{ grant_type: 'refresh_token', client_id: 'hatcheck-cli', refresh_token: each.refresh_token },
      })),
    );
  });

  test('is kept as soon as it is refreshed, whatever fails after that: the old refresh token is used', async () => {
    await login(5);
    const second = token(5);
    broker.answer('POST /oauth/token', second);
    broker.answer('GET /v1/me', { status: 503 });
    expect(await run('whoami')).toMatchObject({ code: 4 });
    broker.answer('POST /oauth/token', token());
    await run('whoami');
    expect(grants().at(-1)).toMatchObject({ refresh_token: second.json.refresh_token });
  });

  test('is refreshed by one call', async () => {
    await login(5);
    broker.answer('POST /oauth/token', token());
    broker.answer(`POST /v1/requests/r_${'A'.repeat(26)}/credentials`, { status: 404, json: { code: 'not_found' } });
    const before = broker.heard.length;
    await run('credentials', `r_${'A'.repeat(26)}`);
    expect(broker.heard.slice(before).map(({ route }) => route)).toEqual([
      'POST /oauth/token',
      `POST /v1/requests/r_${'A'.repeat(26)}/credentials`,
    ]);
  });

  test('of four commands at once one refreshes for all: a refresh token is good once', async () => {
    await login(5);
    broker.answer('POST /oauth/token', token(), { status: 400, json: { error: 'invalid_grant' } });
    const runs = await Promise.all([run('whoami'), run('whoami'), run('whoami'), run('whoami')]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(grants()).toHaveLength(2);
  });

  test('that the server ended says to sign in again, and shows no secret', async () => {
    const { refresh_token: kept } = await login(5);
    broker.answer('POST /oauth/token', { status: 400, json: { error: 'invalid_grant' } });
    const { code, stderr } = await run('whoami');
    expect(code).toBe(3);
    expect(stderr).toContain('hatcheck login');
    expect(stderr).not.toContain(kept);
  });

  test('is not over because a gateway lets nobody through for a moment', async () => {
    await login(5);
    broker.answer('POST /oauth/token', { status: 429, json: { message: 'Too Many Requests' } });
    expect(await run('whoami')).toMatchObject({ code: 4 });
    broker.answer('POST /oauth/token', token());
    expect(await run('whoami')).toMatchObject({ code: 0 });
  });

  test('is ended by logout with the refresh token, so that all of it ends', async () => {
    const { refresh_token } = await login(5);
    broker.answer('POST /oauth/revoke', { status: 200 });
    expect(await run('logout')).toMatchObject({ code: 0 });
    expect(revoked()).toEqual([{ token: refresh_token, client_id: 'hatcheck-cli' }]);
    expect(readdirSync(join(folder, 'config'))).toStrictEqual([]);
  });

  test('is ended by the next one, which takes its place', async () => {
    const { refresh_token } = await login();
    broker.answer('POST /oauth/revoke', { status: 200 });
    const second = await login();
    expect(revoked()).toEqual([{ token: refresh_token, client_id: 'hatcheck-cli' }]);
    expect(await run('whoami')).toMatchObject({ code: 0 });
    expect(broker.heard.at(-1)?.authorization).toBe(`Bearer ${second.access_token}`);
  });

  test('takes its place all the same where the server does not know how to end one, or says no', async () => {
    await login();
    broker.answer('POST /oauth/revoke', { status: 503 });
    await login();
    expect(await run('whoami')).toMatchObject({ code: 0 });
  });

  test('that failed leaves the one before it alone', async () => {
    await login();
    broker.answer('POST /oauth/token', { status: 400, json: { error: 'invalid_grant' } });
    const { asked, done } = await begin();
    await comeBack(asked);
    expect((await done()).code).toBe(1);
    expect(revoked()).toStrictEqual([]);
    expect(await run('whoami')).toMatchObject({ code: 0 });
  });

  test('leaves no code and no verifier in the files', async () => {
    await login();
    const [grant] = grants();
    for (const name of readdirSync(join(folder, 'config'))) {
      const content = readFileSync(join(folder, 'config', name), 'utf8');
      for (const each of ['the-code', grant?.['code_verifier'] ?? '']) expect(content).not.toContain(each);
    }
  });
});
