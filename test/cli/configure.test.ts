import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withProfiles } from '../../cli/aws-config/block.ts';
import { ownCommand } from '../../cli/aws-config/own-command.ts';
import { type SignedIn, signedIn } from './signed-in.ts';

let at: SignedIn;
let file: string;
beforeEach(async () => {
  at = await signedIn();
  mkdirSync(join(at.folder, '.aws'));
  file = join(at.folder, '.aws/config');
  const entitlement = (id: string) => ({ id, title: id, accountId: '111122223333', maxDurationSeconds: 3600 });
  const entitlements = ['prod-admin', 'prod-read'].map(entitlement);
  at.broker.answer('GET /v1/entitlements', { status: 200, json: { entitlements } });
});
afterEach(async () => {
  await at.close();
});

const read = (): string => readFileSync(file, 'latin1');
const THEIRS = '# mine\r\n[default]\r\nregion = eu-west-1\r\n\u00ff not UTF-8\r\n[profile other]\r\noutput=json';

describe('hatcheck configure', () => {
  test('writes a profile an entitlement, which the AWS CLI can start', async () => {
    expect(await at.run('configure', '--region', 'eu-west-1')).toMatchObject({ code: 0, stderr: '' });
    const text = read();
    expect(text).toContain('[profile prod-admin]\n');
    expect(text).toMatch(
      new RegExp(
        `^credential_process = \\S+ \\S+hatcheck\\.ts credentials prod-read --server ${at.broker.origin} --format process$`,
        'm',
      ),
    );
    expect(text.match(/^region = eu-west-1$/gm)).toHaveLength(2);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('leaves what it did not write as it is, byte for byte, and the mode', async () => {
    writeFileSync(file, THEIRS, { encoding: 'latin1' });
    chmodSync(file, 0o640);
    await at.run('configure');
    expect(read().startsWith(`${THEIRS}\r\n# hatcheck begin`)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(await at.run('configure', '--remove')).toMatchObject({ code: 0 });
    expect(read()).toBe(`${THEIRS}\r\n`);
  });

  test('twice is as once', async () => {
    await at.run('configure');
    const once = read();
    const { stdout } = await at.run('configure', '--json');
    expect([read(), JSON.parse(stdout)]).toEqual([once, expect.objectContaining({ changed: false })]);
  });

  test('keeps a link to a file that stands elsewhere', async () => {
    writeFileSync(file, '[default]\n');
    renameSync(file, join(at.folder, 'dotfile'));
    symlinkSync(join(at.folder, 'dotfile'), file);
    await at.run('configure');
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(at.folder, 'dotfile'), 'utf8')).toContain('[profile prod-read]');
  });

  test.each([
    ['a profile', 'config', '[profile prod-read]\nregion = x\n'],
    ['a profile in quotes', 'config', '[profile "prod-read"]\n'],
    ['keys', 'credentials', '[prod-read]\naws_access_key_id = AKIA\n'],
    ['half a block', 'config', '# hatcheck end ORIGIN\n'],
  ])('writes nothing where somebody has %s of that name', async (_what, name, content) => {
    const path = join(at.folder, '.aws', name);
    const given = content.replace('ORIGIN', at.broker.origin);
    writeFileSync(path, given);
    expect(await at.run('configure')).toMatchObject({ code: 2, stdout: '' });
    expect(readFileSync(path, 'utf8')).toBe(given);
    expect(readdirSync(join(at.folder, '.aws'))).toEqual([name]);
  });

  test('has another name by --prefix, and only what is asked for', async () => {
    writeFileSync(file, '[profile prod-read]\n');
    expect(await at.run('configure', 'prod-read', '--prefix', 'work-')).toMatchObject({ code: 0 });
    expect(read()).toContain('[profile work-prod-read]');
    expect(read()).not.toContain('prod-admin');
  });

  test('refuses what is nobody’s, and what would become lines of its own', async () => {
    expect(await at.run('configure', 'other')).toMatchObject({ code: 1 });
    expect(await at.run('configure', '--prefix', 'x]\ncredential_process = evil')).toMatchObject({ code: 2 });
    const entitlements = [{ id: 'x]\n[default', accountId: '111122223333', maxDurationSeconds: 60 }];
    at.broker.answer('GET /v1/entitlements', { status: 200, json: { entitlements } });
    expect(await at.run('configure')).toMatchObject({ code: 4 });
    expect(readdirSync(join(at.folder, '.aws'))).toStrictEqual([]);
  });

  test('four at once, of two kinds, leave both kinds whole', async () => {
    writeFileSync(file, THEIRS, { encoding: 'latin1' });
    const other = await signedIn();
    try {
      const entitlements = [{ id: 'else', accountId: '111122223333', maxDurationSeconds: 60 }];
      other.broker.answer('GET /v1/entitlements', { status: 200, json: { entitlements } });
      const { hatcheck } = await import('./run.ts');
      const theirs = () => hatcheck(['configure'], { ...other.env, AWS_CONFIG_FILE: file });
      await Promise.all([at.run('configure'), theirs(), at.run('configure'), theirs()]);
    } finally {
      await other.close();
    }
    expect(read().startsWith(THEIRS)).toBe(true);
    for (const name of ['prod-read', 'prod-admin', 'else'])
      expect(read().match(new RegExp(`^\\[profile ${name}\\]`, 'gm'))).toHaveLength(1);
  });
});

test('whatever stands there, writing and taking away gives it back', () => {
  const profiles = [{ name: 'ours', credentialProcess: 'hatcheck credentials ours' }];
  const text = fc.array(fc.constantFrom('[default]', 'a = b', '# hatcheck', '', '# hatcheck begin x', ' '));
  fc.assert(
    fc.property(text, fc.constantFrom('\n', '\r\n'), (lines, newline) => {
      const before = lines.map((line) => line + newline).join('');
      const server = 'https://hatcheck.example.com';
      const once = withProfiles(before, server, profiles);
      expect(withProfiles(once, server, profiles)).toBe(once);
      expect(withProfiles(once, server, [])).toBe(before);
    }),
  );
});

test('a profile starts the command by its name only where the PATH has this very one', () => {
  const folder = join(at.folder, 'bin');
  mkdirSync(folder);
  const script = join(at.folder, 'a folder', 'hatcheck.mjs');
  mkdirSync(join(at.folder, 'a folder'));
  writeFileSync(script, '');
  expect(ownCommand({ PATH: folder }, '/usr/bin/node', script)).toBe(`/usr/bin/node "${script}"`);
  writeFileSync(join(folder, 'hatcheck'), 'another');
  expect(ownCommand({ PATH: folder }, '/usr/bin/node', script)).toBe(`/usr/bin/node "${script}"`);
  renameSync(join(folder, 'hatcheck'), join(folder, 'old'));
  symlinkSync(script, join(folder, 'hatcheck'));
  expect(ownCommand({ PATH: `/nowhere:${folder}` }, '/usr/bin/node', script)).toBe('hatcheck');
  // Only npx finds it there, and no shell.
  const ofNpx = join(at.folder, 'node_modules/.bin');
  mkdirSync(ofNpx, { recursive: true });
  symlinkSync(script, join(ofNpx, 'hatcheck'));
  const byNpx = ownCommand({ PATH: `${ofNpx}:/nowhere` }, '/usr/bin/node', join(ofNpx, 'hatcheck'));
  expect(byNpx).toBe(`/usr/bin/node "${realpathSync(script)}"`);
});
