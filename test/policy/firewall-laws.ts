import * as z from 'zod';
import type { TemplateLaw } from './resource-laws.ts';

const managed = z.object({
  ManagedRuleGroupStatement: z.object({
    VendorName: z.literal('AWS'),
    Name: z.string(),
    RuleActionOverrides: z.array(z.object({ Name: z.string(), ActionToUse: z.unknown() })).default([]),
  }),
});

const limited = z.object({
  RateBasedStatement: z.object({
    AggregateKeyType: z.literal('IP'),
    EvaluationWindowSec: z.literal(60),
    Limit: z.number(),
    ScopeDownStatement: z.object({ RegexMatchStatement: z.object({ RegexString: z.string() }) }).optional(),
  }),
});

const seen = z.looseObject({ SampledRequestsEnabled: z.boolean() });

const rule = z.object({
  Name: z.string(),
  Action: z.unknown().optional(),
  OverrideAction: z.unknown().optional(),
  Statement: z.unknown(),
  VisibilityConfig: seen,
});

const templateSchema = z.object({
  Resources: z.object({
    WebAcl: z.object({
      Properties: z.object({ Scope: z.string(), VisibilityConfig: seen, Rules: z.array(rule) }),
    }),
  }),
});

const aclIn = (template: unknown) => templateSchema.parse(template).Resources.WebAcl.Properties;

const limitsIn = (template: unknown) =>
  aclIn(template).Rules.flatMap(({ Name, Action, Statement }) => {
    const limit = limited.safeParse(Statement).data?.RateBasedStatement;
    if (!limit) return [];
    const paths = limit.ScopeDownStatement?.RegexMatchStatement.RegexString ?? '';
    return [{ name: Name, action: Action, paths: new RegExp(paths), aMinute: limit.Limit }];
  });

const rates = z.object({ ThrottlingRateLimit: z.number() });

const gatewaySchema = z.object({
  Resources: z.looseObject({
    HttpApiStage: z.object({
      Properties: z.object({ DefaultRouteSettings: rates, RouteSettings: z.record(z.string(), rates) }),
    }),
  }),
});

const route = z.object({
  Type: z.literal('AWS::ApiGatewayV2::Route'),
  Properties: z.object({ RouteKey: z.string() }),
});

/** Of each route an address gets half of what the HTTP API has for everybody together, at the most. */
export const nobodyAloneShutsOthersOut =
  (gateway: unknown): TemplateLaw =>
  (template) => {
    const { Resources } = gatewaySchema.parse(gateway);
    const { DefaultRouteSettings, RouteSettings } = Resources.HttpApiStage.Properties;
    const limits = limitsIn(template);
    const keys = Object.values(Resources).flatMap((one) => route.safeParse(one).data?.Properties.RouteKey ?? []);
    return keys.flatMap((key) => {
      const path = (key.split(' ')[1] ?? '/').replaceAll(/\{\w+\}/g, 'x');
      const most = (60 / 2) * (RouteSettings[key] ?? DefaultRouteSettings).ThrottlingRateLimit;
      return limits.some(({ paths, aMinute }) => paths.test(path) && aMinute <= most)
        ? []
        : [`${key}: an address may have more than ${most} a minute`];
    });
  };

/** As API Gateway answers it, which the command line knows to come again after. */
export const whatIsOverIsAnswered429: TemplateLaw = (template) =>
  limitsIn(template)
    .filter(
      ({ action }) =>
        JSON.stringify(action) !==
        JSON.stringify({
          Block: { CustomResponse: { ResponseCode: 429, ResponseHeaders: [{ Name: 'retry-after', Value: '60' }] } },
        }),
    )
    .map(({ name }) => `${name} does not`);

const GROUPS = ['AmazonIpReputationList', 'KnownBadInputsRuleSet', 'CommonRuleSet'].map((of) => `AWSManagedRules${of}`);

/** What reads what people write, or what a machine need not say. */
const COUNTS = /_(?:BODY|QUERYSTRING|QUERYARGUMENTS)$|^NoUserAgent_HEADER$/;

export const knownAttacksAreBlocked: TemplateLaw = (template) => {
  const groups = aclIn(template).Rules.flatMap(({ Statement, OverrideAction }) => {
    const group = managed.safeParse(Statement).data?.ManagedRuleGroupStatement;
    return group ? [{ ...group, blocks: JSON.stringify(OverrideAction) === '{"None":{}}' }] : [];
  });
  return [
    ...GROUPS.filter((name) => !groups.some(({ Name, blocks }) => Name === name && blocks)).map(
      (name) => `${name} does not block`,
    ),
    ...groups.flatMap(({ RuleActionOverrides }) =>
      RuleActionOverrides.filter(({ Name }) => !COUNTS.test(Name)).map(({ Name }) => `${Name} only counts`),
    ),
  ];
};

/** 8 kB of a body, or an address in a query, is no attack here: a SAML response is more, and a redirect has one. */
export const signInsAreNoAttack: TemplateLaw = (template) => {
  const counted = aclIn(template).Rules.flatMap(({ Statement }) =>
    (managed.safeParse(Statement).data?.ManagedRuleGroupStatement.RuleActionOverrides ?? [])
      .filter(({ ActionToUse }) => JSON.stringify(ActionToUse) === '{"Count":{}}')
      .map(({ Name }) => Name),
  );
  return ['SizeRestrictions_BODY', 'SizeRestrictions_QUERYSTRING', 'GenericRFI_BODY', 'GenericRFI_QUERYARGUMENTS']
    .filter((name) => !counted.includes(name))
    .map((name) => `${name} refuses a sign-in`);
};

/** Only the two documents that AWS reads of us pass by the rest. */
export const nothingElsePassesBy: TemplateLaw = (template) =>
  aclIn(template)
    .Rules.filter(({ Action }) => JSON.stringify(Action) === '{"Allow":{}}')
    .map(({ Statement }) => JSON.stringify(Statement))
    .filter((text) => !text.includes(JSON.stringify('^/\\.well-known/(openid-configuration|jwks\\.json)$')))
    .map((text) => `${text} passes by`);

export const nobodySeesSamples: TemplateLaw = (template) => {
  const { VisibilityConfig, Rules } = aclIn(template);
  return [{ Name: 'WebAcl', VisibilityConfig }, ...Rules]
    .filter((each) => each.VisibilityConfig.SampledRequestsEnabled)
    .map(({ Name }) => `${Name} shows samples`);
};
