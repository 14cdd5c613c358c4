import { Command } from 'commander';
import { COMMANDS } from './commands.ts';
import { EXIT_CODES } from './failure.ts';
import { bold } from './print.ts';

const EXIT_CODE_LINES = Object.entries(EXIT_CODES).map(([code, { means }]) => `  ${code.padEnd(5)}${means}`);

const MORE = `
Examples:
  hatcheck login --server https://hatcheck.example.com
  hatcheck exec prod-read -- aws s3 ls
  hatcheck configure                     # profiles for the AWS CLI, one an entitlement

Exit codes:
${EXIT_CODE_LINES.join('\n')}`;

export interface ProgramOptions {
  /** Whether wrong usage is said by whoever runs it, rather than here. */
  readonly quiet?: boolean;
}

/** Every command there is: what runs, what `--help` and docs/cli.md tell of, and what a shell completes. */
export const buildProgram = ({ quiet = false }: ProgramOptions = {}): Command => {
  const program = new Command('hatcheck')
    .description('Borrow an AWS role for a while.')
    .option('-V, --version', 'which version this is')
    .exitOverride()
    // What follows a command is the command's, so that `exec` can pass it on as it is.
    .enablePositionalOptions()
    .configureHelp({ styleTitle: bold })
    .configureOutput(quiet ? { writeErr: () => undefined } : {})
    .addHelpText('after', MORE);
  for (const add of COMMANDS) add(program);
  for (const command of leavesOf(program)) addJsonOption(command);
  return program;
};

/** The commands that do something, rather than have others under them. */
export const leavesOf = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);

const addJsonOption = (command: Command): void => {
  if (!command.options.some(({ long }) => long === '--json')) command.option('--json', 'for a program, failures too');
};
