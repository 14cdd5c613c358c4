import * as z from 'zod';
import type { TemplateLaw } from './resource-laws.ts';

const templateSchema = z.object({
  Conditions: z.record(z.string(), z.unknown()),
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Condition: z.string().optional(),
      Properties: z.record(z.string(), z.unknown()),
    }),
  ),
});

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const ofType = (template: unknown, type: string) =>
  Object.entries(templateSchema.parse(template).Resources).filter(([, { Type }]) => Type === type);

const configurations = z.array(z.object({ EndpointType: z.string(), SecurityPolicy: z.string() }));

/** By TLS of today, and where an edge is in front by its certificate alone. */
export const domainsAreGuarded: TemplateLaw = (template) =>
  ofType(template, 'AWS::ApiGatewayV2::DomainName').flatMap(([id, { Condition, Properties }]) => [
    ...(Condition === `${id}IsOurs` ? [] : [`${id} is always made`]),
    ...configurations
      .parse(Properties['DomainNameConfigurations'])
      .filter((each) => each.EndpointType !== 'REGIONAL' || each.SecurityPolicy !== 'TLS_1_2')
      .map(({ EndpointType, SecurityPolicy }) => `${id}: ${EndpointType} ${SecurityPolicy}`),
    ...(EDGE_ONLY.safeParse(Properties['MutualTlsAuthentication']).success ? [] : [`${id} takes calls of anybody`]),
  ]);

const EDGE_ONLY = z.strictObject({
  'Fn::If': z.tuple([
    z.literal('EdgeIsInFront'),
    z.strictObject({ TruststoreUri: z.string() }),
    z.strictObject({ Ref: z.literal('AWS::NoValue') }),
  ]),
});

/** Each is the whole API. */
export const domainsLeadToTheApi: TemplateLaw = (template) => {
  const mappings = ofType(template, 'AWS::ApiGatewayV2::ApiMapping').map(([, { Properties }]) => Properties);
  const wanted = (id: string) => ({
    ApiId: { Ref: 'HttpApi' },
    DomainName: { Ref: id },
    Stage: { Ref: 'HttpApiStage' },
  });
  return ofType(template, 'AWS::ApiGatewayV2::DomainName')
    .filter(([id]) => !mappings.some((each) => same(each, wanted(id))))
    .map(([id]) => `${id} leads nowhere`);
};

/** Else the API's own address would lead round the domain, and round what stands in front of it. */
export const theApisOwnAddressIsClosed: TemplateLaw = (template) =>
  ofType(template, 'AWS::ApiGatewayV2::Api')
    .filter(([, { Properties }]) => !same(Properties['DisableExecuteApiEndpoint'], ONLY_WITHOUT_DOMAIN))
    .map(([id]) => `${id} has another way in`);

const ONLY_WITHOUT_DOMAIN = { 'Fn::If': ['DomainIsOurs', true, false] };

/** A law of a stage: the conditions are as they are to be of these values. */
export const conditionsAreOf =
  (values: Readonly<Record<string, string>>): TemplateLaw =>
  (template) => {
    const { Conditions } = templateSchema.parse(template);
    return Object.entries(values)
      .filter(([name, value]) => !same(Conditions[name], { 'Fn::Not': [{ 'Fn::Equals': [value, ''] }] }))
      .map(([name]) => `${name} is of something else`);
  };
