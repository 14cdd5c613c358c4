import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Instructions, loginByDevice } from '../../cli/device.ts';
import { privateFiles } from '../../cli/private-files.ts';
import type { Place } from '../../cli/sign-in.ts';
import { type FakeAnswer, type FakeBroker, startBroker } from './broker.ts';
import { hatcheck } from './run.ts';

const DEVICE = {
  device_code: 'the-device-code',
  user_code: 'BCDF-GHJK',
  verification_uri: 'https://hatcheck.example.com/device',
  expires_in: 600,
  interval: 5,
};
const TOKEN = { status: 200, json: { access_token: 'access', refresh_token: 'refresh', expires_in: 900 } };
const refused = (error: string, status = 400): FakeAnswer => ({ status, json: { error } });
const pending = refused('authorization_pending');

let broker: FakeBroker;
let folder: string;
let nowMs: number;
let paused: number[];
let shown: Instructions[];

beforeEach(async () => {
  broker = await startBroker();
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-cli-'));
  [nowMs, paused, shown] = [Date.UTC(2026, 2, 2, 12), [], []];
  broker.answer('POST /oauth/device_authorization', { status: 200, json: DEVICE });
  broker.answer('GET /v1/me', { status: 200, json: { principal: { handle: 'p_one', email: 'engineer@example.com' } } });
});
afterEach(async () => {
  await broker.close();
  rmSync(folder, { recursive: true });
});

const place = (): Place => ({ server: broker.origin, files: privateFiles(folder), now: () => new Date(nowMs) });

const login = (at = place()) =>
  loginByDevice(
    at,
    (instructions) => shown.push(instructions),
    (ms) => {
      paused.push(ms / 1000);
      nowMs += ms;
      return Promise.resolve();
    },
  );

const answerPolls = (...answers: readonly FakeAnswer[]): void => {
  broker.answer('POST /oauth/token', ...answers);
};

describe('login without a browser', () => {
  test('says where to go and what to type, asks as often as it was told, and keeps the tokens', async () => {
    answerPolls(pending, pending, TOKEN);
    await expect(login()).resolves.toMatchObject({ principal: { email: 'engineer@example.com' } });
    expect(shown).toMatchObject([{ address: DEVICE.verification_uri, code: DEVICE.user_code, minutes: 10 }]);
    expect(paused).toEqual([5, 5, 5]);
    const polls = broker.heard.filter(({ route }) => route === 'POST /oauth/token');
    expect(Object.fromEntries(new URLSearchParams(polls[0]?.body))).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      ...{ client_id: 'hatcheck-cli', device_code: 'the-device-code' },
    });
    const [name = ''] = readdirSync(folder);
    const kept = readFileSync(join(folder, name), 'utf8');
    expect(kept).toContain('refresh');
    for (const secret of ['the-device-code', 'BCDF-GHJK']) expect(kept).not.toContain(secret);
  });

  test('RFC 8628, 3.5: waits five seconds longer after each slow_down, for good', async () => {
    answerPolls(refused('slow_down'), refused('slow_down'), pending, TOKEN);
    await login();
    expect(paused).toEqual([5, 10, 15, 15]);
  });

  test('RFC 8628, 3.5: asks a server that fails half as often each time, and goes on', async () => {
    answerPolls(refused('server_error', 500), refused('temporarily_unavailable', 503), TOKEN);
    await login();
    expect(paused).toEqual([5, 10, 20]);
  });

  test('asks a gateway that lets nobody through less often, and goes on', async () => {
    answerPolls({ status: 429, json: { message: 'Too Many Requests' } }, TOKEN);
    await login();
    expect(paused).toEqual([5, 10]);
  });

  test('goes on while the server is away, until the code is over', async () => {
    let isAway = false;
    const attempt = loginByDevice(
      place(),
      () => undefined,
      async (ms) => {
        nowMs += ms;
        paused.push(ms / 1000);
        if (!isAway) await broker.close();
        isAway = true;
      },
    );
    await expect(attempt).rejects.toMatchObject({ exitCode: 3 });
    expect(paused).toEqual([5, 10, 20, 40, 80, 160]);
    broker = await startBroker();
  });

  test.each<[string, FakeAnswer, number]>([
    ['the person says no', refused('access_denied'), 1],
    ['the code is over', refused('expired_token'), 3],
    ['the code was used', refused('invalid_grant'), 1],
    ['nobody decides', pending, 3],
  ])('ends when %s', async (_what, answer, exitCode) => {
    answerPolls(answer);
    await expect(login()).rejects.toMatchObject({ exitCode });
    expect(nowMs).toBeLessThanOrEqual(Date.UTC(2026, 2, 2, 12, 10));
    expect(readdirSync(folder)).toStrictEqual([]);
  });

  test.each<[string, FakeAnswer, number]>([
    ['refuses', refused('invalid_client', 400), 1],
    ['is no Hatcheck', { status: 200, json: {} }, 4],
    ['says no time', { status: 200, json: { ...DEVICE, expires_in: 'soon' } }, 4],
  ])('does not begin when the server %s', async (_what, answer, exitCode) => {
    broker.answer('POST /oauth/device_authorization', answer);
    await expect(login()).rejects.toMatchObject({ exitCode });
    expect(shown).toStrictEqual([]);
  });

  test('a server that sends control characters does not reach the terminal with them', async () => {
    broker.answer('POST /oauth/device_authorization', {
      ...{ status: 200, json: { ...DEVICE, user_code: 'A\u001b[2J', verification_uri: 'https://a\u0007' } },
    });
    answerPolls(TOKEN);
    await login();
    expect(JSON.stringify(shown)).not.toMatch(/\\u00/);
  });
});

describe('hatcheck login --no-browser', () => {
  const env = () => ({ HATCHECK_CONFIG_DIR: join(folder, 'config'), HATCHECK_SERVER: broker.origin });

  test('prints address and code on stderr, and who signed in on stdout', async () => {
    broker.answer('POST /oauth/device_authorization', { status: 200, json: { ...DEVICE, interval: 0.01 } });
    answerPolls(pending, TOKEN);
    const { code, stdout, stderr } = await hatcheck(['login', '--no-browser'], env());
    expect([code, stdout]).toEqual([0, `Signed in at ${broker.origin} as engineer@example.com.\n`]);
    expect(stderr.split('\n')).toEqual(expect.arrayContaining([DEVICE.verification_uri, DEVICE.user_code]));
  });

  test('interrupted, it ends at once, says so, and leaves nothing', async () => {
    answerPolls(pending);
    const child = spawn(process.execPath, ['cli/hatcheck.ts', 'login', '--no-browser'], { env: env(), stdio: 'pipe' });
    const ended = new Promise<unknown>((resolve) =>
      child.once('close', (code, signal) => {
        resolve(signal ?? code);
      }),
    );
    let stderr = '';
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
        if (stderr.includes(DEVICE.user_code)) resolve();
      });
    });
    child.kill('SIGINT');
    await expect(ended).resolves.toBe(130);
    expect(stderr).toMatch(/^hatcheck: interrupted/m);
    expect(readdirSync(folder)).toStrictEqual([]);
  });
});
