import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { signInName } from '../../cli/config-folder.ts';
import { secret, signedIn } from './signed-in.ts';

/** GNOME's, with a library path where it is unpacked rather than installed. */
const DAEMON = process.env['HATCHECK_GNOME_KEYRING'] ?? '/usr/bin/gnome-keyring-daemon';
const LIBRARIES = process.env['HATCHECK_GNOME_KEYRING_LIBRARIES'] ?? '';
const isThere = existsSync(DAEMON) && spawnSync('dbus-run-session', ['--version']).status === 0;

(isThere ? test : test.skip)(
  `a sign-in is sealed by a real keyring, read by the next command, and gone with log-out${isThere ? '' : ` (missing: ${DAEMON})`}`,
  async () => {
    const at = await signedIn();
    try {
      const [accessToken, file] = [secret(), join(at.config, `${signInName(at.broker.origin)}.json`)];
      rmSync(file);
      writeFileSync(join(at.folder, 'id-token'), 'aaaa.bbbb.cccc');
      const tokens = { access_token: accessToken, token_type: 'Bearer', expires_in: 900 };
      at.broker.answer('POST /oauth/token', { status: 200, json: tokens });
      at.broker.answer('GET /v1/me', { status: 200, json: { principal: { handle: 'p_one', email: 'a@example.com' } } });
      at.broker.answer('POST /oauth/revoke', { status: 200 });
      const runtime = join(at.folder, 'run');
      mkdirSync(runtime, { mode: 0o700 });
      const script = `printf 'a password\\n' | LD_LIBRARY_PATH="$3" "$2" --unlock --components=secrets >/dev/null 2>&1
        "$0" "$1" login --token-file id-token && "$0" "$1" whoami && cp "$4" kept && "$0" "$1" logout`;
      const words = ['--', 'sh', '-c', script, process.execPath, resolve('cli/hatcheck.ts'), DAEMON, LIBRARIES, file];
      const env = { ...at.env, HATCHECK_KEYRING: 'on', XDG_RUNTIME_DIR: runtime };
      const { stdout, stderr } = await promisify(execFile)('dbus-run-session', words, { env, cwd: at.folder });
      expect(stdout.match(/a@example\.com/g)).toHaveLength(2);
      expect(stderr).not.toContain('hatcheck:');
      const kept = readFileSync(join(at.folder, 'kept'), 'utf8');
      expect(kept).toContain('sealed');
      expect(kept).not.toContain(accessToken);
      expect(existsSync(file)).toBe(false);
    } finally {
      await at.close();
    }
  },
);

test('without one, that is said once, and the sign-in is kept all the same', async () => {
  const at = await signedIn();
  try {
    writeFileSync(join(at.folder, 'id-token'), 'aaaa.bbbb.cccc');
    const tokens = { access_token: secret(), token_type: 'Bearer', expires_in: 900 };
    at.broker.answer('POST /oauth/token', { status: 200, json: tokens });
    at.broker.answer('GET /v1/me', { status: 200, json: { principal: { handle: 'p_one' } } });
    const { hatcheck } = await import('./run.ts');
    const env = { ...at.env, HATCHECK_KEYRING: 'on', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' };
    const login = () => hatcheck(['login', '--token-file', join(at.folder, 'id-token')], env);
    const [first, second] = [await login(), await login()];
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringMatching(/^hatcheck: .*files that only you may read.*\n$/),
    ]);
    expect([second.code, second.stderr]).toEqual([0, '']);
    expect(await hatcheck(['whoami'], env)).toMatchObject({ code: 0, stderr: '' });
  } finally {
    await at.close();
  }
});
