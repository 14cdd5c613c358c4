import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { signInName } from '../../cli/config-folder.ts';
import type { FakeAnswer } from './broker.ts';
import { type SignedIn, credentialsUntil, inMs, requestView, secret, signedIn } from './signed-in.ts';

const ID = `r_${'A'.repeat(26)}`;
const LIST = 'GET /v1/requests?as=requester&status=approved&limit=200';
const ISSUE = `POST /v1/requests/${ID}/credentials`;
const HATCHECK = resolve('cli/hatcheck.ts');
const NEVER: FakeAnswer = { status: 200, isNever: true };

let at: SignedIn;
beforeEach(async () => {
  at = await signedIn();
  at.broker.answer(LIST, { status: 200, json: { requests: [requestView(ID)] } });
  at.broker.answer(ISSUE, { status: 200, json: credentialsUntil(3_600_000) });
});
afterEach(async () => {
  await at.close();
});

const start = (...words: readonly string[]) =>
  spawn(process.execPath, [HATCHECK, ...words], { env: at.env, stdio: 'pipe' });
const endOf = async (child: ReturnType<typeof start>) => {
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = (await closed) as [number | null, string | null];
  return { code, signal, stdout, stderr };
};
/** The broker has heard it. */
const heard = async (route: string): Promise<void> => {
  while (!at.broker.heard.some((each) => each.route === route)) await new Promise((resolve) => setTimeout(resolve, 20));
};
const isOver = (more: object): void => {
  const signIn = { accessToken: secret(), expiresAt: inMs(-1000), handle: 'p_one', ...more };
  writeFileSync(join(at.config, `${signInName(at.broker.origin)}.json`), JSON.stringify(signIn), { mode: 0o600 });
};

describe('Ctrl-C', () => {
  const moments: Readonly<Record<string, readonly [arrange: () => void, route: string, ...words: readonly string[]]>> =
    {
      'while an ID token is exchanged': [
        () => {
          writeFileSync(join(at.folder, 'id-token'), 'aaaa.bbbb.cccc');
          at.broker.answer('POST /oauth/token', NEVER);
        },
        ...(['POST /oauth/token', 'login', '--token-file', 'id-token'] as const),
      ],
      'while the sign-in is refreshed, under its lock': [
        () => {
          isOver({ refreshToken: secret() });
          at.broker.answer('POST /oauth/token', NEVER);
        },
        ...(['POST /oauth/token', 'whoami'] as const),
      ],
      'while the grant is looked for': [
        () => {
          at.broker.answer(LIST, NEVER);
        },
        LIST,
        'credentials',
        'prod-read',
      ],
      'while credentials are issued, under their lock': [
        () => {
          at.broker.answer(ISSUE, NEVER);
        },
        ISSUE,
        'credentials',
        'prod-read',
      ],
      'before a command is run': [
        () => {
          at.broker.answer(ISSUE, NEVER);
        },
        ISSUE,
        'exec',
        'prod-read',
        '--',
        'echo',
        'ran',
      ],
      'before a profile is written': [
        () => {
          at.broker.answer('GET /v1/entitlements', NEVER);
        },
        'GET /v1/entitlements',
        'configure',
      ],
    };

  test.each(Object.entries(moments))(
    '%s: 130, a sentence, and nothing half-written',
    async (_moment, [arrange, route, ...words]) => {
      arrange();
      const before = readdirSync(at.config);
      const child = start(...words.map((word) => (word === 'id-token' ? join(at.folder, word) : word)));
      const ended = endOf(child);
      await heard(route);
      child.kill('SIGINT');
      expect(await ended).toEqual({
        code: 130,
        signal: null,
        stdout: '',
        stderr: expect.stringMatching(/^hatcheck: interrupted.*\n$/),
      });
      expect(readdirSync(at.config)).toEqual(before);
      expect(readdirSync(at.folder).filter((name) => name === '.aws')).toStrictEqual([]);
    },
  );

  test('a command that was killed in the midst of an issue keeps nobody waiting', async () => {
    at.broker.answer(ISSUE, NEVER, { status: 200, json: credentialsUntil(3_600_000) });
    const child = start('credentials', 'prod-read');
    const ended = endOf(child);
    await heard(ISSUE);
    child.kill('SIGKILL');
    await ended;
    expect(readdirSync(at.config).some((name) => name.endsWith('.lock'))).toBe(true);
    const since = Date.now();
    expect(await at.run('credentials', 'prod-read')).toMatchObject({ code: 0 });
    expect(Date.now() - since).toBeLessThan(20_000);
    expect(readdirSync(at.config).some((name) => name.endsWith('.lock'))).toBe(false);
  });
});

