import type { Command } from 'commander';
import type { MetadataOptions } from './issuer/metadata.ts';

const EXAMPLE = `
Example, with both keys, so that either may sign:
  for key in A B; do
    aws kms get-public-key --key-id "$(aws cloudformation describe-stack-resource --stack-name hatcheck-prod \\
      --logical-resource-id SamlKey$key --query StackResourceDetail.PhysicalResourceId --output text)" \\
      --query PublicKey --output text > saml-key-$key
  done
  hatcheck issuer metadata --issuer https://issuer.example.com saml-key-A saml-key-B > metadata.xml
  aws iam create-saml-provider --name hatcheck --saml-metadata-document file://metadata.xml   # in the target account`;

/** `hatcheck issuer …`: what accounts have to know of what we sign. Works without a server. */
export const addIssuerCommands = (program: Command): void => {
  program
    .command('issuer')
    .description('what AWS accounts have to know of what Hatcheck signs')
    .command('metadata')
    .description('the SAML metadata that an account makes its provider from')
    .argument('[keys...]', 'files with the public keys that sign, - for stdin', ['-'])
    .requiredOption('--issuer <url>', 'the address that Hatcheck signs by, as stages/<stage>.yml says it')
    .addHelpText('after', EXAMPLE)
    .action(async (keys: string[], options: MetadataOptions) => {
      const { metadata } = await import('./issuer/metadata.ts');
      process.stdout.write(metadata(keys, options));
    });
};
