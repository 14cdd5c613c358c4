import { execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Run, hatcheck } from '../cli/run.ts';
import { ENTER, atTerminal, hasTerminal, leaveTerminals, terminalName } from '../cli/terminal.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const PEOPLE = ['engineer', 'approver', 'security'] as const;
type Person = (typeof PEOPLE)[number];

let stack: TestStack;
const envs = new Map<Person, Readonly<Record<string, string>>>();

beforeAll(async () => {
  stack = await startTestStack();
  for (const person of PEOPLE) {
    const home = join(stack.folder, person);
    await mkdir(home);
    const tokenFile = join(home, 'id-token');
    await writeFile(tokenFile, await stack.oidc.idToken(`${person}@example.com`), { mode: 0o600 });
    const env = { PATH: '/usr/bin:/bin', HOME: home, HATCHECK_SERVER: stack.origin, HATCHECK_KEYRING: 'off' };
    envs.set(person, env);
    await promisify(execFile)(process.execPath, ['cli/hatcheck.ts', 'login', '--token-file', tokenFile], { env });
  }
});
afterAll(async () => {
  leaveTerminals();
  await stack.close();
});

const envOf = (person: Person): Readonly<Record<string, string>> => envs.get(person) ?? {};
const as = (person: Person, ...words: readonly string[]): Promise<Run> => hatcheck(words, envOf(person));
const jsonOf = async (person: Person, ...words: readonly string[]): Promise<unknown> => {
  const { code, stdout, stderr } = await as(person, ...words, '--json');
  expect([words, code, stderr]).toEqual([words, 0, '']);
  return JSON.parse(stdout);
};
const asked = async (...words: readonly string[]): Promise<string> => {
  const { request } = (await jsonOf('engineer', 'request', ...words)) as { request: { id: string } };
  return request.id;
};
const ADMIN = ['prod-admin', '--because', 'the disk of db-1 is full', '--ticket', 'OPS-7'] as const;

