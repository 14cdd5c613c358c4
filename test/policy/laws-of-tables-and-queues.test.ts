import { beforeAll } from '@jest/globals';
import { arnOf, one } from './broken.ts';
import { type TemplateLaws, testTemplateLaws } from './hold.ts';
import * as ofResources from './resource-laws.ts';
import { type Compiled, packaged, property } from './template.ts';

let compiled: Compiled;
beforeAll(async () => {
  compiled = await packaged();
});

const LAWS: TemplateLaws = {
  'tables are kept, and the ledger has its stream': [
    ofResources.tablesAreKept,
    [
      one(
        'deleted with the stack',
        ['Resources', 'LedgerTable', 'DeletionPolicy'],
        'Delete',
        'LedgerTable: DeletionPolicy',
      ),
      one('replaced', ['Resources', 'IndexTable', 'UpdateReplacePolicy'], undefined, 'IndexTable: UpdateReplacePolicy'),
      one(
        'not protected',
        property('LedgerTable', 'DeletionProtectionEnabled'),
        false,
        'LedgerTable: DeletionProtectionEnabled',
      ),
      one(
        'no recovery',
        property('LedgerTable', 'PointInTimeRecoverySpecification'),
        undefined,
        'LedgerTable: PointInTimeRecoverySpecification',
      ),
      one(
        'not encrypted',
        property('IdentityTable', 'SSESpecification', 'SSEEnabled'),
        false,
        'IdentityTable: SSESpecification',
      ),
      one(
        'new images only',
        property('LedgerTable', 'StreamSpecification', 'StreamViewType'),
        'NEW_IMAGE',
        'LedgerTable: StreamSpecification',
      ),
    ],
  ],
  'the ledger is followed, whatever fails': [
    ofResources.theLedgerIsFollowed,
    [
      one(
        'by nobody',
        ['Resources', 'OnLedgerEventEventSourceMappingDynamodbLedgerTable'],
        undefined,
        '1 functions follow the ledger',
      ),
      one(
        'by one of them only',
        property('OnSequenceEventSourceMappingDynamodbLedgerTable', 'FunctionName'),
        arnOf('OnLedgerEventLambdaFunction'),
        'OnSequenceLambdaFunction does not follow the ledger',
      ),
      one(
        'by two sequencers at once',
        property('OnSequenceLambdaFunction', 'ReservedConcurrentExecutions'),
        2,
        'OnSequenceLambdaFunction: ReservedConcurrentExecutions',
      ),
      ...(
        [
          ['with an end to the tries', 'MaximumRetryAttempts', 50],
          ['out of order', 'ParallelizationFactor', 10],
          ['then not in the log, and nobody knows', 'DestinationConfig', undefined],
        ] as const
      ).map(([what, name, value]) =>
        one(
          what,
          property('OnSequenceEventSourceMappingDynamodbLedgerTable', name),
          value,
          `OnSequenceLambdaFunction: ${name}`,
        ),
      ),
      ...(
        [
          ['not now', 'Enabled', false],
          ['from now on only', 'StartingPosition', 'LATEST'],
          ['all or nothing', 'FunctionResponseTypes', undefined],
          ['for ever', 'MaximumRetryAttempts', -1],
          ['then forgotten', 'DestinationConfig', undefined],
          [
            'but for what a filter leaves out',
            'FilterCriteria',
            { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
          ],
        ] as const
      ).map(([what, name, value]) =>
        one(
          what,
          property('OnLedgerEventEventSourceMappingDynamodbLedgerTable', name),
          value,
          `OnLedgerEventLambdaFunction: ${name}`,
        ),
      ),
      one(
        'by another function',
        property('OnLedgerEventEventSourceMappingDynamodbLedgerTable', 'FunctionName'),
        arnOf('PortalLambdaFunction'),
        'OnLedgerEventLambdaFunction does not follow the ledger',
      ),
      one(
        'a queue in the clear',
        property('LedgerStreamFailures', 'SqsManagedSseEnabled'),
        false,
        'LedgerStreamFailures: SqsManagedSseEnabled',
      ),
      one(
        'a queue of four days',
        property('LedgerStreamFailures', 'MessageRetentionPeriod'),
        undefined,
        'LedgerStreamFailures: MessageRetentionPeriod',
      ),
    ],
  ],
  'revocations are dealt with, whatever fails': [
    ofResources.revocationsAreDealtWith,
    [
      one(
        'by nobody',
        ['Resources', 'OnRevocationEventSourceMappingSQSRevocations'],
        undefined,
        '0 functions take revocations',
      ),
      one(
        'by another function',
        property('OnRevocationEventSourceMappingSQSRevocations', 'FunctionName'),
        arnOf('PortalLambdaFunction'),
        'the mapping: FunctionName',
      ),
      one(
        'all or nothing',
        property('OnRevocationEventSourceMappingSQSRevocations', 'FunctionResponseTypes'),
        undefined,
        'the mapping: FunctionResponseTypes',
      ),
      one('two writers of a role at once', property('Revocations', 'FifoQueue'), false, 'Revocations: FifoQueue'),
      one('not before long', property('Revocations', 'VisibilityTimeout'), 3600, 'Revocations: VisibilityTimeout'),
      one('told twice at once', property('Revocations', 'VisibilityTimeout'), 60, 'Revocations: VisibilityTimeout'),
      one('unheard', ['Resources', 'RevocationsLateAlarm'], undefined, 'nobody hears of Revocations'),
      one(
        'given up unheard',
        ['Resources', 'RevocationsFailuresAlarm'],
        undefined,
        'nobody hears of RevocationsFailures',
      ),
    ],
  ],
  'the last try at what was said in chat is known to be the last': [
    ofResources.theLastTryIsKnown,
    [
      one('one more', property('ChatActs', 'RedrivePolicy', 'maxReceiveCount'), 6, 'ChatActs: RedrivePolicy'),
      one('none', property('ChatActs', 'RedrivePolicy'), undefined, 'ChatActs: RedrivePolicy'),
    ],
  ],
  'an overflow alarms': [
    ofResources.anOverflowAlarms,
    [
      one(
        'another message',
        property('SessionsOverflowedFilter', 'FilterPattern'),
        'ERROR',
        'no metric counts sessions.overflowed',
      ),
      one('no alarm', ['Resources', 'SessionsOverflowedAlarm'], undefined, 'no alarm waits for sessions.overflowed'),
    ],
  ],
  'an alteration alarms': [
    ofResources.anAlterationAlarms,
    [
      one(
        'another log',
        property('LedgerAlteredFilter', 'LogGroupName'),
        { Ref: 'TokenLogGroup' },
        'no metric counts ledger.altered',
      ),
      one(
        'another message',
        property('LedgerAlteredFilter', 'FilterPattern'),
        'ERROR',
        'no metric counts ledger.altered',
      ),
      one('another metric', property('LedgerAlteredAlarm', 'MetricName'), 'Other', 'no alarm waits for ledger.altered'),
    ],
  ],
  'the log is watched': [
    ofResources.theLogIsWatched,
    [
      one('touched, unheard', property('LogTouchedFilter', 'FilterPattern'), 'ERROR', 'no metric counts log.*'),
      one('refused, unheard', ['Resources', 'CheckpointRefusedAlarm'], undefined, 'no alarm waits for checkpoint.*'),
      one('late', property('LogLateAlarm', 'MetricName'), 'Errors', 'nobody hears of IteratorAge'),
      one('not signed', ['Resources', 'CheckpointMissingAlarm'], undefined, 'nobody hears of Errors'),
      one('not run', property('CheckpointSilentAlarm', 'TreatMissingData'), 'notBreaching', 'hears of Invocations'),
    ],
  ],
  'every queue alarms': [
    ofResources.everyQueueAlarms,
    [
      one('what waits', ['Resources', 'NoticesLateAlarm'], undefined, 'Notices: no ApproximateAgeOfOldestMessage'),
      one(
        'what failed, counted by another queue',
        property('NoticesFailuresAlarm', 'Dimensions', 0, 'Value'),
        { 'Fn::GetAtt': ['Notices', 'QueueName'] },
        'NoticesFailures: no ApproximateNumberOfMessagesVisible',
      ),
    ],
  ],
  'the schedule is watched': [
    ofResources.theScheduleIsWatched,
    [
      one('its errors', ['Resources', 'OnScheduleErrorsAlarm'], undefined, 'AWS::CloudWatch::Alarm of Errors'),
      one(
        'silence that breaks nothing',
        property('OnScheduleSilentAlarm', 'TreatMissingData'),
        'notBreaching',
        'AWS::CloudWatch::Alarm of Invocations',
      ),
      one(
        'another message',
        property('OnScheduleFailuresFilter', 'FilterPattern'),
        'ERROR',
        'AWS::Logs::MetricFilter of what fails',
      ),
      one('nobody told', property('OnScheduleFailuresAlarm', 'MetricName'), 'Other', 'Alarm of DuesFailed'),
    ],
  ],
};

testTemplateLaws(LAWS, () => compiled.template);
