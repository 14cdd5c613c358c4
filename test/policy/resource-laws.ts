import * as z from 'zod';
import { MAX_RECEIVES } from '../../functions/on-chat-act.ts';
import { arnOf } from './broken.ts';

/** As a law, of what only the template itself says. */
export type TemplateLaw = (template: unknown) => readonly string[];

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

/** A resource's own members, and its properties. */
type Found = Readonly<Record<string, unknown>> & { readonly id: string };

const resourcesIn = (template: unknown, type: string): readonly Found[] =>
  Object.entries(templateSchema.parse(template).Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties, ...rest }]) => ({ id, ...rest, ...Properties }));

/** What of `wanted` differs, by the resource's name. */
const differences = (id: string, found: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>) =>
  Object.entries(wanted)
    .filter(([name, value]) => JSON.stringify(found[name]) !== JSON.stringify(value))
    .map(([name]) => `${id}: ${name}`);

/** Against a mistake of our own, not only against an attacker's. */
export const tablesAreKept: TemplateLaw = (template) =>
  resourcesIn(template, 'AWS::DynamoDB::Table').flatMap((table) =>
    differences(table.id, table, {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      ...(table.id === 'LedgerTable' ? { StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } } : {}),
    }),
  );

export const functionsRunOnWhatIsSupported: TemplateLaw = (template) =>
  resourcesIn(template, 'AWS::Lambda::Function').flatMap((one) =>
    differences(one.id, one, { Runtime: 'nodejs24.x', Architectures: ['arm64'] }),
  );

/** A layer runs in the function's process, or beside it with the function's credentials: docs/decisions/0042-traces-from-outside.md. */
export const nothingRunsBesideOurs: TemplateLaw = (template) =>
  resourcesIn(template, 'AWS::Lambda::Function').flatMap((one) => {
    const found = TRACERS.exec(JSON.stringify(one['Environment'] ?? {}))?.[0];
    return [
      ...differences(one.id, one, { Layers: undefined, TracingConfig: undefined }),
      ...(found === undefined ? [] : [`${one.id}: ${found}`]),
    ];
  });

/** What would have something else begin before us, or tells it how. */
const TRACERS = /AWS_LAMBDA_EXEC_WRAPPER|OTEL_|--(?:import|require|loader|experimental-loader)|-r /;

export const logsAreKeptAYear: TemplateLaw = (template) => {
  const groups = resourcesIn(template, 'AWS::Logs::LogGroup');
  return resourcesIn(template, 'AWS::Lambda::Function').flatMap((one) => {
    const group = groups.find((each) => each['LogGroupName'] === `/aws/lambda/${String(one['FunctionName'])}`);
    return group ? differences(group.id, group, { RetentionInDays: 365 }) : [`${one.id} has no log group`];
  });
};

/** Who follows the ledger, how often each tries, and where what it could not deal with ends up. A stream has no room for a third. */
const FOLLOWERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  OnLedgerEventLambdaFunction: {
    MaximumRetryAttempts: 50,
    MaximumRecordAgeInSeconds: 43_200,
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['LedgerStreamFailures', 'Arn'] } } },
  },
  // All of them have to be in the log: it tries for as long as it can be told.
  OnSequenceLambdaFunction: {
    MaximumRetryAttempts: undefined,
    MaximumRecordAgeInSeconds: 82_800,
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['LogFailures', 'Arn'] } } },
  },
};

export const theLedgerIsFollowed: TemplateLaw = (template) => {
  const stream = { 'Fn::GetAtt': ['LedgerTable', 'StreamArn'] };
  const mappings = resourcesIn(template, 'AWS::Lambda::EventSourceMapping').filter(
    ({ EventSourceArn }) => JSON.stringify(EventSourceArn) === JSON.stringify(stream),
  );
  const of = (functionId: string) =>
    mappings.filter(({ FunctionName }) => JSON.stringify(FunctionName) === JSON.stringify(arnOf(functionId)));
  if (mappings.length !== 2) return [`${mappings.length} functions follow the ledger`];
  return [
    ...Object.entries(FOLLOWERS).flatMap(([functionId, own]) =>
      of(functionId).length === 0
        ? [`${functionId} does not follow the ledger`]
        : of(functionId).flatMap((mapping) =>
            differences(functionId, mapping, {
              Enabled: true,
              BatchSize: 100,
              StartingPosition: 'TRIM_HORIZON',
              FunctionResponseTypes: ['ReportBatchItemFailures'],
              BisectBatchOnFunctionError: true,
              FilterCriteria: undefined,
              ParallelizationFactor: undefined,
              ...own,
            }),
          ),
    ),
    ...resourcesIn(template, 'AWS::Lambda::Function')
      .filter(({ id }) => id === 'OnSequenceLambdaFunction')
      .flatMap((one) => differences(one.id, one, { ReservedConcurrentExecutions: ifReserved(1) })),
    ...resourcesIn(template, 'AWS::SQS::Queue').flatMap((queue) =>
      differences(queue.id, queue, {
        SqsManagedSseEnabled: true,
        MessageRetentionPeriod: WITH_WORDS[queue.id] ?? 14 * 86_400,
      }),
    ),
  ];
};

