import type { Command } from 'commander';
import { type OnServer, serverOption } from '../place.ts';

export const addWhoamiCommand = (program: Command): void => {
  program
    .command('whoami')
    .description('who you are signed in as, and which groups that gives you')
    .addOption(serverOption())
    .addHelpText('after', '\nExample:\n  hatcheck whoami --json')
    .action(async (options: OnServer & { json?: boolean }) => {
      const { whoami } = await import('../login.ts');
      await whoami(options);
    });
};
