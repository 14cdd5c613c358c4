import type { Command } from 'commander';
import { type OnServer, serverOption } from '../place.ts';

export const addListCommand = (program: Command): void => {
  program
    .command('list')
    .description('what you may ask for, for how long, and who has to say yes')
    .addOption(serverOption())
    .addHelpText('after', '\nExamples:\n  hatcheck list\n  hatcheck list --json')
    .action(async (options: OnServer & { json?: boolean }) => {
      const { listEntitlements } = await import('../asking/list.ts');
      await listEntitlements(options);
    });
};
