import { readFileSync } from 'node:fs';
import type { RolePlan } from '../../lib/config/role-template/plan.ts';
import type { Entitlement } from '../../lib/domain/entitlement.ts';
import type { TrustedBroker } from '../../lib/domain/target-role.ts';
import { Failure } from '../failure.ts';
import { type BrokerOptions, brokerOf, entitlementsOfRole } from './broker.ts';

const { rolePlan } = await import('../../lib/config/role-template/plan.ts');
const { cloudFormation } = await import('../../lib/config/role-template/cloudformation.ts');
const { terraform } = await import('../../lib/config/role-template/terraform.ts');
const { readRoles } = await import('../../lib/config/role-facts.ts');

export interface TemplateOptions extends BrokerOptions {
  readonly entitlement: string;
  readonly format: 'cloudformation' | 'terraform';
  readonly permissions?: readonly string[];
  readonly existing?: string;
}

/** The template on stdout, what a person has to know and do on stderr. @throws Failure 2; the file system's error */
export const template = (options: TemplateOptions): void => {
  const entitlements = entitlementsOfRole(options.access, options.entitlement);
  const broker = brokerOf(options, entitlements[0].account);
  const { permissions = [] } = options;
  const unfit = permissions.find((arn) => !/^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/.test(arn));
  if (unfit !== undefined) throw new Failure(2, `${unfit} is not the ARN of a managed policy`);
  // The revoker role writes policies under that path: sessions would be granted what it writes there.
  const own = permissions.find((arn) => arn.includes(':policy/hatcheck/'));
  if (own !== undefined) throw new Failure(2, `${own} stands where boundaries do, and cannot grant`);
  const plan = rolePlan(entitlements, broker, permissions);
  const there = options.existing === undefined ? [] : existing(options.existing, plan, entitlements[0].account.id);
  process.stdout.write({ cloudformation: cloudFormation, terraform }[options.format](plan));
  process.stderr.write([...steps(plan, entitlements, broker), ...tooLong(plan), ...there, ''].join('\n'));
};

const steps = (
  { role, boundary, revoker, oidcProvider }: RolePlan,
  entitlements: readonly [Entitlement, ...Entitlement[]],
  broker: TrustedBroker,
): readonly string[] => {
  const { account } = entitlements[0];
  const vias = new Set(entitlements.map(({ session }) => session.via));
  return [
    `1. Trusted entity: in account ${account.id} (${account.name}) the role trusts`,
    ...(vias.has('assumeRole')
      ? [
          `     ${broker.credentialsRoleArns.join(' and ')}, ${account.externalId === undefined ? 'with no ExternalId: access.yml gives the account none' : `with the ExternalId ${account.externalId}`}`,
        ]
      : []),
    ...(vias.has('webIdentity')
      ? [`     tokens of ${broker.issuer} for ${oidcProvider?.clientId ?? ''}, by a provider that is made with it`]
      : []),
    ...(vias.has('saml')
      ? [`     SAML responses of ${broker.issuer}: make the provider first, see hatcheck issuer metadata --help`]
      : []),
    `   for ${entitlements.map(({ id }) => id).join(', ')}, with session tags and a source identity.`,
    role.permissions.length > 0
      ? `2. Permissions: ${role.permissions.join(', ')}`
      : '2. Permissions: none yet, so that its sessions may do nothing: --permissions names managed policies.',
    `   within the boundary ${boundary.path}${boundary.name}, which Hatcheck writes through ${revoker.path}${revoker.name}.`,
    `3. Review: ${role.path}${role.name}, sessions of up to ${role.maxSessionSeconds / 60} minutes, tagged ${Object.entries(
      role.tags,
    )
      .map(([key, value]) => `${key}=${value}`)
      .join(', ')}.`,
    '   For a second role in the same account: OncePerAccount=there-already (Terraform: hatcheck_once_per_account = false).',
  ];
};

/** "IAM and AWS STS quotas": characters of a trust policy, white space not counted; 4,096 where the account asked for more. */
const MAX_TRUST_CHARACTERS = 2048;

const tooLong = ({ role }: RolePlan): readonly string[] => {
  const { length } = JSON.stringify(role.trust);
  return length > MAX_TRUST_CHARACTERS
    ? [
        `!  The trust policy has ${length} characters: IAM takes ${MAX_TRUST_CHARACTERS} unless the account's quota is raised.`,
      ]
    : [];
};

/** A role's name is its account's own, whatever path it stands under. */
const existing = (file: string, { role, revoker }: RolePlan, accountId: string): readonly string[] => {
  const roles = readRoles([readFileSync(file, 'utf8')]);
  if (!roles) throw new Failure(2, `${file} is not what aws iam list-roles or get-role prints`);
  const found = (name: string) => roles.find((each) => each.name === name && each.arn.split(':')[4] === accountId);
  const lines = [found(role.name), found(revoker.name)].flatMap((one) =>
    one
      ? [
          one.name === role.name
            ? `!  ${one.arn} is there already. Give the entitlement another role.name in access.yml; or take it over: attach the boundary, exchange its trust policy for this one (hatcheck doctor says what differs), and import it into the stack.`
            : `!  ${one.arn} is there already: OncePerAccount=there-already.`,
        ]
      : [],
  );
  return lines;
};
