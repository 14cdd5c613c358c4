import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { credentialsName, signInName } from '../../cli/config-folder.ts';
import { buildCli } from '../../scripts/build-cli.ts';

const SERVER = 'http://127.0.0.1:9';
const run = promisify(execFile);

let folder: string;
let file: string;
let hatcheck: string;
let env: NodeJS.ProcessEnv;

/** What a person does: the package is made, and installed for all. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-package-'));
  file = await buildCli(join(folder, 'cli'));
  const npmEnv = { PATH: process.env['PATH'], HOME: folder, npm_config_update_notifier: 'false' };
  const { stdout } = await run('npm', ['pack', '--json', join(folder, 'cli')], { cwd: folder, env: npmEnv });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const words = [
    'install',
    '-g',
    '--offline',
    '--omit=optional',
    '--no-audit',
    '--no-fund',
    '--prefix',
    join(folder, 'all'),
  ];
  await run('npm', [...words, join(folder, filename)], { cwd: folder, env: npmEnv });
  hatcheck = join(folder, 'all/bin/hatcheck');
  const node = join(process.execPath, '..');
  env = { PATH: `${node}:/usr/bin:/bin`, HOME: folder, HATCHECK_KEYRING: 'off', HATCHECK_SERVER: SERVER };
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ended = (...words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  run(hatcheck, words, { env, cwd: folder }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    },
  );

test('is one file with a bin of its own', () => {
  expect(readdirSync(join(folder, 'cli')).sort()).toEqual(['hatcheck.cjs', 'package.json']);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const own = JSON.parse(readFileSync(join(folder, 'cli/package.json'), 'utf8')) as object;
  expect(own).toMatchObject({ name: 'hatcheck', version, bin: { hatcheck: 'hatcheck.cjs' } });
  expect(own).not.toHaveProperty('dependencies');
});

test('says its version, and help for each command', async () => {
  expect(await ended('--version')).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  expect((await ended('policy', 'lint', '--help')).stdout).toContain('hatcheck policy lint');
});

test('says a failure of every part in one line, with its exit code', async () => {
  expect(await ended('whoami')).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^hatcheck: not signed in.*\n$/),
  });
  expect(await ended('scp', '--person', 'x')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^hatcheck: .*\n$/),
  });
  expect(await ended('policy', 'lint', 'gone.yml')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^hatcheck: .*\n$/),
  });
});

test('has what seldom runs in it', async () => {
  writeFileSync(join(folder, 'access.yml'), readFileSync('access.example.yml'));
  const { code, stdout } = await ended('policy', 'lint', '--json');
  expect([code === 2, JSON.parse(stdout)]).toEqual([false, expect.objectContaining({ file: 'access.yml' })]);
});

test('answers a profile of the AWS configuration from what is kept', async () => {
  const config = join(folder, '.config/hatcheck');
  mkdirSync(config, { recursive: true });
  const credentials = { Version: 1, AccessKeyId: 'ASIA', SecretAccessKey: 's', SessionToken: 't' };
  const Expiration = new Date(Date.now() + 3_600_000).toISOString();
  const put = (name: string, value: unknown) => {
    writeFileSync(join(config, `${name}.json`), JSON.stringify(value));
  };
  put(signInName(SERVER), { handle: 'p_one', accessToken: 'x', expiresAt: Expiration });
  put(credentialsName(SERVER, 'prod-read', 'p_one'), {
    credentials: { ...credentials, Expiration },
    issuedAtMs: Date.now(),
  });
  const { code, stdout } = await ended('credentials', 'prod-read', '--server', SERVER, '--format', 'process');
  expect([code, JSON.parse(stdout)]).toEqual([0, { ...credentials, Expiration }]);
});

test('is no larger than a start can bear', () => {
  expect(readFileSync(file).length).toBeLessThan(400_000);
});
