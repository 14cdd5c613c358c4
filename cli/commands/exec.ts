import { type Command, Option } from 'commander';
import type { ExecOptions } from '../exec/exec.ts';
import { serverOption } from '../place.ts';

const EXAMPLES = `
Examples:
  hatcheck exec prod-read -- aws s3 ls
  hatcheck exec prod-admin --because 'the disk of db-1 is full' --ticket OPS-7 -- ./resize.sh
  hatcheck exec prod-read --via endpoint -- terraform apply      # renewed for as long as the grant lasts

What ends before the grant does is renewed: the command asks an endpoint on 127.0.0.1 that knows it by a token, and the AWS files of this
machine, whose default profile would come first, are hidden from it. Where nothing can be renewed, the credentials are in its environment.
HATCHECK_ENTITLEMENT and HATCHECK_REQUEST say what it runs under. It ends as the command does; 126 and 127 when there is none to run.`;

export const addExecCommand = (program: Command): void => {
  program
    .command('exec')
    .description('run a command with the credentials of an entitlement, asking for it if need be')
    .argument('<entitlement>', 'its id')
    .argument('<command...>', 'what to run, and its own options')
    .option('--for <duration>', 'how long, where it has to be asked for: such as 45m or 1h30m')
    .option('--because <text>', 'why, where it has to be asked for')
    .option('--ticket <ticket>', 'such as OPS-1')
    .option('--break-glass', 'past the approval, in an emergency, where it has to be asked for')
    .option('--no-wait', 'end with 9 rather than wait for somebody’s yes')
    .option('--region <region>', 'the command’s AWS_REGION')
    .addOption(
      new Option('--via <way>', 'how the command gets them; by their end unless said otherwise').choices([
        'environment',
        'endpoint',
      ] satisfies NonNullable<ExecOptions['via']>[]),
    )
    .addOption(serverOption())
    .addHelpText('after', EXAMPLES)
    .action(async (entitlement: string, words: [string, ...string[]], options: ExecOptions) => {
      const { exec } = await import('../exec/exec.ts');
      process.exitCode = await exec(entitlement, words, options);
    });
};
