import type { Command } from 'commander';
import type { HoldOptions } from '../kinds/holds.ts';
import type { EndSessionsOptions } from '../kinds/end-sessions.ts';
import { serverOption } from '../place.ts';

const EXAMPLES = `
Examples, for the security team:
  hatcheck hold --person p_… --because 'the laptop is stolen'
  hatcheck hold --entitlement prod-admin --because 'an incident'
  hatcheck holds
  hatcheck lift h_01AB --because 'it was found'

What is held is not asked for, approved or issued. What is out already: hatcheck revoke, hatcheck scp. Who is signed in: hatcheck end-sessions.`;

export const addHoldCommands = (program: Command): void => {
  program
    .command('holds')
    .description('what is held, for the security team and auditors')
    .addOption(serverOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: HoldOptions) => {
      const { listHolds } = await import('../kinds/holds.ts');
      await listHolds(options);
    });
  program
    .command('hold')
    .description('hold a person, an entitlement, an account or everything, at once')
    .option('--person <handle>', 'p_…, as hatcheck show --json names them')
    .option('--entitlement <id>', 'as access.yml names it')
    .option('--account <id>', 'its twelve digits')
    .option('--all', 'everything')
    .option('--because <text>', 'why')
    .addOption(serverOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: HoldOptions) => {
      const { placeHold } = await import('../kinds/holds.ts');
      await placeHold(options);
    });
  program
    .command('end-sessions')
    .description('end all sessions of a person, at once, for the security team')
    .option('--person <handle>', 'p_…, as hatcheck show --json names them')
    .option('--because <text>', 'why')
    .addOption(serverOption())
    .addHelpText('after', "\nExample:\n  hatcheck end-sessions --person p_… --because 'the laptop is stolen'")
    .action(async (options: EndSessionsOptions) => {
      const { endSessions } = await import('../kinds/end-sessions.ts');
      await endSessions(options);
    });
  program
    .command('lift')
    .description('lift a hold')
    .argument('[hold]', 'its id, or the beginning of it')
    .option('--because <text>', 'why')
    .addOption(serverOption())
    .addHelpText('after', EXAMPLES)
    .action(async (hold: string | undefined, options: HoldOptions) => {
      const { liftHold } = await import('../kinds/holds.ts');
      await liftHold(hold, options);
    });
};
