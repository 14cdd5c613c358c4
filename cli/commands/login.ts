import type { Command } from 'commander';
import type { LoginOptions } from '../login.ts';
import { serverOption } from '../place.ts';

const EXAMPLES = `
Examples:
  hatcheck login --server https://hatcheck.example.com      # remembered for the next commands
  hatcheck login --no-browser                                # over SSH: type a code in a browser elsewhere
  hatcheck login --token-file "$ID_TOKEN_FILE"               # in a pipeline
  hatcheck login --fresh                                     # when a stronger or newer sign-in is asked for`;

export const addLoginCommand = (program: Command): void => {
  program
    .command('login')
    .description('sign in: in the browser on this machine, with a code, or with an ID token of your identity provider')
    .option('--no-browser', 'on a machine without one: type a code in a browser elsewhere')
    .option('--provider <id>', 'the identity provider, where there are several')
    .option('--fresh', 'prove anew who you are, and fetch your groups anew')
    .option('--token-file <file>', 'where an ID token is, - for stdin; read again when the sign-in is over')
    .option('--aws', 'as the IAM role whose credentials are here: on Lambda, EC2, ECS, or in the environment')
    .option('--region <region>', 'with --aws: whose STS says which role that is; AWS_REGION unless said otherwise')
    .option('--audience <audience>', 'with --aws: as access.yml has it; the host of the server unless said otherwise')
    .addOption(serverOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: LoginOptions, command: Command) => {
      const { login } = await import('../login.ts');
      await login(options, command.getOptionValueSource('server') === 'cli');
    });
};
