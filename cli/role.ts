import { type Command, Option } from 'commander';
import { Failure } from './failure.ts';
import type { AllOptions } from './role/all-templates.ts';
import type { TemplateOptions } from './role/template.ts';

const EXAMPLE = `
Example:
  aws iam list-roles > roles.json                                        # in the target account
  hatcheck role template --entitlement prod-read --broker-account 777788889999 --stage prod \\
    --issuer https://issuer.example.com --permissions arn:aws:iam::aws:policy/ReadOnlyAccess \\
    --existing roles.json > prod-read.json
  aws cloudformation deploy --stack-name hatcheck-prod-read --template-file prod-read.json \\
    --capabilities CAPABILITY_NAMED_IAM                                  # in the target account

Every account at once, one stack each, with the command of each:
  hatcheck role template --all target-accounts --broker-account 777788889999 --issuer https://issuer.example.com

What is left to be done stands on stderr.`;

type Options = Partial<Pick<TemplateOptions, 'entitlement'> & Pick<AllOptions, 'all'>> &
  Omit<TemplateOptions, 'entitlement'>;

/** `hatcheck role …`: what a target account needs. Works on files alone, without a server. */
export const addRoleCommands = (program: Command): void => {
  program
    .command('role')
    .description('what a target account makes so that a role can be lent')
    .command('template')
    .description('the role of an entitlement, its boundary and the account’s revoker role, ready to be made')
    .option('--entitlement <id>', 'as access.yml names it')
    .option('--all <folder>', 'every role of every account instead: a CloudFormation template an account')
    .option('--access <file>', 'the access policy', 'access.yml')
    .addOption(
      new Option('--format <format>', 'what makes them')
        .choices(['cloudformation', 'terraform'])
        .default('cloudformation'),
    )
    .requiredOption('--broker-account <id>', 'the account that Hatcheck runs in')
    .option('--stage <stage>', 'as it is deployed', 'prod')
    .option('--standby <stage>', 'the stage that takes over, as it is deployed: let in as well')
    .requiredOption('--issuer <url>', 'the address that Hatcheck signs by, as stages/<stage>.yml says it')
    .option('--organization <id>', 'o-…: let in nobody from outside of it')
    .option('--permissions <arns...>', 'managed policies: what the sessions may do')
    .option('--existing <file>', 'the roles of the account as `aws iam list-roles` prints them')
    .addHelpText('after', EXAMPLE)
    .action(async ({ entitlement, all, ...options }: Options) => {
      if (entitlement !== undefined && all === undefined) {
        const { template } = await import('./role/template.ts');
        template({ entitlement, ...options });
      } else if (all !== undefined && entitlement === undefined && isForAll(options)) {
        const { allTemplates } = await import('./role/all-templates.ts');
        allTemplates({ all, ...options });
      } else
        throw new Failure(2, 'either --entitlement, or --all without --permissions, --existing and --format terraform');
    });
};

/** What is said of one role makes no sense of all. */
const isForAll = ({ permissions, existing, format }: Pick<Options, 'permissions' | 'existing' | 'format'>): boolean =>
  permissions === undefined && existing === undefined && format === 'cloudformation';
