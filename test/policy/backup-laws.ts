import * as z from 'zod';
import { arnOf } from './broken.ts';
import type { TemplateLaw } from './resource-laws.ts';

const resource = z.object({ Type: z.string(), Condition: z.string().optional(), Properties: z.unknown() });

const templateSchema = z.object({
  Conditions: z.record(z.string(), z.unknown()),
  Resources: z.record(z.string(), resource),
});

const TABLES = ['LedgerTable', 'IdentityTable'].map(arnOf);

/** What each of a stage that sets no days is like; the numbers are its own. */
const WANTED: Readonly<Record<string, unknown>> = {
  BackupVault: { BackupVaultName: 'hatcheck-dev', LockConfiguration: { MinRetentionDays: 0 } },
  BackupPlan: {
    BackupPlan: {
      BackupPlanName: 'hatcheck-dev',
      BackupPlanRule: [
        {
          RuleName: 'daily',
          TargetBackupVault: { Ref: 'BackupVault' },
          ScheduleExpression: 'cron(0 3 ? * * *)',
          Lifecycle: { DeleteAfterDays: 0 },
        },
      ],
    },
  },
  BackupSelection: {
    BackupPlanId: { Ref: 'BackupPlan' },
    BackupSelection: { SelectionName: 'tables', IamRoleArn: arnOf('BackupRole'), Resources: TABLES },
  },
};

/** Of the two tables that nothing else could make anew, for as long as the stage says, in a vault that keeps them for that long. */
export const tablesAreBackedUp: TemplateLaw = (template) => {
  const { Resources } = templateSchema.parse(template);
  return Object.entries(WANTED)
    .filter(([id, wanted]) => JSON.stringify(Resources[id]?.Properties) !== JSON.stringify(wanted))
    .map(([id]) => `${id} is another`);
};

/** A stage without days has no vault, and no role that nobody uses. */
export const nothingIsMadeWithoutDays: TemplateLaw = (template) => {
  const { Conditions, Resources } = templateSchema.parse(template);
  const none = JSON.stringify({ 'Fn::Not': [{ 'Fn::Equals': ['0 days', '0 days'] }] });
  return [
    ...(JSON.stringify(Conditions['BackupsAreMade']) === none ? [] : ['backups are made of anything']),
    ...Object.entries(Resources)
      .filter(([id, { Type, Condition }]) => isOfBackups(id, Type) && Condition !== 'BackupsAreMade')
      .map(([id]) => `${id} is always made`),
  ];
};

const isOfBackups = (id: string, type: string): boolean => type.startsWith('AWS::Backup::') || id.startsWith('Backup');

const roleSchema = z.object({
  AssumeRolePolicyDocument: z.object({ Statement: z.array(z.unknown()) }),
  ManagedPolicyArns: z.array(z.unknown()).optional(),
  Policies: z.array(z.object({ PolicyDocument: z.object({ Statement: z.array(z.unknown()) }) })),
});

const TRUST = {
  Effect: 'Allow',
  Principal: { Service: 'backup.amazonaws.com' },
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
};

const MAY = {
  Sid: 'BackUpTables',
  Effect: 'Allow',
  Action: ['DescribeTable', 'CreateBackup', 'StartAwsBackupJob', 'ListTagsOfResource'].map((of) => `dynamodb:${of}`),
  Resource: TABLES,
};

/** It reads no item, restores nothing, deletes nothing. */
export const whoBacksUpDoesNothingElse: TemplateLaw = (template) => {
  const role = roleSchema.parse(templateSchema.parse(template).Resources['BackupRole']?.Properties);
  const may = role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  return [
    ...(JSON.stringify(role.AssumeRolePolicyDocument.Statement) === JSON.stringify([TRUST]) ? [] : ['trusts others']),
    ...(JSON.stringify(may) === JSON.stringify([MAY]) ? [] : ['may do something else']),
    ...(role.ManagedPolicyArns ? ['may do what stands elsewhere'] : []),
  ];
};

export const aFailedBackupAlarms: TemplateLaw = (template) => {
  const wanted = {
    Namespace: 'AWS/Backup',
    MetricName: 'NumberOfBackupJobsFailed',
    Dimensions: [{ Name: 'BackupVaultName', Value: { Ref: 'BackupVault' } }],
  };
  const alarm = z
    .record(z.string(), z.unknown())
    .safeParse(templateSchema.parse(template).Resources['BackupFailuresAlarm']?.Properties).data;
  return Object.entries(wanted)
    .filter(([name, value]) => JSON.stringify(alarm?.[name]) !== JSON.stringify(value))
    .map(([name]) => `nobody hears: ${name}`);
};
