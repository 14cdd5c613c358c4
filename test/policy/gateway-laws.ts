import * as z from 'zod';
import { arnOf } from './broken.ts';
import type { TemplateLaw } from './resource-laws.ts';

const limits = z.strictObject({
  ThrottlingRateLimit: z.number(),
  ThrottlingBurstLimit: z.number(),
});

const stageSchema = z.object({
  DependsOn: z.array(z.string()).default([]),
  Properties: z.object({
    AccessLogSettings: z.object({ DestinationArn: z.unknown().optional(), Format: z.string() }),
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
  [
    /^GET \/(?:login|oidc\/callback|saml\/finish)$|^POST \/(?:oidc\/backchannel-logout|saml\/acs)$|^(?:GET|POST) \/oauth\/authorize$/,
    20,
  ],
  [/^POST \/chatops\//, 20],
  [/^(?:GET|POST) \/device$|^POST \/oauth\/device_authorization$/, 5],
  [/^POST \/oauth\/(?:token|revoke)$/, 50],
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

/** All that is written of a call. Of a path, a query, a header or an authorizer nothing may be: ids, codes and tokens are there. */
const WRITTEN: ReadonlySet<string> = new Set(
  [
    ...['requestId', 'requestTimeEpoch', 'routeKey', 'httpMethod', 'status', 'responseLatency', 'responseLength'],
    ...['integrationLatency', 'integrationStatus', 'integrationErrorMessage', 'identity.sourceIp'],
  ].map((name) => `$context.${name}`),
);

const VARIABLES = /\$[\w.[\]-]+/g;

export const callsAreWrittenWithoutSecrets: TemplateLaw = (template) => {
  const { DestinationArn, Format } = templateSchema.parse(template).Resources.HttpApiStage.Properties.AccessLogSettings;
  const members = z.record(z.string(), z.string()).safeParse(parsed(Format)).data;
  return [
    ...(JSON.stringify(DestinationArn) === JSON.stringify(arnOf('HttpApiAccessLogGroup')) ? [] : ['to another log']),
    ...(members && !Format.includes('\n') ? [] : ['it is no line of JSON']),
    ...Object.values(members ?? {})
      .filter((value) => !WRITTEN.has(value))
      .map((value) => `${value} is written`),
    ...[...Format.matchAll(VARIABLES)]
      .map(([name]) => name)
      .filter((name) => !WRITTEN.has(name))
      .map((name) => `${name} is written`),
  ];
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
