import * as z from 'zod';
import type { TemplateLaw } from './resource-laws.ts';

const limits = z.strictObject({
  DetailedMetricsEnabled: z.literal(true),
  ThrottlingRateLimit: z.number(),
  ThrottlingBurstLimit: z.number(),
});

const stageSchema = z.object({
  DependsOn: z.array(z.string()).default([]),
  Properties: z.object({
    DefaultRouteSettings: limits,
    RouteSettings: z.record(z.string(), limits),
  }),
});

const templateSchema = z.object({
  Resources: z.looseObject({ HttpApiStage: stageSchema }),
});

const routeSchema = z.object({
  Type: z.literal('AWS::ApiGatewayV2::Route'),
  Properties: z.object({ RouteKey: z.string() }),
});

/** Logical ids of the routes, by their keys. */
const routesIn = (template: unknown): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(templateSchema.parse(template).Resources).flatMap(([id, resource]) => {
      const route = routeSchema.safeParse(resource).data;
      return route ? [[route.Properties.RouteKey, id] as const] : [];
    }),
  );

/** Calls a second of all callers together that each route lets through at the most. */
const MOST: readonly (readonly [routes: RegExp, rate: number])[] = [
  [/^GET \/(?:login|oidc\/callback|saml\/finish)$|^POST \/saml\/acs$|^(?:GET|POST) \/oauth\/authorize$/, 20],
  [/^POST \/chatops\//, 20],
  [/^(?:GET|POST) \/device$|^POST \/oauth\/device_authorization$/, 5],
  [/^POST \/oauth\/token$/, 50],
  [/^POST \/v1\/requests\/\{id\}\/(?:credentials|console)$/, 200],
  [/^GET \/v1\/audit/, 10],
];

const OTHERS = 100;

/** Nothing is without a limit, and twice as much may come at one instant. */
export const everyRouteIsThrottled: TemplateLaw = (template) => {
  const { DefaultRouteSettings, RouteSettings } = templateSchema.parse(template).Resources.HttpApiStage.Properties;
  return [...routesIn(template).keys()].flatMap((key) => {
    const most = MOST.find(([routes]) => routes.test(key))?.[1] ?? OTHERS;
    const { ThrottlingRateLimit, ThrottlingBurstLimit } = RouteSettings[key] ?? DefaultRouteSettings;
    return ThrottlingRateLimit === most && ThrottlingBurstLimit === 2 * most
      ? []
      : [`${key}: ${ThrottlingRateLimit} a second, ${ThrottlingBurstLimit} at once`];
  });
};

/** CloudFormation refuses settings of a route that is not there, or not there yet. */
export const settingsAreOfRoutesThatAreThere: TemplateLaw = (template) => {
  const { DependsOn, Properties } = templateSchema.parse(template).Resources.HttpApiStage;
  const routes = routesIn(template);
  return Object.keys(Properties.RouteSettings)
    .filter((key) => !DependsOn.includes(routes.get(key) ?? ''))
    .map((key) => `the stage does not wait for ${key}`);
};
