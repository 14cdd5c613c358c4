import { readFileSync } from 'node:fs';
import type { Deed } from '../../lib/config/doctor/diagnose.ts';
import type { Finding } from '../../lib/config/doctor/finding.ts';
import type { RoleFacts } from '../../lib/config/role-facts.ts';
import type { Entitlement } from '../../lib/domain/entitlement.ts';
import type { TrustedBroker } from '../../lib/domain/target-role.ts';
import { Failure } from '../failure.ts';
import { loadPolicy } from '../policy/load.ts';
import { bold, counted, green, red, say, sayJson, yellow } from '../print.ts';
import { type BrokerOptions, brokerOf } from '../role/broker.ts';
import { askAws } from './ask-aws.ts';

const { accountOfCaller, askAccount } = await import('./ask-account.ts');
const { diagnose } = await import('../../lib/config/doctor/diagnose.ts');
const { readRoles } = await import('../../lib/config/role-facts.ts');
const { roleName } = await import('../../lib/domain/boundary.ts');

export interface DoctorOptions extends BrokerOptions {
  readonly entitlement?: readonly string[];
  readonly role?: readonly string[];
  readonly askAws?: boolean;
  readonly live?: boolean;
  readonly action?: string;
  readonly resource: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

interface Diagnosis {
  readonly entitlementId: string;
  readonly roleArn: string;
  readonly findings: readonly Finding[];
}

/** @returns the exit code: 1 with a fault, or with a warning where `strict`. @throws Failure 2; the file system's error */
export const doctor = async (options: DoctorOptions): Promise<0 | 1> => {
  const entitlements = chosen(options);
  const asking = await lookingAt(options);
  const roles = await rolesSeen(options, entitlements, asking);
  const deed = deedOf(options);
  const diagnoses: Diagnosis[] = [];
  // One after the other, so that what is asked of AWS stays below what it takes at once.
  for (const entitlement of entitlements) {
    const findings = await findingsOf(entitlement, brokerOf(options, entitlement.account), { roles, deed, asking });
    diagnoses.push({ entitlementId: entitlement.id, roleArn: entitlement.roleArn, findings });
  }
  const { json = false, strict = false } = options;
  if (json) sayJson({ entitlements: diagnoses });
  else for (const diagnosis of diagnoses) tell(diagnosis);
  const levels = diagnoses.flatMap(({ findings }) => findings.map(({ level }) => level));
  return levels.includes('fault') || (strict && levels.length > 0) ? 1 : 0;
};

/** The account that is asked as it is now, where one is. */
const lookingAt = async ({ role: files = [], askAws: ask = false, live = false }: DoctorOptions) => {
  if (files.length === 0 && !ask && !live)
    throw new Failure(2, 'say what to look at: --role FILE, --ask-aws, or --live');
  return live ? accountOfCaller() : undefined;
};

const rolesSeen = async (
  { role: files = [], askAws: ask = false }: DoctorOptions,
  entitlements: readonly Entitlement[],
  asking: string | undefined,
): Promise<readonly RoleFacts[]> => {
  const read = files.map((file) => readFileSync(file, 'utf8'));
  const inReach = entitlements.filter(({ account }) => asking === undefined || account.id === asking);
  const isAsked = ask || asking !== undefined;
  const asked = isAsked ? await askAws(inReach.map(({ roleArn }) => roleName(roleArn))) : [];
  const roles = readRoles([...read, ...asked]);
  if (roles) return roles;
  throw new Failure(
    2,
    'a file of --role is not what aws iam get-role, list-roles or get-account-authorization-details prints',
  );
};

const deedOf = ({ action, resource }: DoctorOptions): Deed | undefined => {
  if (action !== undefined && !/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action))
    throw new Failure(2, '--action must be one action, such as s3:GetObject');
  return action === undefined ? undefined : { action, resource };
};

interface Known {
  readonly roles: readonly RoleFacts[];
  readonly deed: Deed | undefined;
  readonly asking: string | undefined;
}

const findingsOf = async (
  entitlement: Entitlement,
  broker: TrustedBroker,
  { roles, deed, asking }: Known,
): Promise<readonly Finding[]> => {
  const { account, roleArn } = entitlement;
  const isKnown = roles.some(({ arn }) => arn === roleArn);
  if (asking === undefined || (asking !== account.id && isKnown)) return diagnose(entitlement, broker, roles, deed);
  if (asking !== account.id) return [outOfReach(entitlement, asking)];
  const seen = isKnown ? await askAccount(entitlement, broker, deed) : 'gone';
  return diagnose(entitlement, broker, roles, deed, seen);
};

const outOfReach = ({ account: { id, name } }: Entitlement, asking: string): Finding => ({
  ...{ level: 'warning', line: 'account' },
  what: `the credentials at hand are of account ${asking}: nothing was asked of ${id} (${name})`,
  fix: `the same with credentials of ${id}, as by AWS_PROFILE`,
});

const chosen = ({ access, entitlement: ids }: DoctorOptions): readonly Entitlement[] => {
  const { entitlements } = loadPolicy(access);
  const unknown = ids?.find((id) => !entitlements.some((each) => each.id === id));
  if (unknown !== undefined) throw new Failure(2, `${access} has no entitlement ${unknown}`);
  return entitlements.filter(({ id }) => ids?.includes(id) ?? true);
};

const tell = ({ entitlementId, roleArn, findings }: Diagnosis): void => {
  const faults = findings.filter(({ level }) => level === 'fault').length;
  const warnings = findings.length - faults;
  const outcome =
    findings.length === 0 ? green('well') : `${counted(faults, 'fault')}, ${counted(warnings, 'warning')}`;
  say(`${bold(entitlementId)} ${roleArn}: ${outcome}`);
  for (const { level, line, what, fix } of findings) {
    say(`  ${level === 'fault' ? red(level) : yellow(level)} [${line}] ${what}`);
    say(`    fix: ${fix}`);
  }
};
