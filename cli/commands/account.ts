import { type Command, Option } from 'commander';
import type { IdentityOptions, SessionOptions } from '../kinds/account.ts';
import type { DelegationOptions } from '../kinds/delegations.ts';
import { serverOption } from '../place.ts';

const DELEGATIONS = `
Examples:
  hatcheck delegate p_… --until +7d --because 'on holiday'
  hatcheck delegations
  hatcheck delegations --end d_AbC`;

/** What is one's own beside requests: who approves in one's place, where one is signed in, and as whom. */
export const addAccountCommands = (program: Command): void => {
  program
    .command('delegate')
    .description('let somebody else approve in your place for a time')
    .argument('<handle>', 'p_…, which hatcheck whoami tells them')
    .option('--until <time>', 'such as +7d, or 2026-12-01 09:00')
    .option('--from <time>', 'now unless said otherwise')
    .option('--because <text>', 'why')
    .addOption(serverOption())
    .addHelpText('after', DELEGATIONS)
    .action(async (to: string, options: DelegationOptions) => {
      const { delegate } = await import('../kinds/delegations.ts');
      await delegate(to, options);
    });
  program
    .command('delegations')
    .description('who may approve in whose place, of those that you gave or received')
    .option('--end [id]', 'end one, by its id or the beginning of it')
    .addOption(serverOption())
    .addHelpText('after', DELEGATIONS)
    .action(async (options: DelegationOptions) => {
      const { delegations } = await import('../kinds/delegations.ts');
      await delegations(options);
    });
  program
    .command('sessions')
    .description('where you are signed in')
    .option('--end [id]', 'end one, by its id or the beginning of it')
    .addOption(new Option('--end-others', 'end all but this one').conflicts('end'))
    .addOption(serverOption())
    .addHelpText('after', '\nExamples:\n  hatcheck sessions\n  hatcheck sessions --end-others')
    .action(async (options: SessionOptions) => {
      const { sessions } = await import('../kinds/account.ts');
      await sessions(options);
    });
  program
    .command('identities')
    .description('your identities and chat accounts that are linked; the portal links more')
    .option('--unlink [handle]', 'unlink one, by its handle or the beginning of it')
    .addOption(serverOption())
    .addHelpText('after', '\nExamples:\n  hatcheck identities\n  hatcheck identities --unlink p_AbC')
    .action(async (options: IdentityOptions) => {
      const { identities } = await import('../kinds/account.ts');
      await identities(options);
    });
};
