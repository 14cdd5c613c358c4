import * as z from 'zod';
import type { Wanted } from './known-metrics.ts';

/** CloudWatch API Reference, "Dashboard body structure and syntax", as far as ours goes. Whatever else is there is refused. */
const line = z.array(z.union([z.string(), z.record(z.string(), z.unknown())])).min(1);
const sized = { width: z.int().min(1).max(24), height: z.int().min(1).max(1000) };
const metricWidget = z.strictObject({
  ...{ type: z.literal('metric'), ...sized },
  properties: z.strictObject({
    ...{ title: z.string(), region: z.string(), metrics: z.array(line).min(1) },
    ...{ stat: z.string().optional(), period: z.int().multipleOf(60).optional() },
    ...{ view: z.literal('singleValue').optional(), setPeriodToTimeRange: z.literal(true).optional() },
  }),
});
const bodySchema = z.strictObject({
  ...{ start: z.string(), periodOverride: z.literal('auto') },
  widgets: z.array(
    z.union([
      metricWidget,
      z.strictObject({
        ...{ type: z.literal('text'), ...sized },
        properties: z.strictObject({ markdown: z.string() }),
      }),
      z.strictObject({
        ...{ type: z.literal('alarm'), ...sized },
        properties: z.strictObject({ title: z.string(), alarms: z.array(z.string()).max(100) }),
      }),
      z.strictObject({
        ...{ type: z.literal('log'), ...sized },
        properties: z.strictObject({
          ...{ title: z.string(), region: z.string(), view: z.literal('table'), query: z.string() },
        }),
      }),
    ]),
  ),
});

export interface Dashboard {
  readonly metrics: readonly Wanted[];
  /** The ARNs of the alarms that it shows. */
  readonly alarms: readonly string[];
  readonly queries: readonly string[];
  /** All that its metric math names, and all that has such a name. */
  readonly names: { readonly used: readonly string[]; readonly given: readonly string[] };
}

/** What a dashboard shows. Throws where CloudWatch would take its body for something else, or for nothing. */
export const readDashboard = (body: string): Dashboard => {
  const { widgets } = bodySchema.parse(JSON.parse(body));
  const lines = widgets.flatMap((each) => (each.type === 'metric' ? [each.properties.metrics] : []));
  const options = lines.flat(2).filter((part) => typeof part !== 'string');
  const expressions = options.flatMap(({ expression }) => (typeof expression === 'string' ? [expression] : []));
  return {
    metrics: [...lines.flatMap(wantedOf), ...expressions.flatMap(searched)],
    alarms: widgets.flatMap((each) => (each.type === 'alarm' ? each.properties.alarms : [])),
    queries: widgets.flatMap((each) => (each.type === 'log' ? [each.properties.query] : [])),
    names: {
      used: expressions.filter((each) => !each.includes('SEARCH')).flatMap((each) => each.match(/\b[a-z]\w*\b/g) ?? []),
      given: options.flatMap(({ id }) => (typeof id === 'string' ? [id] : [])),
    },
  };
};

/** `.` is what stands there in the line before, `...` all that stands before the rest. */
const wantedOf = (lines: readonly z.infer<typeof line>[]): readonly Wanted[] => {
  let before: readonly string[] = [];
  return lines.flatMap((each) => {
    const said = each.filter((part) => typeof part === 'string');
    if (said.length === 0) return [];
    before =
      said[0] === '...'
        ? [...before.slice(0, before.length - (said.length - 1)), ...said.slice(1)]
        : said.map((part, index) => (part === '.' ? (before[index] ?? '') : part));
    const [namespace = '', name = '', ...pairs] = before;
    const dimensions = Object.fromEntries(
      pairs.flatMap((part, index) => (index % 2 === 0 ? [[part, pairs[index + 1] ?? '']] : [])),
    );
    return [{ namespace, name, dimensions }];
  });
};

/** Of a search for each value of one dimension, the metric; which values there will be is not known. */
const searched = (expression: string): readonly Wanted[] => {
  if (!expression.includes('SEARCH')) return [];
  const [, namespace = '', dimension = '', name = ''] =
    /^SEARCH\('\{([\w/-]+),(\w+)\} MetricName="(\w+)"', '(?:Sum|Maximum)', \d+\)$/.exec(expression) ?? [];
  return [{ namespace, name, dimensions: { [dimension]: dimension === 'Function' ? 'credentials' : '' } }];
};
