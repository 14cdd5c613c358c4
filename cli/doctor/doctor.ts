import { readFileSync } from 'node:fs';
import type { Finding } from '../../lib/config/doctor/finding.ts';
import type { Entitlement } from '../../lib/domain/entitlement.ts';
import { Failure } from '../failure.ts';
import { loadPolicy } from '../policy/load.ts';
import { bold, counted, green, red, say, sayJson, yellow } from '../print.ts';
import { type BrokerOptions, brokerOf } from '../role/broker.ts';
import { askAws } from './ask-aws.ts';

const { diagnose } = await import('../../lib/config/doctor/diagnose.ts');
const { readRoles } = await import('../../lib/config/role-facts.ts');
const { roleName } = await import('../../lib/domain/boundary.ts');

export interface DoctorOptions extends BrokerOptions {
  readonly entitlement?: readonly string[];
  readonly role?: readonly string[];
  readonly askAws?: boolean;
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
  const { role: files = [], askAws: ask = false } = options;
  if (files.length === 0 && !ask) throw new Failure(2, 'say what to look at: --role FILE, or --ask-aws');
  const read = files.map((file) => readFileSync(file, 'utf8'));
  const asked = ask ? await askAws(entitlements.map(({ roleArn }) => roleName(roleArn))) : [];
  const roles = readRoles([...read, ...asked]);
  if (!roles)
    throw new Failure(
      2,
      'a file of --role is not what aws iam get-role, list-roles or get-account-authorization-details prints',
    );
  const { action, resource, json = false, strict = false } = options;
  if (action !== undefined && !/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action))
    throw new Failure(2, '--action must be one action, such as s3:GetObject');
  const diagnoses = entitlements.map((entitlement): Diagnosis => ({
    ...{ entitlementId: entitlement.id, roleArn: entitlement.roleArn },
    findings: diagnose(
      entitlement,
      brokerOf(options, entitlement.account),
      roles,
      action === undefined ? undefined : { action, resource },
    ),
  }));
  if (json) sayJson({ entitlements: diagnoses });
  else for (const diagnosis of diagnoses) tell(diagnosis);
  const levels = diagnoses.flatMap(({ findings }) => findings.map(({ level }) => level));
  return levels.includes('fault') || (strict && levels.length > 0) ? 1 : 0;
};

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
