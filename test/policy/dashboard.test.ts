import { beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { LocalStack } from '../../local/template.ts';
import { type Dashboard, readDashboard } from './dashboard-body.ts';
import { type Wanted, unmeasured } from './known-metrics.ts';
import { packaged, resolved } from './template.ts';

let stack: LocalStack;
let body: string;
let dashboard: Dashboard;
beforeAll(async () => {
  stack = resolved((await packaged()).template);
  const [only, ...others] = stack.resourcesOf('AWS::CloudWatch::Dashboard');
  expect(others).toStrictEqual([]);
  ({ DashboardBody: body } = z.object({ DashboardBody: z.string() }).parse(only?.properties));
  dashboard = readDashboard(body);
});

const ofAlarm = z.object({
  AlarmName: z.string(),
  AlarmActions: z.unknown().optional(),
  ...{ Namespace: z.string().optional(), MetricName: z.string().optional() },
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
  Metrics: z.array(z.object({ MetricStat: z.object({ Metric: z.unknown() }).optional() })).default([]),
});
const ofMetric = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
});

const alarms = () =>
  ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']
    .flatMap((type) => stack.resourcesOf(type))
    .map(({ properties }) => ofAlarm.parse(properties));

describe('the dashboard', () => {
  test('shows what somebody measures, and nothing else', () => {
    expect(dashboard.metrics.length).toBeGreaterThan(60);
    expect(unmeasured(stack, dashboard.metrics)).toStrictEqual([]);
  });

  test('shows every alarm that tells somebody, and no other', () => {
    const told = alarms().filter(({ AlarmActions }) => AlarmActions !== undefined);
    expect(dashboard.alarms.toSorted()).toEqual(
      told.map(({ AlarmName }) => `arn:aws:cloudwatch:eu-west-1:777788889999:alarm:${AlarmName}`).toSorted(),
    );
  });

  test('has the objective, each step, what waits, what is late and what was given up', () => {
    const names = new Set(dashboard.metrics.map(({ name }) => name));
    for (const name of ['Faults', 'Refusals', 'OpenSession', 'Waited', 'OldestDue', 'IteratorAge', 'Latency', '5xx'])
      expect(names).toContain(name);
    for (const name of dashboard.names.used) expect(dashboard.names.given).toContain(name);
  });

  test('asks the API’s own log for calls by route', () => {
    expect(dashboard.queries).toEqual([expect.stringMatching(/^SOURCE '\/aws\/vendedlogs\/hatcheck-dev-http-api' \|/)]);
  });

  test.each([
    ['a metric of ours that is none', '"Authenticate"', '"Authenticates"', 'nobody measures it'],
    ['one by another dimension', '"OldestDue", "Function"', '"OldestDue", "Code"', 'it has Function, not Code'],
    ['a function that is none', '"on-schedule"', '"on-time"', 'of a function that is none'],
    ['a search for nothing', 'MetricName=\\"Waited\\"', 'MetricName=\\"Waiting\\"', 'nobody measures it'],
    ['a metric of AWS that is none', '"5xx"', '"5XXError"', 'AWS does not measure it'],
    ['a queue that is gone', 'dev-notices.fifo', 'dev-notes.fifo', 'there is no QueueName'],
  ])('and would be found to show %s', (_what, from, to, fault) => {
    expect(body).toContain(from);
    expect(unmeasured(stack, readDashboard(body.replaceAll(from, to)).metrics).join('\n')).toContain(fault);
  });

  test.each([
    ['no JSON', '"widgets": [', '"widgets": [,'],
    ['a widget of another kind', '"type": "log"', '"type": "explorer"'],
    ['a property that is none', '"stat": "Sum"', '"statistic": "Sum"'],
  ])('and would not be read with %s', (_what, from, to) => {
    expect(body).toContain(from);
    expect(() => readDashboard(body.replaceAll(from, to))).toThrow();
  });
});

test('no alarm waits for what nobody measures', () => {
  const wanted = alarms()
    .flatMap(({ MetricName, Metrics, ...alarm }) => [
      ...(MetricName === undefined ? [] : [{ MetricName, ...alarm }]),
      ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []),
    ])
    .map((metric) => ofMetric.parse(metric))
    .map(({ Namespace, MetricName, Dimensions }): Wanted => {
      const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
      return { namespace: Namespace, name: MetricName, dimensions };
    });
  expect(wanted.length).toBeGreaterThan(60);
  expect(unmeasured(stack, wanted)).toStrictEqual([]);
});
