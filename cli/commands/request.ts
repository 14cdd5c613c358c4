import type { Command } from 'commander';
import type { RequestOptions } from '../asking/request.ts';
import { serverOption } from '../place.ts';

const EXAMPLES = `
Examples:
  hatcheck request                                             # asks for all of it, with choices
  hatcheck request prod-admin --for 30m --because 'the disk of db-1 is full' --ticket OPS-7 --wait
  hatcheck request prod-read --because 'the yearly audit' --at 14:30 --for 2h
  hatcheck request prod-read --because 'one report' --actions s3:GetObject --resources 'arn:aws:s3:::prod-reports/*'
  hatcheck request prod-admin --because 'nobody answers' --break-glass
  hatcheck request prod-admin --because 'just trying' --ticket OPS-7 --dry-run

What is missing is asked for at a terminal. With --wait it ends with 0 once the grant runs, and with 6 when it never will.`;

export const addRequestCommand = (program: Command): void => {
  program
    .command('request')
    .description('ask for an entitlement')
    .argument('[entitlement]', 'its id')
    .option('--for <duration>', 'how long, such as 45m or 1h30m; an hour, or as long as may be, unless said otherwise')
    .option('--because <text>', 'why')
    .option('--ticket <ticket>', 'such as OPS-1')
    .option('--at <time>', 'not before: such as 14:30, +2h, 2026-11-23 14:30 (here), or 2026-11-23T14:30Z')
    .option('--actions <actions...>', 'only these of the role, such as s3:GetObject')
    .option('--resources <arns...>', 'only on these')
    .option('--break-glass', 'past the approval, in an emergency: it raises an alarm, and is reviewed afterwards')
    .option('--dry-run', 'only say what would be decided; 1 if it would be refused')
    .option('--wait', 'until somebody has decided, and the grant runs')
    .addOption(serverOption())
    .addHelpText('after', EXAMPLES)
    .action(async (entitlement: string | undefined, options: RequestOptions) => {
      const { request } = await import('../asking/request.ts');
      process.exitCode = await request(entitlement, options);
    });
};
