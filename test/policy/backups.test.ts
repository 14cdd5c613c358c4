import { beforeAll } from '@jest/globals';
import * as laws from './backup-laws.ts';
import { arnOf, one } from './broken.ts';
import { type TemplateLaws, testTemplateLaws } from './hold.ts';
import { packaged, property } from './template.ts';

let template: unknown;
beforeAll(async () => {
  ({ template } = await packaged());
});

const mayBackUp = (...path: readonly (string | number)[]) =>
  property('BackupRole', 'Policies', 0, 'PolicyDocument', 'Statement', ...path);

const LAWS: TemplateLaws = {
  'the ledger and the identities are backed up where the stage says for how long': [
    laws.tablesAreBackedUp,
    [
      one(
        'without the identities',
        property('BackupSelection', 'BackupSelection', 'Resources', 1),
        undefined,
        'BackupSelection is another',
      ),
      one('never', ['Resources', 'BackupPlan'], undefined, 'BackupPlan is another'),
      one(
        'for ever',
        property('BackupPlan', 'BackupPlan', 'BackupPlanRule', 0, 'Lifecycle'),
        undefined,
        'BackupPlan is another',
      ),
      one('to be deleted', property('BackupVault', 'LockConfiguration'), undefined, 'BackupVault is another'),
    ],
  ],
  'nothing of it is made where it does not': [
    laws.nothingIsMadeWithoutDays,
    [
      one('a role', ['Resources', 'BackupRole', 'Condition'], undefined, 'BackupRole is always made'),
      one('a vault', ['Resources', 'BackupVault', 'Condition'], 'ExportBucketIsOurs', 'BackupVault is always made'),
      one('anything', ['Conditions', 'BackupsAreMade'], { 'Fn::Equals': ['0', '0'] }, 'backups are made of anything'),
    ],
  ],
  'who backs up does nothing else': [
    laws.whoBacksUpDoesNothingElse,
    [
      one('restores', mayBackUp(0, 'Action', '+'), 'dynamodb:RestoreTableFromBackup', 'may do something else'),
      one('reads', mayBackUp('+'), { Effect: 'Allow', Action: 'dynamodb:Scan' }, 'may do something else'),
      one('of all tables', mayBackUp(0, 'Resource'), '*', 'may do something else'),
      one(
        'for another account',
        property('BackupRole', 'AssumeRolePolicyDocument', 'Statement', 0, 'Condition'),
        undefined,
        'trusts others',
      ),
      one(
        'as AWS has it',
        property('BackupRole', 'ManagedPolicyArns'),
        ['arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup'],
        'may do what stands elsewhere',
      ),
    ],
  ],
  'a backup that fails alarms': [
    laws.aFailedBackupAlarms,
    [
      one('not', ['Resources', 'BackupFailuresAlarm'], undefined, 'nobody hears'),
      one(
        'of another vault',
        property('BackupFailuresAlarm', 'Dimensions', 0, 'Value'),
        arnOf('LedgerTable'),
        'nobody hears: Dimensions',
      ),
    ],
  ],
};

testTemplateLaws(LAWS, () => template);