describe('from asking to the end, each in their own terminal', () => {
  test('one asks and waits, another says yes to less, and both see how it stands', async () => {
    const waiting = spawn(process.execPath, [resolve('cli/hatcheck.ts'), 'request', ...ADMIN, '--wait'], {
      env: envOf('engineer'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = text(waiting.stdout);
    const ended = new Promise((end) => waiting.once('close', end));
    const pendingId = async (): Promise<string> => {
      for (;;) {
        const words = ['requests', '--as', 'approver', '--status', 'pending'];
        const { requests } = (await jsonOf('approver', ...words)) as { requests: { id: string }[] };
        if (requests[0]) return requests[0].id;
      }
    };
    const id = await pendingId();
    expect(await jsonOf('approver', 'approve', id, '--yes', '--for', '30m')).toMatchObject({
      request: { id, status: 'approved', grantedSeconds: 1800 },
    });
    expect(await ended).toBe(0);
    expect(await said).toMatch(new RegExp(`${id} waits for a yes of .*\\n${id} is granted until .*`));
    const shown = await as('engineer', 'show', 'last');
    expect(shown.stdout).toMatch(
      /active until[^]*because +│ the disk of db-1 is full[^]*yes of +approver@example\.com/,
    );
    expect(shown.stdout).toMatch(/events\n.*request\.submitted +engineer@example\.com\n.*request\.approved +approver@/);
    expect((await as('engineer', 'end', 'last')).stdout).toContain(`${id} is ended`);
  });

  test('exec that waits ends with 6 and the reason when somebody says no', async () => {
    const words = ['exec', 'prod-admin', ...ADMIN.slice(1), '--', 'true'];
    const denied = as('engineer', ...words);
    let no: Run;
    do no = await as('approver', 'deny', 'last', '--because', 'not on a Friday');
    while (no.code === 1);
    expect(no).toMatchObject({ code: 0, stderr: '' });
    expect(await denied).toMatchObject({ code: 6, stderr: expect.stringContaining('not on a Friday') });
  });

  test('more time is asked for and given, and taken back', async () => {
    const id = await asked(...ADMIN, '--for', '15m');
    await jsonOf('approver', 'approve', id, '--yes');
    await jsonOf('engineer', 'extend', id, '--for', '15m', '--because', 'the restore is slow');
    expect(await jsonOf('approver', 'approve', id, '--yes')).toMatchObject({ request: { grantedSeconds: 1800 } });
    expect(await jsonOf('security', 'revoke', id, '--because', 'the laptop is lost')).toMatchObject({
      request: { status: 'revoked' },
    });
    expect(await as('engineer', 'credentials', id)).toMatchObject({ code: 6, stdout: '' });
  });

  test('break-glass is at once, for a part of the role, and judged afterwards', async () => {
    const words = [
      '--break-glass',
      '--for',
      '15m',
      '--actions',
      's3:GetObject',
      '--resources',
      'arn:aws:s3:::prod-reports/*',
    ];
    const id = await asked('prod-admin', '--because', 'nobody answers', ...words);
    expect((await as('security', 'show', id)).stdout).toMatch(
      /break-glass[^]*arn:aws:s3:::prod-reports\/\*[^]*to be reviewed/,
    );
    expect(await jsonOf('security', 'verdict', id, 'justified', '--because', 'db-1 was down')).toMatchObject({
      request: { review: { verdict: 'justified' } },
    });
    await jsonOf('engineer', 'end', id);
  });

  test('a hold is felt by the next ask, and lifted', async () => {
    await jsonOf('security', 'hold', '--entitlement', 'prod-read', '--because', 'an incident');
    const refused = await as('engineer', 'request', 'prod-read', '--because', 'x', '--json');
    expect([refused.code, JSON.parse(refused.stderr)]).toMatchObject([1, { error: { code: 'on_hold' } }]);
    expect(await jsonOf('security', 'lift', 'h_')).toEqual({ holds: [] });
    expect(
      await jsonOf('engineer', 'request', 'prod-read', '--because', 'the yearly audit', '--at', '+2h', '--dry-run'),
    ).toMatchObject({
      decision: { allowed: true },
    });
  });

  test('one’s own account is shown, and every list in the form that people read', async () => {
    expect((await as('engineer', 'list')).stdout).toMatch(/prod-admin +Administer production +prod +1h +a yes of /);
    expect((await as('engineer', 'sessions')).stdout).toMatch(/s_.* this one\n/);
    expect((await as('engineer', 'identities')).stdout).toMatch(/p_\S+ +engineer@example\.com +this one\n/);
    const until = ['--until', '+7d', '--because', 'on holiday'];
    const { principal } = (await jsonOf('security', 'whoami')) as { principal: { handle: string } };
    expect((await as('approver', 'delegate', principal.handle, ...until)).stdout).toContain('security@example.com');
    expect((await as('security', 'delegations')).stdout).toMatch(/d_\S+ +approver@example\.com +security@example\.com/);
    expect(await jsonOf('approver', 'delegations', '--end', 'd_')).toEqual({ delegations: [] });
  });
});

(hasTerminal ? describe : describe.skip)(`at a terminal (${terminalName})`, () => {
  test('exec asks for what is missing, waits with a line of who is waited for, and runs the command', async () => {
    const terminal = atTerminal(
      ['exec', 'prod-admin', '--', 'sh', '-c', 'echo "key ${AWS_ACCESS_KEY_ID%%[A-Z0-9]*}set"'],
      envOf('engineer'),
    );
    await terminal.see(/Why: /);
    terminal.type(`the disk of db-1 is full${ENTER}`);
    await terminal.see(/Ticket [^]*: /);
    terminal.type(`OPS-8${ENTER}`);
    await terminal.see(/How long[^]*: /);
    terminal.type(`15m${ENTER}`);
    await terminal.see(/waits for a yes of local-oidc:sre-leads/);
    const approving = atTerminal(['approve', 'last'], envOf('approver'));
    await approving.see(/prod-admin[^]*requester +engineer@example\.com[^]*OPS-8[^]*Say yes\? \[y\/N\]: /);
    approving.type(`y${ENTER}`);
    expect(await approving.ended()).toBe(0);
    await terminal.see(/key set/);
    expect(await terminal.ended()).toBe(0);
  });
});
