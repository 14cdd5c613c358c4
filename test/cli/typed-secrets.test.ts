import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { buildProgram, leavesOf } from '../../cli/program.ts';
import { type SignedIn, secret, signedIn } from './signed-in.ts';

/** What commands take, by the name that their help gives it: none is a secret. A new one is to be no secret either, before it stands here. */
const NO_SECRETS: ReadonlySet<string> = new Set([
  ...['entitlement', 'entitlements', 'request', 'hold', 'handle', 'subject', 'address', 'groups', 'id', 'ids'],
  ...['file', 'files', 'old', 'new', 'url', 'audience', 'region', 'partition', 'arn', 'arns', 'action', 'actions'],
  ...['time', 'duration', 'days', 'count', 'number', 'cursor', 'text', 'ticket', 'state', 'status', 'stage', 'verdict'],
  ...['command', 'shell', 'words', 'word', 'name', 'role', 'format', 'act', 'channel', 'way', 'what'],
  ...['path', 'folder', 'stream', 'type', 'range', 'noted', 'proof'],
  // Public ones, in files.
  'keys',
]);
const SECRET = /token|secret|password|passphrase|credential|bearer|cookie|private|code/;

const nameOf = (command: Command): string => (command.parent ? `${nameOf(command.parent)} ` : '') + command.name();
const takenBy = (command: Command): readonly { said: string; value: string; env: string | undefined }[] => [
  ...command.registeredArguments.map((each) => ({ said: each.name(), value: each.name(), env: undefined })),
  ...command.options
    .filter(({ required, optional }) => required || optional)
    .map(({ long, flags, envVar }) => ({
      ...{ said: long ?? flags, value: /[<[](\w+)/.exec(flags)?.[1] ?? flags, env: envVar },
    })),
];
const taken = leavesOf(buildProgram()).flatMap((command) =>
  takenBy(command).map((each) => ({ command: nameOf(command), ...each })),
);

describe('nobody types a secret, so that no shell remembers one:', () => {
  test('whatever a command takes is known to be none', () => {
    expect(taken.length).toBeGreaterThan(100);
    expect(taken.filter(({ value }) => !NO_SECRETS.has(value))).toStrictEqual([]);
  });

  test('what is named after a secret is the file that it is in', () => {
    const named = taken.filter(({ said }) => SECRET.test(said));
    expect(named.map(({ command, said, value }) => [command, said, value])).toEqual([
      ['hatcheck login', '--token-file', 'file'],
    ]);
  });

  test('and no variable is read for one', () => {
    expect(new Set(taken.flatMap(({ env }) => env ?? []))).toEqual(new Set(['HATCHECK_SERVER']));
  });
});

describe('a secret that was typed all the same', () => {
  let at: SignedIn;
  beforeEach(async () => {
    at = await signedIn();
  });
  afterEach(async () => {
    await at.close();
  });

  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const idToken = (): string => `${part({ alg: 'RS256' })}.${part({ sub: 'one' })}.${secret()}`;

  test.each([[], ['--json']])('the ID token for its file is not said again, nor sent (%#)', async (...more) => {
    const given = idToken();
    const { code, stdout, stderr } = await at.run('login', '--token-file', given, ...more);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--token-file -');
    expect(stderr).not.toContain(given.slice(-16));
    expect(at.broker.heard).toStrictEqual([]);
  });

  test('the password in an address is not said again', async () => {
    const password = secret();
    const { code, stderr } = await at.run('whoami', '--server', `https://engineer:${password}@hatcheck.example.com`);
    expect([code, stderr]).toEqual([2, expect.not.stringContaining(password)]);
  });
});