/** Of a quota of 10, which a new account has, Lambda lets nobody reserve anything. */
const ifReserved = (most: unknown) => ({ 'Fn::If': ['ConcurrencyIsReserved', most, { Ref: 'AWS::NoValue' }] });

/** Whoever asks, approves, revokes and issues can, whatever else is flooded; and what is reserved for others is not there for them. */
export const theIssuePathHasItsOwn: TemplateLaw = (template) =>
  resourcesIn(template, 'AWS::Lambda::Function').flatMap((one) =>
    differences(one.id, one, { ReservedConcurrentExecutions: RESERVED[one.id] }),
  );

const RESERVED: Readonly<Record<string, unknown>> = {
  RequestsLambdaFunction: ifReserved(0),
  CredentialsLambdaFunction: ifReserved(0),
  OnSequenceLambdaFunction: ifReserved(1),
};

/** People's words are in them: they are kept for as long as they may be of use, in seconds. */
const WITH_WORDS: Readonly<Record<string, number>> = { ChatActs: 3600, ChatActsFailures: 86_400 };

/** Who ends sessions, role by role, what becomes of those that could not be ended, and who hears of it. */
export const revocationsAreDealtWith: TemplateLaw = (template) => {
  const of = (type: string, property: string, value: unknown) =>
    resourcesIn(template, type).filter((one) => JSON.stringify(one[property]) === JSON.stringify(value));
  const queue = { 'Fn::GetAtt': ['Revocations', 'Arn'] };
  const mappings = of('AWS::Lambda::EventSourceMapping', 'EventSourceArn', queue);
  if (mappings.length !== 1) return [`${mappings.length} functions take revocations`];
  return [
    ...mappings.flatMap((mapping) =>
      differences('the mapping', mapping, {
        FunctionName: { 'Fn::GetAtt': ['OnRevocationLambdaFunction', 'Arn'] },
        Enabled: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        FilterCriteria: undefined,
      }),
    ),
    ...resourcesIn(template, 'AWS::SQS::Queue')
      .filter(({ id }) => id === 'Revocations')
      .flatMap((one) => differences(one.id, one, { FifoQueue: true, VisibilityTimeout: 120 })),
    ...resourcesIn(template, 'AWS::Lambda::Function')
      .filter(({ id }) => id === 'OnRevocationLambdaFunction')
      .flatMap((one) => differences(one.id, one, { Timeout: 60 })),
    ...['Revocations', 'RevocationsFailures'].flatMap((id) =>
      of('AWS::CloudWatch::Alarm', 'Dimensions', [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }])
        .length > 0
        ? []
        : [`nobody hears of ${id}`],
    ),
  ];
};

/** Whoever acted in chat is told that it was not done by the last try, and only that knows that it is the last. */
export const theLastTryIsKnown: TemplateLaw = (template) =>
  resourcesIn(template, 'AWS::SQS::Queue')
    .filter(({ id }) => id === 'ChatActs')
    .flatMap((queue) =>
      differences(queue.id, queue, {
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': ['ChatActsFailures', 'Arn'] },
          maxReceiveCount: MAX_RECEIVES,
        },
      }),
    );

/** From a log line to whoever is told. */
const alarms =
  (metricName: string, logGroup: string, message: string): TemplateLaw =>
  (template) => {
    const metric = { MetricNamespace: 'hatcheck/dev', MetricName: metricName };
    const [filters, waiting] = ['AWS::Logs::MetricFilter', 'AWS::CloudWatch::Alarm'].map((type) =>
      resourcesIn(template, type),
    );
    const counts = filters?.some(
      (filter) =>
        differences('', filter, {
          LogGroupName: { Ref: logGroup },
          FilterPattern: `{ $.message = "${message}" }`,
          MetricTransformations: [{ ...metric, MetricValue: '1', Unit: 'Count' }],
        }).length === 0,
    );
    const tells = waiting?.some(
      (alarm) =>
        differences('', alarm, {
          Namespace: metric.MetricNamespace,
          MetricName: metric.MetricName,
          Statistic: 'Sum',
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        }).length === 0,
    );
    return [...(counts ? [] : [`no metric counts ${message}`]), ...(tells ? [] : [`no alarm waits for ${message}`])];
  };

