import { type Command, Option } from 'commander';
import type { Partition } from '../lib/domain/entitlement.ts';
import { Failure } from './failure.ts';

const EXAMPLE = `
Example, in the management account of the organization:
  hatcheck guard --issuer https://issuer.example.com \\
    --maker 'arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Accounts_*' > guard.json

Makers are whoever creates roles and boundaries of \`hatcheck role template\`: docs/operations.md, "What an organisation forbids besides".`;

interface GuardOptions {
  readonly issuer: string;
  readonly maker: readonly string[];
  readonly partition: Partition;
}

/** Stars for account and part of a name, as an organization's role sets have them; not for every role there is. */
const MAKER = /^arn:aws[a-z-]*:iam::(?:\d{12}|\*):role\/(?=[^*?]*[\w+=,.@-])[\w+=,.@/*?-]+$/;

/** `hatcheck guard`: works without a server. */
export const addGuardCommand = (program: Command): void => {
  program
    .command('guard')
    .description('a service control policy to keep: nobody else changes what Hatcheck has in the accounts')
    .requiredOption('--issuer <url>', 'the address that Hatcheck signs by, as stages/<stage>.yml says it')
    .requiredOption('--maker <arns...>', 'roles that make what Hatcheck needs in an account; patterns count')
    .addOption(
      new Option('--partition <partition>', 'where the accounts are')
        .choices(['aws', 'aws-us-gov', 'aws-cn'])
        .default('aws'),
    )
    .addHelpText('after', EXAMPLE)
    .action(async ({ issuer, maker: makers, partition }: GuardOptions) => {
      const { secureUrl } = await import('../lib/config/web-address.ts');
      const { organisationGuard } = await import('../lib/domain/organisation-guard.ts');
      if (secureUrl(issuer)?.origin !== issuer)
        throw new Failure(2, '--issuer must be an origin such as https://issuer.example.com, without a path');
      const unfit = makers.find((arn) => !MAKER.test(arn));
      if (unfit !== undefined) throw new Failure(2, `${unfit} is not the ARN of a role, nor a pattern of some`);
      process.stdout.write(`${JSON.stringify(organisationGuard({ partition, issuer, makers }), null, 2)}\n`);
    });
};