describe('a full disk', () => {
  const mayMount = spawnSync('unshare', ['-rm', 'true']).status === 0;
  const suite = mayMount ? test : test.skip;
  const name = (what: string): string => `${what}${mayMount ? '' : ' (no mount of our own here)'}`;

  /** Runs it where what it keeps stands on a disk without room, then lists that. */
  const onFullDisk = async (...words: readonly string[]) => {
    const folder = join(at.folder, 'full');
    mkdirSync(folder);
    const script = `mount -t tmpfs -o size=16k,mode=700 tmpfs "$0" && cp "$1"/* "$0" && { cat /dev/zero > "$0/filler" 2>/dev/null; shift; "$@"; echo "ended $?"; ls -A "$0" | grep -v filler; }`;
    const args = ['-rm', 'sh', '-c', script, folder, at.config, process.execPath, HATCHECK, ...words];
    const { stdout, stderr } = await promisify(execFile)('unshare', args, {
      env: { ...at.env, HATCHECK_CONFIG_DIR: folder },
    });
    return { lines: stdout.trimEnd().split('\n'), stderr };
  };
  const signIn = (): string => `${signInName(at.broker.origin)}.json`;

  suite(name('lets no sign-in be kept, and says so; the old one is whole'), async () => {
    writeFileSync(join(at.folder, 'id-token'), 'aaaa.bbbb.cccc');
    const tokens = { access_token: 'x', token_type: 'Bearer', expires_in: 900 };
    at.broker.answer('POST /oauth/token', { status: 200, json: tokens });
    at.broker.answer('GET /v1/me', { status: 200, json: { principal: { handle: 'p_two' } } });
    const { lines, stderr } = await onFullDisk('login', '--token-file', join(at.folder, 'id-token'));
    expect(lines).toEqual(['ended 7', signIn()]);
    expect(stderr).toMatch(/^hatcheck: .*ENOSPC.*\n$/);
  });

  suite(name('lets no credentials be kept: none are issued that nobody keeps'), async () => {
    const { lines } = await onFullDisk('credentials', 'prod-read');
    expect(lines).toEqual(['ended 7', signIn()]);
    expect(at.broker.heard.map(({ route }) => route)).not.toContain(ISSUE);
  });

  test('where stdout leads: 7, and a sentence', async () => {
    const child = spawn('sh', ['-c', '"$0" "$@" > /dev/full', process.execPath, HATCHECK, 'credentials', 'prod-read'], {
      env: at.env,
      stdio: 'pipe',
    });
    expect(await endOf(child)).toMatchObject({ code: 7, stderr: expect.stringMatching(/^hatcheck: .*ENOSPC.*\n$/) });
  });
});

describe('no secret', () => {
  /** Every command line on this machine. */
  const commandLines = (): string =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        } catch {
          return '';
        }
      })
      .join('\n');
  const has = process.platform === 'linux' ? test : test.skip;

  has('is in the list of processes, on stderr, or in a file that others may read, while a command has it', async () => {
    const given = credentialsUntil(3_600_000);
    at.broker.answer(ISSUE, { status: 200, json: given });
    const stored = readFileSync(join(at.config, `${signInName(at.broker.origin)}.json`), 'utf8');
    const { accessToken } = JSON.parse(stored) as { accessToken: string };
    const child = start(
      'exec',
      'prod-read',
      '--via',
      'endpoint',
      '--',
      'sh',
      '-c',
      'echo up; read line; echo "$AWS_CONTAINER_AUTHORIZATION_TOKEN"',
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(line.toString()).toBe('up\n');
    const seen = commandLines();
    expect(seen).toContain('AWS_CONTAINER_AUTHORIZATION_TOKEN');
    child.stdin.end('go on\n');
    const { code, stdout: token, stderr } = await endOf(child);
    const secrets = [accessToken, given.SecretAccessKey, given.SessionToken, token.trim()];
    expect([code, secrets.every((each) => each.length >= 32)]).toEqual([0, true]);
    for (const each of secrets) for (const place of [seen, stderr]) expect(place).not.toContain(each);
    expect(statSync(at.config).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(at.config))
      expect([name, statSync(join(at.config, name)).mode & 0o777]).toEqual([name, 0o600]);
  });
});
