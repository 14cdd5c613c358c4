import type { Command } from 'commander';
import type { DoctorOptions } from './doctor/doctor.ts';

const EXAMPLE = `
Example, with what the target account says of its roles:
  aws iam get-role --role-name Admin > admin.json
  aws iam get-account-authorization-details --filter Role LocalManagedPolicy AWSManagedPolicy > roles.json
  hatcheck doctor --broker-account 777788889999 --issuer https://issuer.example.com --role roles.json --role admin.json
  hatcheck doctor … --entitlement prod-read --action s3:ListAllMyBuckets
  AWS_PROFILE=prod hatcheck doctor … --ask-aws                            # needs iam:GetRole there, and the aws command
  AWS_PROFILE=prod hatcheck doctor … --live --action s3:ListAllMyBuckets  # and iam:GetPolicy, iam:GetPolicyVersion,
                                                                          # iam:SimulatePrincipalPolicy, iam:Get*Provider

Exit codes: 0 nothing is wrong, 1 something is, 2 wrong usage or a file that cannot be read.`;

const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** `hatcheck doctor`: works without a server, and on files without credentials. */
export const addDoctorCommand = (program: Command): void => {
  program
    .command('doctor')
    .description('what stands between an entitlement and a session of its role: which line, and what to do')
    .option('--entitlement <ids...>', 'only these')
    .option('--access <file>', 'the access policy', 'access.yml')
    .option('--role <file>', 'roles as the AWS CLI prints them; may be given more than once', collected)
    .option('--ask-aws', 'have the AWS CLI ask for the roles now, with whatever credentials it has')
    .option(
      '--live',
      'and what else the account says now: boundary, revoker role, providers, and its own simulator of policies',
    )
    .requiredOption('--broker-account <id>', 'the account that Hatcheck runs in')
    .option('--stage <stage>', 'as it is deployed', 'prod')
    .option('--standby <stage>', 'the stage that takes over, as it is deployed: to be let in as well')
    .requiredOption('--issuer <url>', 'the address that Hatcheck signs by, as stages/<stage>.yml says it')
    .option('--organization <id>', 'o-…: what the trust policies should ask for')
    .option('--action <action>', 'something that a session is to do, such as s3:GetObject')
    .option('--resource <arn>', 'on what', '*')
    .option('--strict', 'exit 1 on warnings too')
    .option('--json', 'for a program')
    .addHelpText('after', EXAMPLE)
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./doctor/doctor.ts');
      process.exitCode = await doctor(options);
    });
};
