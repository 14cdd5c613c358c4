import type { Command } from 'commander';
import type { ConfigureOptions } from '../aws-config/configure.ts';
import { serverOption } from '../place.ts';

const EXAMPLES = `
Examples:
  hatcheck configure --region eu-west-1 && aws --profile prod-read s3 ls
  hatcheck configure prod-read prod-admin --prefix work-
  hatcheck configure --remove

It writes between two marks in the AWS configuration (AWS_CONFIG_FILE, else ~/.aws/config), and leaves alone what stands outside of them.
A profile gives credentials while there is a grant; it does not ask for one.`;

export const addConfigureCommand = (program: Command): void => {
  program
    .command('configure')
    .description('profiles for the AWS CLI and the SDKs, one an entitlement, by credential_process')
    .argument('[entitlements...]', 'only these; yours all unless said otherwise')
    .option('--prefix <text>', 'put before each profile’s name', '')
    .option('--region <region>', 'the profiles’ region')
    .option('--remove', 'take away what it wrote')
    .addOption(serverOption())
    .addHelpText('after', EXAMPLES)
    .action(async (ids: string[], options: ConfigureOptions) => {
      const { configure } = await import('../aws-config/configure.ts');
      await configure(ids, options);
    });
};
