import type { Command } from 'commander';
import { type OnServer, serverOption } from '../place.ts';

export const addLogoutCommand = (program: Command): void => {
  program
    .command('logout')
    .description('end the sign-in there, and forget it and its credentials here')
    .addOption(serverOption())
    .addHelpText('after', '\nExample:\n  hatcheck logout')
    .action(async (options: OnServer & { json?: boolean }) => {
      const { logout } = await import('../login.ts');
      await logout(options);
    });
};
