import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { candidates } from '../../cli/completion.ts';
import { nameOf } from '../../cli/config-folder.ts';
import { buildProgram } from '../../cli/program.ts';
import { type SignedIn, signedIn } from './signed-in.ts';

const OURS = ['prod-admin', 'prod-read'];
const complete = (line: string): readonly string[] => {
  const words = line.split(' ');
  return candidates(buildProgram(), { before: words.slice(0, -1), current: words.at(-1) ?? '' }, OURS);
};

describe('what may stand there', () => {
  test.each([
    ['logi', ['login']],
    ['policy ', ['lint', 'diff', 'test', 'explain']],
    ['credentials prod-', OURS],
    ['exec prod-r', ['prod-read']],
    ['console --reg', ['--region']],
    ['credentials prod-read --format f', ['fish']],
    ['credentials --format env prod', OURS],
    ['completion z', ['zsh']],
    ['configure prod-read prod-a', ['prod-admin']],
    ['exec prod-read -- aws s', []],
    ['nonsense x', []],
  ])('%j', (line, expected) => {
    expect(complete(line)).toEqual(expected);
  });

  test('is no command that nobody is to type', () => {
    expect(complete('').filter((each) => each.startsWith('_'))).toEqual([]);
  });
});

describe('hatcheck completion', () => {
  let at: SignedIn;
  beforeEach(async () => {
    at = await signedIn();
    const file = join(at.config, `entitlements.${nameOf(at.broker.origin)}.json`);
    writeFileSync(file, JSON.stringify({ ids: ['prod-read', '$(touch evil)', 'prod admin'] }));
  });
  afterEach(async () => {
    await at.close();
  });

  test('bash completes by it, without asking the server, and runs nothing of what it is told', async () => {
    const { stdout: script } = await at.run('completion', 'bash');
    symlinkSync(resolve('cli/hatcheck.ts'), join(at.folder, 'hatcheck'));
    const ask = `${script}\nCOMP_WORDS=(hatcheck exec ''); COMP_CWORD=2; _hatcheck; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { ...at.env, PATH: `${at.folder}:${join(process.execPath, '..')}:/usr/bin:/bin` };
    expect(execFileSync('bash', ['-c', ask], { env, cwd: at.folder, encoding: 'utf8' })).toBe('prod-read\n');
    expect(at.broker.heard).toEqual([]);
  });

  test.each(['zsh', 'fish', 'powershell'])('%s is told to ask the same', async (shell) => {
    const { code, stdout } = await at.run('completion', shell);
    expect([code, stdout]).toEqual([0, expect.stringContaining('hatcheck __complete')]);
  });
});
