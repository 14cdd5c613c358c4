import { globSync } from 'node:fs';
import { basename } from 'node:path';
import * as z from 'zod';
import { METRICS } from '../../lib/metrics.ts';
import type { LocalStack } from '../../local/template.ts';

/** A metric that something waits for, or shows. */
export interface Wanted {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What AWS measures by itself, by which dimensions, as its own pages list it ("Metrics and dimensions" of each service). */
const OF_AWS: Readonly<Record<string, { readonly names: readonly string[]; readonly dimensions: readonly string[] }>> =
  {
    'AWS/Lambda': {
      names: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions', 'IteratorAge'],
      dimensions: ['FunctionName'],
    },
    'AWS/SQS': {
      names: ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'],
      dimensions: ['QueueName'],
    },
    'AWS/DynamoDB': { names: ['ReadThrottleEvents', 'WriteThrottleEvents'], dimensions: ['TableName'] },
    'AWS/ApiGateway': { names: ['Count', '4xx', '5xx', 'Latency'], dimensions: ['ApiId', 'Stage'] },
    'AWS/Backup': { names: ['NumberOfBackupJobsFailed'], dimensions: ['BackupVaultName'] },
  };

const SERVICES = globSync('functions/*.ts').map((file) => basename(file, '.ts'));

const filterSchema = z.object({ MetricTransformations: z.array(z.object({ MetricName: z.string() })) });

const namesOf = (stack: LocalStack, type: string, property: string): readonly string[] =>
  stack
    .resourcesOf(type)
    .map(({ properties }) => z.record(z.string(), z.unknown()).parse(properties)[property])
    .filter((name) => typeof name === 'string');

/** What of these stands for something in the template, by dimension. */
const thereIn = (stack: LocalStack): Readonly<Record<string, readonly string[]>> => ({
  FunctionName: namesOf(stack, 'AWS::Lambda::Function', 'FunctionName'),
  QueueName: namesOf(stack, 'AWS::SQS::Queue', 'QueueName'),
  TableName: namesOf(stack, 'AWS::DynamoDB::Table', 'TableName'),
  BackupVaultName: ['hatcheck-dev'],
  ApiId: stack.resourcesOf('AWS::ApiGatewayV2::Api').map(({ ref }) => ref()),
  Stage: ['$default'],
});

const isOurs = (name: string): name is keyof typeof METRICS => Object.hasOwn(METRICS, name);

/** What nobody measures, as far as one can say before anything is deployed. */
export const unmeasured = (stack: LocalStack, wanted: readonly Wanted[]): readonly string[] => {
  const counted = stack
    .resourcesOf('AWS::Logs::MetricFilter')
    .flatMap(({ properties }) => filterSchema.parse(properties).MetricTransformations)
    .map(({ MetricName }) => MetricName);
  const there = thereIn(stack);
  const faultOf = ({ namespace, name, dimensions }: Wanted): string | undefined => {
    const names = Object.keys(dimensions).sort();
    if (namespace === 'hatcheck/dev') {
      if (counted.includes(name)) return names.length > 0 ? `it has no ${names.join()}` : undefined;
      if (!isOurs(name)) return 'nobody measures it';
      const { by } = METRICS[name];
      if (names.join() !== by) return `it has ${by}, not ${names.join()}`;
      return by === 'Function' && !SERVICES.includes(dimensions[by] ?? '') ? 'of a function that is none' : undefined;
    }
    const known = OF_AWS[namespace];
    if (!known?.names.includes(name)) return 'AWS does not measure it';
    if (names.join() !== known.dimensions.toSorted().join()) return `it has ${known.dimensions.join()}`;
    const strange = names.find((each) => there[each]?.includes(dimensions[each] ?? '') !== true);
    return strange === undefined ? undefined : `there is no ${strange} ${dimensions[strange] ?? ''}`;
  };
  return wanted.flatMap((one) => {
    const fault = faultOf(one);
    return fault === undefined ? [] : [`${one.namespace} ${one.name}: ${fault}`];
  });
};
