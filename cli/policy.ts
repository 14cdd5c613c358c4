import { type Command, Option } from 'commander';
import type { DiffOptions } from './policy/diff.ts';
import type { ExplainOptions } from './policy/explain.ts';
import type { LintOptions } from './policy/lint.ts';
import type { TestOptions } from './policy/test.ts';

const EXAMPLES = `
Examples:
  hatcheck policy lint
  hatcheck policy lint --strict --json infra/access.yml
  hatcheck policy explain prod-admin --as okta:sre --mfa --for 1h --ticket OPS-1
  hatcheck policy diff HEAD:access.yml access.yml --fail-on gain
  hatcheck policy test access.test.yml

Exit codes: 0 as it should be, 1 it is not, 2 wrong usage or a file that cannot be read.`;

/** `hatcheck policy …`: works on files alone, without a server. What a command needs is loaded when it runs. */
export const addPolicyCommands = (program: Command): void => {
  const policy = program
    .command('policy')
    .description('check, explain, compare and test an access.yml, without a server')
    .addHelpText('afterAll', EXAMPLES);
  policy
    .command('lint')
    .description('every fault with line and column, and what is legal but odd')
    .argument('[file]', 'the access policy', 'access.yml')
    .option('--origin <url>', 'the address of the server that it is for, so that audiences can be compared with it')
    .option('--strict', 'exit 1 on warnings too')
    .option('--json', 'for a program')
    .action(async (file: string, options: LintOptions) => {
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
    .action(async (from: string, to: string, options: DiffOptions) => {
      const { diff } = await import('./policy/diff.ts');
      process.exitCode = diff(from, to, options);
    });
  policy
    .command('test')
    .description('whether the policy does what a file of expectations says')
    .argument('[file]', 'the expectations', 'access.test.yml')
    .option('--policy <file>', 'the access policy; access.yml beside access.test.yml unless said otherwise')
    .option('--json', 'for a program')
    .action(async (file: string, options: TestOptions) => {
      const { test } = await import('./policy/test.ts');
      process.exitCode = test(file, options);
    });
  addExplain(policy);
};

const addExplain = (policy: Command): void => {
  policy
    .command('explain')
    .description('every rule for an act that nobody does, and how it comes out')
    .argument('<entitlement>', 'its id')
    .option('--policy <file>', 'the access policy', 'access.yml')
    .option('--as <groups...>', 'the groups of whoever acts, <provider>:<group>')
    .addOption(new Option('--act <act>', 'what they do').choices(['request', 'approve', 'issue']).default('request'))
    .option('--subject <subject>', 'who they are, <provider>:<subject>')
    .option('--email <address>', 'as their provider verified it')
    .option('--mfa', 'signed in with more than one factor')
    .option('--by-device', 'signed in by device authorization')
    .option('--signed-in-ago <duration>', 'such as 10m; just now unless said otherwise')
    .option('--groups-fetched-ago <duration>', 'as long ago as they signed in unless said otherwise')
    .option('--at <time>', 'such as 2026-03-02T12:00:00Z; now unless said otherwise')
    .addOption(new Option('--via <channel>', 'by which way').choices(['portal', 'bearer', 'chat']))
    .option('--for <duration>', 'such as 1h; as long as may be unless said otherwise')
    .option('--justification <text>', 'long enough unless said otherwise')
    .option('--ticket <ticket>', 'such as OPS-1')
    .addOption(new Option('--ticket-state <state>', 'what its service says').choices(['open', 'closed', 'missing']))
    .option('--start-at <time>', 'when the grant is to begin')
    .option('--break-glass', 'past the approval')
    .option('--waited <duration>', 'approve, issue: how long ago the request was made')
    .option('--json', 'for a program')
    .action(async (entitlement: string, options: ExplainOptions) => {
      const { explain } = await import('./policy/explain.ts');
      process.exitCode = explain(entitlement, options);
    });
};
