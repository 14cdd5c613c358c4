import * as z from 'zod';
import { evaluate } from '../support/metric-math.ts';

const metricStat = z.object({
  Id: z.string(),
  ReturnData: z.literal(false),
  MetricStat: z.object({
    Period: z.number(),
    Stat: z.enum(['Sum', 'SampleCount', 'TC(2000:)']),
    Metric: z.object({
      MetricName: z.string(),
      Dimensions: z.array(z.object({ Value: z.union([z.string(), z.object({ Ref: z.string() })]) })),
    }),
  }),
});
const expression = z.object({ Id: z.string(), ReturnData: z.literal(false).optional(), Expression: z.string() });

const windowAlarm = z.object({
  EvaluationPeriods: z.literal(1),
  ComparisonOperator: z.literal('GreaterThanOrEqualToThreshold'),
  Threshold: z.number(),
  TreatMissingData: z.literal('notBreaching'),
  Metrics: z.array(z.union([metricStat, expression])),
});

const templateSchema = z.object({ Resources: z.record(z.string(), z.object({ Properties: z.unknown() })) });

/** What happened in each minute, by a metric's name and whose it is (`Invocations credentials`), or by the statistic (`TC(2000:) Duration credentials`). */
export type Minute = Readonly<Record<string, number>>;

/** Seconds, of the one window that the alarm has. */
const periodOf = ({ Metrics }: z.infer<typeof windowAlarm>): number => {
  const [period, ...others] = new Set(
    Metrics.flatMap((each) => ('MetricStat' in each ? [each.MetricStat.Period] : [])),
  );
  if (period === undefined || others.length > 0) throw new Error('an alarm has one window');
  return period;
};

const seriesOf = ({ Stat, Metric }: z.infer<typeof metricStat>['MetricStat']): string => {
  const [dimension] = Metric.Dimensions;
  const of = typeof dimension?.Value === 'string' ? dimension.Value : (dimension?.Value.Ref ?? '');
  const name = `${Metric.MetricName} ${of.replace('LambdaFunction', '').toLowerCase()}`;
  return Stat === 'Sum' ? name : `${Stat} ${name}`;
};

/** A metric that has no data in any minute of the window has none in it. */
const sumOf = (minutes: readonly Minute[], series: string): number | undefined => {
  const said = minutes.flatMap((minute) => minute[series] ?? []);
  return said.length > 0 ? said.reduce((sum, each) => sum + each, 0) : undefined;
};

const isBreached = (alarm: z.infer<typeof windowAlarm>, minutes: readonly Minute[]): boolean => {
  const window = minutes.slice(-periodOf(alarm) / 60);
  const seen: Record<string, number | undefined> = {};
  let result: number | undefined;
  for (const each of alarm.Metrics) {
    if ('MetricStat' in each) seen[each.Id] = sumOf(window, seriesOf(each.MetricStat));
    else result = seen[each.Id] = evaluate(each.Expression, seen);
  }
  return result !== undefined && result >= alarm.Threshold;
};

/** An alarm of two windows, evaluated each minute, as CloudWatch slides them. */
export interface BurnRate {
  /** The first minute at whose end it alarms, from 1; undefined where it never does. */
  alarmsAfter(minutes: readonly Minute[]): number | undefined;
  isAlarming(minutes: readonly Minute[]): boolean;
  /** In seconds, and what of the calls in per cent. */
  readonly windows: readonly { readonly period: number; readonly threshold: number }[];
}

/** The composite alarm of that logical id. Throws an Error where it is of another form. */
export const burnRateOf = (template: unknown, logicalId: string): BurnRate => {
  const { Resources } = templateSchema.parse(template);
  const { AlarmRule } = z
    .object({ AlarmRule: z.object({ 'Fn::Sub': z.string() }) })
    .parse(Resources[logicalId]?.Properties);
  const rule = /^ALARM\("\$\{(\w+)\}"\) AND ALARM\("\$\{(\w+)\}"\)$/.exec(AlarmRule['Fn::Sub']);
  if (!rule) throw new Error(`${logicalId} is no alarm of two`);
  const alarms = rule.slice(1).map((id) => windowAlarm.parse(Resources[id]?.Properties));
  const isAlarming = (minutes: readonly Minute[]) => alarms.every((alarm) => isBreached(alarm, minutes));
  return {
    isAlarming,
    alarmsAfter: (minutes) => {
      const at = minutes.findIndex((_minute, index) => isAlarming(minutes.slice(0, index + 1)));
      return at === -1 ? undefined : at + 1;
    },
    windows: alarms.map((alarm) => ({ period: periodOf(alarm), threshold: alarm.Threshold })),
  };
};
