import { type Command, Option } from 'commander';
import { type OnServer, serverOption } from '../place.ts';

export const addCredentialsCommand = (program: Command): void => {
  program
    .command('credentials')
    .description('temporary credentials of an approved request')
    .argument('<request>', 'the id of the request, r_…')
    .addOption(
      new Option('--format <format>', 'process: for credential_process in ~/.aws/config')
        .choices(['process'])
        .default('process'),
    )
    .addOption(serverOption())
    .addHelpText('after', '\nExample:\n  hatcheck credentials r_… --format process')
    .action(async (requestId: string, options: OnServer) => {
      const [{ processCredentials }, { placeOf }] = await Promise.all([
        import('../credentials.ts'),
        import('../place.ts'),
      ]);
      process.stdout.write(`${JSON.stringify(await processCredentials(await placeOf(options), requestId))}\n`);
    });
};