export const anAlterationAlarms = alarms('LedgerAltered', 'OnLedgerEventLogGroup', 'ledger.altered');

export const anOverflowAlarms = alarms('SessionsOverflowed', 'OnRevocationLogGroup', 'sessions.overflowed');

/** From a function's own metric to whoever is told. */
const watched =
  (functionId: string, metric: string, alarm: Readonly<Record<string, unknown>>): TemplateLaw =>
  (template) =>
    resourcesIn(template, 'AWS::CloudWatch::Alarm').some(
      (each) =>
        differences('', each, {
          Namespace: 'AWS/Lambda',
          MetricName: metric,
          Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionId } }],
          ...alarm,
        }).length === 0,
    )
      ? []
      : [`nobody hears of ${metric} of ${functionId}`];

const all =
  (...laws: readonly TemplateLaw[]): TemplateLaw =>
  (template) =>
    laws.flatMap((law) => law(template));

/** That it is touched, that it is late, and that nothing is signed of it. */
export const theLogIsWatched: TemplateLaw = all(
  alarms('LogTouched', 'OnSequenceLogGroup', 'log.*'),
  alarms('CheckpointRefused', 'OnCheckpointLogGroup', 'checkpoint.*'),
  watched('OnSequenceLambdaFunction', 'IteratorAge', { Statistic: 'Maximum', Threshold: 300_000 }),
  watched('OnCheckpointLambdaFunction', 'Errors', {
    Statistic: 'Sum',
    EvaluationPeriods: 3,
    Period: 300,
    Threshold: 1,
  }),
  watched('OnCheckpointLambdaFunction', 'Invocations', {
    ...{ Statistic: 'Sum', EvaluationPeriods: 3, Period: 300 },
    ...{ ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' },
  }),
);

/** Where something may wait, somebody hears when it waits for too long; where what failed is put, as soon as something is there. */
export const everyQueueAlarms: TemplateLaw = (template) => {
  const alarms = resourcesIn(template, 'AWS::CloudWatch::Alarm');
  return resourcesIn(template, 'AWS::SQS::Queue').flatMap((queue) => {
    const metric = queue['RedrivePolicy'] ? 'ApproximateAgeOfOldestMessage' : 'ApproximateNumberOfMessagesVisible';
    const wanted = {
      Namespace: 'AWS/SQS',
      MetricName: metric,
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue.id, 'QueueName'] } }],
      Statistic: 'Maximum',
    };
    return alarms.some((alarm) => differences('', alarm, wanted).length === 0) ? [] : [`${queue.id}: no ${metric}`];
  });
};

/** That it fails, that it does not run at all, and that one thing fails in it again and again. */
export const theScheduleIsWatched: TemplateLaw = (template) => {
  const ofFunction = {
    Namespace: 'AWS/Lambda',
    Statistic: 'Sum',
    Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'OnScheduleLambdaFunction' } }],
  };
  const counted = { MetricNamespace: 'hatcheck/dev', MetricName: 'DuesFailed' };
  const wanted = [
    ['AWS::CloudWatch::Alarm', { ...ofFunction, MetricName: 'Errors', TreatMissingData: 'notBreaching' }],
    [
      'AWS::CloudWatch::Alarm',
      {
        ...ofFunction,
        ...{ MetricName: 'Invocations', ComparisonOperator: 'LessThanThreshold' },
        TreatMissingData: 'breaching',
      },
    ],
    [
      'AWS::Logs::MetricFilter',
      {
        LogGroupName: { Ref: 'OnScheduleLogGroup' },
        FilterPattern: '{ $.message = "*was not dealt with" }',
        MetricTransformations: [{ ...counted, MetricValue: '1', Unit: 'Count' }],
      },
    ],
    [
      'AWS::CloudWatch::Alarm',
      { Namespace: counted.MetricNamespace, MetricName: counted.MetricName, Statistic: 'Sum' },
    ],
  ] as const;
  return wanted.flatMap(([type, members]) =>
    resourcesIn(template, type).some((each) => differences('', each, members).length === 0)
      ? []
      : [`no ${type} of ${'MetricName' in members ? members.MetricName : 'what fails'}`],
  );
};
