import { type Command, Option } from 'commander';

const EXAMPLES = `
Examples:
  hatcheck policy lint
  hatcheck policy lint --strict --json infra/access.yml
  hatcheck policy diff HEAD:access.yml access.yml --fail-on gain

Exit codes: 0 as it should be, 1 it is not, 2 wrong usage or a file that cannot be read.`;

/** `hatcheck policy …`: works on files alone, without a server. What a command needs is loaded when it runs. */
export const addPolicyCommands = (program: Command): void => {
  const policy = program
    .command('policy')
    .description('check, explain, compare and test an access.yml, without a server')
    .addHelpText('after', EXAMPLES);
  policy
    .command('lint')
    .description('every fault with line and column, and what is legal but odd')
    .argument('[file]', 'the access policy', 'access.yml')
    .option('--strict', 'exit 1 on warnings too')
    .option('--json', 'for a program')
    .action(async (file: string, options: { strict?: boolean; json?: boolean }) => {
      const { lint } = await import('./policy/lint.ts');
      process.exitCode = lint(file, options);
    });
  policy
    .command('diff')
    .description('who gains and who loses what: each a file, or REV:path of this git repository')
    .argument('<old>', 'the access policy as it is')
    .argument('<new>', 'the access policy as it would be')
    .option('--json', 'for a program')
    .addOption(
      new Option('--fail-on <what>', 'exit 1 when there is any change, or any by which somebody might gain').choices([
        'change',
        'gain',
      ]),
    )
    .action(async (from: string, to: string, options: { json?: boolean; failOn?: 'change' | 'gain' }) => {
      const { diff } = await import('./policy/diff.ts');
      process.exitCode = diff(from, to, options);
    });
};
