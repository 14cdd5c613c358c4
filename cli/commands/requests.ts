import { type Command, Option } from 'commander';
import { serverOption } from '../place.ts';
import type { ListOptions } from '../finding/list.ts';
import type { ShowOptions } from '../finding/show.ts';

const LISTS = `
Examples:
  hatcheck requests
  hatcheck requests --as approver --status pending     # what waits for your yes
  hatcheck requests --status approved --limit 200 --json

With --json there may be a nextCursor, which --cursor takes.`;

const SHOW = `
Examples:
  hatcheck show last                              # your newest one
  hatcheck show r_ABCD --wait                     # until somebody has decided
  hatcheck show r_ABCD --json

An id may be said by its beginning. Times are those of this machine’s zone, with UTC beside them.`;

export const addRequestsCommands = (program: Command): void => {
  program
    .command('requests')
    .description('your requests, or those that wait for your yes, newest first')
    .addOption(new Option('--as <role>', 'whose').choices(['requester', 'approver', 'auditor']).default('requester'))
    .addOption(
      new Option('--status <status>', 'only those').choices([
        'pending',
        'approved',
        'denied',
        'cancelled',
        'expired',
        'revoked',
        'ended',
      ]),
    )
    .option('--limit <count>', 'at most so many, of 200', '50')
    .option('--cursor <cursor>', 'the next ones, as the last answer has it')
    .addOption(serverOption())
    .addHelpText('after', LISTS)
    .action(async (options: ListOptions) => {
      const { listRequests } = await import('../finding/list.ts');
      await listRequests(options);
    });
  program
    .command('show')
    .description('one request: what was asked, who said what, what you may do, and what happened')
    .argument('[request]', 'its id, the beginning of it, or last')
    .option('--wait', 'until its grant runs; ends with 6 when it never will')
    .addOption(serverOption())
    .addHelpText('after', SHOW)
    .action(async (given: string | undefined, options: ShowOptions) => {
      const { showRequest } = await import('../finding/show.ts');
      await showRequest(given, options);
    });
};
