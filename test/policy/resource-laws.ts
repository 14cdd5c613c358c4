import * as z from 'zod';

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

export const logsAreKeptAYear: TemplateLaw = (template) => {
  const groups = resourcesIn(template, 'AWS::Logs::LogGroup');
  return resourcesIn(template, 'AWS::Lambda::Function').flatMap((one) => {
    const group = groups.find((each) => each['LogGroupName'] === `/aws/lambda/${String(one['FunctionName'])}`);
    return group ? differences(group.id, group, { RetentionInDays: 365 }) : [`${one.id} has no log group`];
  });
};

/** Who follows the ledger, how, and where what it could not deal with ends up. */
export const theLedgerIsFollowed: TemplateLaw = (template) => {
  const mappings = resourcesIn(template, 'AWS::Lambda::EventSourceMapping');
  if (mappings.length !== 1) return [`${mappings.length} functions follow something`];
  return [
    ...mappings.flatMap((mapping) =>
      differences('the mapping', mapping, {
        EventSourceArn: { 'Fn::GetAtt': ['LedgerTable', 'StreamArn'] },
        FunctionName: { 'Fn::GetAtt': ['OnLedgerEventLambdaFunction', 'Arn'] },
        Enabled: true,
        BatchSize: 100,
        StartingPosition: 'TRIM_HORIZON',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 50,
        MaximumRecordAgeInSeconds: 43_200,
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['LedgerStreamFailures', 'Arn'] } } },
        FilterCriteria: undefined,
      }),
    ),
    ...resourcesIn(template, 'AWS::SQS::Queue').flatMap((queue) =>
      differences(queue.id, queue, { SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 }),
    ),
  ];
};

/** From the log line to whoever is told. */
export const anAlterationAlarms: TemplateLaw = (template) => {
  const metric = { MetricNamespace: 'hatcheck/dev', MetricName: 'LedgerAltered' };
  const [filters, alarms] = ['AWS::Logs::MetricFilter', 'AWS::CloudWatch::Alarm'].map((type) =>
    resourcesIn(template, type),
  );
  const counts = filters?.some(
    (filter) =>
      differences('', filter, {
        LogGroupName: { Ref: 'OnLedgerEventLogGroup' },
        FilterPattern: '{ $.message = "ledger.altered" }',
        MetricTransformations: [{ ...metric, MetricValue: '1', Unit: 'Count' }],
      }).length === 0,
  );
  const tells = alarms?.some(
    (alarm) =>
      differences('', alarm, {
        Namespace: metric.MetricNamespace,
        MetricName: metric.MetricName,
        Statistic: 'Sum',
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      }).length === 0,
  );
  return [...(counts ? [] : ['no metric counts alterations']), ...(tells ? [] : ['no alarm waits for alterations'])];
};

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
