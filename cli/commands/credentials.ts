import { type Command, Option } from 'commander';
import type { CredentialFormat } from '../credential-formats.ts';
import { type OnServer, serverOption } from '../place.ts';

const EXAMPLES = `
Examples:
  eval "$(hatcheck credentials prod-read --format env)"
  hatcheck credentials prod-read --format fish | source
  hatcheck credentials prod-read --format powershell | Out-String | Invoke-Expression
  credential_process = hatcheck credentials prod-read --format process      # in ~/.aws/config; see hatcheck configure

It never asks for anything, and says nothing but credentials on stdout. They are kept until they end.`;

export const addCredentialsCommand = (program: Command): void => {
  program
    .command('credentials')
    .description('temporary credentials of an approved request, or of what you are granted of an entitlement')
    .argument('<entitlement>', 'its id; or that of a request, r_…')
    .addOption(
      new Option('--format <format>', 'for credential_process in ~/.aws/config, or for a shell')
        .choices(['process', 'env', 'fish', 'powershell', 'json'] satisfies CredentialFormat[])
        .default('process'),
    )
    .addOption(serverOption())
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .addHelpText('after', EXAMPLES)
    .action(async (wanted: string, { format, ...options }: OnServer & { format: CredentialFormat }) => {
      const [{ processCredentials }, { CREDENTIAL_FORMATS }, { placeOf }] = await Promise.all([
        import('../credentials.ts'),
        import('../credential-formats.ts'),
        import('../place.ts'),
      ]);
      const credentials = await processCredentials(await placeOf(options), wanted);
      process.stdout.write(CREDENTIAL_FORMATS[format](credentials));
    });
};
