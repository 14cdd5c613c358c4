import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RolePlan } from '../../lib/config/role-template/plan.ts';
import type { Account, Entitlement } from '../../lib/domain/entitlement.ts';
import { Failure } from '../failure.ts';
import { loadPolicy } from '../policy/load.ts';
import { type BrokerOptions, brokerOf } from './broker.ts';

const { rolePlan } = await import('../../lib/config/role-template/plan.ts');
const { accountCloudFormation, permissionsParameter, MAX_ROLES_IN_A_STACK } =
  await import('../../lib/config/role-template/cloudformation.ts');

export interface AllOptions extends BrokerOptions {
  /** The folder that they are written to, one an account. */
  readonly all: string;
}

/** "AWS CloudFormation quotas": bytes of a template that is sent along; a longer one is fetched from a bucket. */
const MAX_BYTES_SENT = 51_200;

/** Writes a template an account, and says on stdout how each is deployed. @throws Failure 2; the file system's error */
export const allTemplates = (options: AllOptions): void => {
  const { entitlements } = loadPolicy(options.access);
  const accounts = Map.groupBy(entitlements, ({ account }) => account.id);
  mkdirSync(options.all, { recursive: true });
  for (const lent of accounts.values()) {
    const { account } = lent[0] ?? {};
    if (account) process.stdout.write(`${forAccount(account, lent, options).join('\n')}\n\n`);
  }
  process.stderr.write(
    [
      `${accounts.size} accounts. Each Permissions… takes ARNs of managed policies, with commas between: without any, sessions of the role may do nothing.`,
      'Then, with the same credentials: hatcheck doctor --live says whether it is as it should be.',
      '',
    ].join('\n'),
  );
};

const forAccount = (account: Account, lent: readonly Entitlement[], options: AllOptions): readonly string[] => {
  const broker = brokerOf(options, account);
  const [first, ...others] = [...Map.groupBy(lent, ({ roleArn }) => roleArn).values()].map((ofRole) =>
    rolePlan(ofRole, broker, []),
  );
  if (!first || others.length >= MAX_ROLES_IN_A_STACK)
    throw new Failure(2, `${account.name} lends more roles than a stack holds`, {
      next: '--entitlement makes them one by one',
    });
  const plans = [first, ...others] as const;
  const file = join(options.all, `${account.name}.json`);
  const text = accountCloudFormation(account.name, plans);
  writeFileSync(file, text);
  return [
    `# ${account.name}, ${account.id}: ${plans.map(({ role }) => role.name).join(', ')}`,
    ...(lent.some(({ session }) => session.via === 'saml')
      ? ['# Its SAML provider is made first: hatcheck issuer metadata --help']
      : []),
    ...command(plans, [
      `aws cloudformation deploy --region ${account.region} --stack-name hatcheck-${options.stage}-roles`,
      `  --template-file ${file} --capabilities CAPABILITY_NAMED_IAM`,
      ...(Buffer.byteLength(text) > MAX_BYTES_SENT ? ['  --s3-bucket BUCKET_OF_THAT_ACCOUNT'] : []),
    ]),
  ];
};

/** On several lines, as a shell takes them. */
const command = (plans: readonly RolePlan[], lines: readonly string[]): readonly string[] => {
  const all = [...lines, '  --parameter-overrides', ...plans.map((plan) => `    ${permissionsParameter(plan)}=ARN,…`)];
  return all.map((line, at) => (at === all.length - 1 ? line : `${line} \\`));
};
