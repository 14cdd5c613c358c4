import type { Command } from 'commander';
import type { ConsoleOptions } from '../console/console.ts';
import { serverOption } from '../place.ts';

const EXAMPLES = `
Examples:
  hatcheck console prod-read
  hatcheck console prod-admin --service s3 --region eu-north-1 --because 'a bucket is full' --ticket OPS-7
  hatcheck console prod-read --print | wl-copy      # the address is a secret for 15 minutes: whoever has it is in

The browser is shown the way by a file that only you may read, since arguments of a program are seen by everybody on this machine.`;

export const addConsoleCommand = (program: Command): void => {
  program
    .command('console')
    .description('open the AWS console with the role of an entitlement, asking for it if need be')
    .argument('<entitlement>', 'its id')
    .option('--service <name>', 'where to: a service such as s3, or a destination of access.yml')
    .option('--region <region>', 'the region’s page, rather than that of the account’s own')
    .option('--print', 'print the address rather than open a browser')
    .option('--for <duration>', 'how long, where it has to be asked for: such as 45m or 1h30m')
    .option('--because <text>', 'why, where it has to be asked for')
    .option('--ticket <ticket>', 'such as OPS-1')
    .option('--break-glass', 'past the approval, in an emergency, where it has to be asked for')
    .option('--no-wait', 'end with 9 rather than wait for somebody’s yes')
    .addOption(serverOption())
    .addHelpText('after', EXAMPLES)
    .action(async (entitlement: string, options: ConsoleOptions) => {
      const { openConsole } = await import('../console/console.ts');
      await openConsole(entitlement, options);
    });
};
