import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
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
    expect(complete('').filter((each) => each.startsWith('_'))).toStrictEqual([]);
  });
});

/** At its prompt, words and a tab are typed; what stands there then is put into a file. */
const ZSHRC = `PS1=READY
fpath=(~/functions $fpath)
autoload -U compinit; compinit -u -D
[[ -e ~/sourced ]] && source ~/sourced
show() { print -rn -- "$BUFFER" > ~/shown; exit }
zle -N show; bindkey '^X' show
`;
const AT_ZSH = `zmodload zsh/zpty
zpty shell zsh -d -i
zpty -r shell seen '*READY*' || exit 3
zpty -w -n shell "$1"$'\\t\\x18'
while zpty -r shell seen; do :; done
`;

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;
const where = (shell: string) =>
  has(shell) ? { test, missing: '' } : { test: test.skip, missing: ` (missing: ${shell})` };
const [zsh, fish] = [where('zsh'), where('fish')];

describe('hatcheck completion', () => {
  let at: SignedIn;
  let env: Readonly<Record<string, string>>;
  beforeEach(async () => {
    at = await signedIn();
    const file = join(at.config, `entitlements.${nameOf(at.broker.origin)}.json`);
    writeFileSync(file, JSON.stringify({ ids: ['prod-read', '$(touch evil)', 'prod admin'] }));
    symlinkSync(resolve('cli/hatcheck.ts'), join(at.folder, 'hatcheck'));
    env = { ...at.env, PATH: `${at.folder}:${join(process.execPath, '..')}:/usr/bin:/bin`, TERM: 'xterm' };
  });
  afterEach(async () => {
    // What was seen last is completed, and the server is not asked.
    expect(at.broker.heard).toStrictEqual([]);
    await at.close();
  });

  const scriptFor = async (shell: string): Promise<string> => (await at.run('completion', shell)).stdout;
  const run = (command: string, ...words: readonly string[]): string =>
    execFileSync(command, words, { env, cwd: at.folder, encoding: 'utf8', timeout: 30_000 });

  test('bash completes by it, and runs nothing of what it is told', async () => {
    const ask = `COMP_WORDS=(hatcheck exec ''); COMP_CWORD=2; _hatcheck; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(run('bash', '-c', `${await scriptFor('bash')}\n${ask}`)).toBe('prod-read\n');
  });

  zsh.test.each([
    ['sourced', 'hatcheck logi', 'hatcheck login '],
    ['functions/_hatcheck', 'hatcheck logi', 'hatcheck login '],
    ['sourced', 'hatcheck exec ', 'hatcheck exec prod-read '],
    ['functions/_hatcheck', 'hatcheck exec ', 'hatcheck exec prod-read '],
  ])(`zsh completes by it at the first tab, from ~/%s: %j${zsh.missing}`, async (place, typed, expected) => {
    mkdirSync(join(at.folder, 'functions'));
    writeFileSync(join(at.folder, '.zshrc'), ZSHRC);
    writeFileSync(join(at.folder, place), await scriptFor('zsh'));
    run('zsh', '-fc', AT_ZSH, 'zsh', typed);
    expect(readFileSync(join(at.folder, 'shown'), 'utf8')).toBe(expected);
  });

  fish.test.each([
    ['hatcheck logi', 'login\n'],
    ['hatcheck exec ', 'prod-read\n'],
    ['hatcheck exec prod-r', 'prod-read\n'],
    ['hatcheck console --reg', '--region\n'],
    ['hatcheck exec $(touch evil) prod-', ''],
  ])(`fish completes by it: %j${fish.missing}`, async (typed, expected) => {
    const folder = join(at.folder, '.config/fish/completions');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'hatcheck.fish'), await scriptFor('fish'));
    expect(run('fish', '-c', 'complete -C $argv[1]', typed)).toBe(expected);
    expect(existsSync(join(at.folder, 'evil'))).toBe(false);
  });

  test('PowerShell is told to ask the same', async () => {
    expect(await scriptFor('powershell')).toContain('hatcheck __complete "--current=$wordToComplete" -- @words');
  });
});
