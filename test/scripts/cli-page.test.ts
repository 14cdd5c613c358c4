import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { buildProgram, leavesOf } from '../../cli/program.ts';
import { cliPage } from '../../scripts/cli-page.ts';

test('docs/cli.md is what the commands say; if it is not, run: npm run docs', async () => {
  expect(await readFile('docs/cli.md', 'utf8')).toBe(cliPage());
});

test('every command takes --json, and shows an example', () => {
  const page = cliPage();
  for (const command of leavesOf(buildProgram()).filter((each) => !each.name().startsWith('_'))) {
    const words = [command.parent?.name() === 'hatcheck' ? [] : [command.parent?.name()], command.name()].flat();
    const [, shown = ''] = page.split(`### hatcheck ${words.join(' ')}\n`);
    const help = shown.split('\n### ')[0];
    expect([words, help]).toEqual([words, expect.stringContaining('--json')]);
    expect([words, help]).toEqual([
      words,
      expect.stringMatching(/Examples?[^]*\n {2}(?:\w+=\S+ )?(?:hatcheck|aws|echo|for) /),
    ]);
  }
});
