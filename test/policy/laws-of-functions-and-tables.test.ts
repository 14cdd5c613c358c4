import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Broken, arnOf, one } from './broken.ts';
import * as laws from './laws.ts';
import * as ofResources from './resource-laws.ts';
import { type Compiled, packaged, property, resolved } from './template.ts';

let compiled: Compiled;
beforeAll(async () => {
  compiled = await packaged();
}, 60_000);

const trust = (principal: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
});

const LAWS: Readonly<Record<string, readonly [laws.Law, readonly Broken[]]>> = {
  'every function has a role of its own, which trusts Lambda only': [
    laws.everyFunctionHasARoleOfItsOwn,
    [
      one('two share one', property('PortalLambdaFunction', 'Role'), arnOf('TokenRole'), 'TokenRole is shared'),
      one(
        'a role is left over',
        property('PortalLambdaFunction', 'Role'),
        arnOf('TokenRole'),
        "PortalRole is nobody's",
      ),
      one(
        'another service',
        property('TokenRole', 'AssumeRolePolicyDocument'),
        trust({ Service: 'ec2.amazonaws.com' }),
        'TokenRole trusts somebody else',
      ),
      one(
        'another account too',
        property('TokenRole', 'AssumeRolePolicyDocument', 'Statement', '+'),
        { Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' },
        'TokenRole trusts somebody else',
      ),
      one(
        'a managed policy',
        property('TokenRole', 'ManagedPolicyArns'),
        ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
        'TokenRole has a policy that does not stand here',
      ),
    ],
  ],
  'no secret stands in the environment': [
    laws.noSecretStandsInTheEnvironment,
    [
      one(
        'the pepper itself',
        property('TokenLambdaFunction', 'Environment', 'Variables', 'HATCHECK_PEPPER'),
        'x'.repeat(43),
        'token has HATCHECK_PEPPER',
      ),
      one(
        'the pepper in another variable',
        property('TokenLambdaFunction', 'Environment', 'Variables', 'HATCHECK_PEPPER'),
        'env:OTHER',
        'token has HATCHECK_PEPPER',
      ),
      one(
        'the pepper for the portal',
        property('PortalLambdaFunction', 'Environment', 'Variables', 'HATCHECK_PEPPER'),
        'ssm:/hatcheck/dev/pepper',
        'portal has HATCHECK_PEPPER',
      ),
      one(
        'a key by another name',
        property('PortalLambdaFunction', 'Environment', 'Variables', 'API_KEY'),
        'x',
        'portal has API_KEY',
      ),
    ],
  ],
  'the routes are those of the contract, each at its function': [
    laws.routesAreTheContracts,
    [
      one(
        'a route is missing',
        ['Resources', 'HttpApiRouteGetHealthz'],
        undefined,
        'GET /healthz: portal by the contract, nobody in the template',
      ),
      one(
        'a route that is none',
        property('HttpApiRouteGetHealthz', 'RouteKey'),
        'GET /debug',
        'GET /debug: nobody by the contract, portal in the template',
      ),
      one(
        'another function',
        property('HttpApiRouteGetV1Me', 'Target'),
        'integrations/HttpApiIntegrationPortal',
        'GET /v1/me: signin by the contract, portal in the template',
      ),
    ],
  ],
};

const TEMPLATE_LAWS: Readonly<Record<string, readonly [ofResources.TemplateLaw, readonly Broken[]]>> = {
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
  'functions run on Node 24, arm64': [
    ofResources.functionsRunOnWhatIsSupported,
    [
      one('an older Node', property('PortalLambdaFunction', 'Runtime'), 'nodejs20.x', 'PortalLambdaFunction: Runtime'),
      one(
        'another machine',
        property('PortalLambdaFunction', 'Architectures'),
        undefined,
        'PortalLambdaFunction: Architectures',
      ),
    ],
  ],
  'nothing runs in a function but what is in its bundle': [
    ofResources.nothingRunsBesideOurs,
    [
      one(
        'a layer that traces',
        property('CredentialsLambdaFunction', 'Layers'),
        ['arn:aws:lambda:eu-west-1:111122223333:layer:telemetry:1'],
        'CredentialsLambdaFunction: Layers',
      ),
      one(
        'X-Ray',
        property('SigninLambdaFunction', 'TracingConfig'),
        { Mode: 'Active' },
        'SigninLambdaFunction: TracingConfig',
      ),
      ...[
        ['AWS_LAMBDA_EXEC_WRAPPER', '/opt/otel-handler', 'AWS_LAMBDA_EXEC_WRAPPER'],
        ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4318', 'OTEL_'],
        ['NODE_OPTIONS', '--import /opt/tracer.mjs', '--import'],
      ].map(([name = '', value, found]) =>
        one(
          `${name} with ${String(value)}`,
          property('TokenLambdaFunction', 'Environment', 'Variables', name),
          value,
          `TokenLambdaFunction: ${String(found)}`,
        ),
      ),
    ],
  ],
  'logs are kept a year': [
    ofResources.logsAreKeptAYear,
    [
      one('for ever', property('TokenLogGroup', 'RetentionInDays'), undefined, 'TokenLogGroup: RetentionInDays'),
      one(
        'wherever Lambda puts them',
        property('TokenLogGroup', 'LogGroupName'),
        '/other',
        'TokenLambdaFunction has no log group',
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
  'whoever asks, approves and issues has room of their own': [
    ofResources.theIssuePathHasItsOwn,
    [
      one(
        'shares with sign-ins',
        property('CredentialsLambdaFunction', 'ReservedConcurrentExecutions'),
        undefined,
        'CredentialsLambdaFunction: ReservedConcurrentExecutions',
      ),
      one(
        'in a new account too, where nothing can be reserved',
        property('RequestsLambdaFunction', 'ReservedConcurrentExecutions'),
        20,
        'RequestsLambdaFunction: ReservedConcurrentExecutions',
      ),
      one(
        'and so have sign-ins',
        property('SigninLambdaFunction', 'ReservedConcurrentExecutions'),
        500,
        'SigninLambdaFunction: ReservedConcurrentExecutions',
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

describe.each(Object.entries(LAWS))('%s', (_law, [law, broken]) => {
  test('holds', () => {
    expect(law(resolved(compiled.template), compiled.access)).toEqual([]);
  });

  test.each(broken)('and would not: %s', (_what, breaking, found) => {
    expect(law(resolved(breaking(compiled.template)), compiled.access).join('\n')).toContain(found);
  });
});

describe.each(Object.entries(TEMPLATE_LAWS))('%s', (_law, [law, broken]) => {
  test('holds', () => {
    expect(law(compiled.template)).toEqual([]);
  });

  test.each(broken)('and would not: %s', (_what, breaking, found) => {
    expect(law(breaking(compiled.template)).join('\n')).toContain(found);
  });
});
