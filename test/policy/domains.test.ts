import { beforeAll, describe, expect, test } from '@jest/globals';
import { one } from './broken.ts';
import * as laws from './domain-laws.ts';
import { STAGE_WITH_EDGE, TRUSTSTORE } from './edge-template.ts';
import type { TemplateLaws } from './hold.ts';
import { compiledStage } from './stage-template.ts';
import { packaged, property, resolved } from './template.ts';

let plain: unknown;
let behindEdge: unknown;

beforeAll(async () => {
  ({ template: plain } = await packaged());
  behindEdge = JSON.parse(await compiledStage(STAGE_WITH_EDGE));
});

const configuration = (...path: readonly (string | number)[]) =>
  property('Domain', 'DomainNameConfigurations', 0, ...path);

const LAWS: TemplateLaws = {
  'domains take today’s TLS, and behind an edge the edge alone': [
    laws.domainsAreGuarded,
    [
      one('the TLS of yesterday', configuration('SecurityPolicy'), 'TLS_1_0', 'Domain: REGIONAL TLS_1_0'),
      one(
        'anybody',
        property('IssuerDomain', 'MutualTlsAuthentication'),
        undefined,
        'IssuerDomain takes calls of anybody',
      ),
      one(
        'anybody, edge or not',
        property('Domain', 'MutualTlsAuthentication', 'Fn::If', 0),
        'DomainIsRecorded',
        'Domain takes calls of anybody',
      ),
      one('of every stage', ['Resources', 'Domain', 'Condition'], undefined, 'Domain is always made'),
    ],
  ],
  'domains lead to the API': [
    laws.domainsLeadToTheApi,
    [one('to another stage', property('DomainMapping', 'Stage'), 'old', 'Domain leads nowhere')],
  ],
  'with a domain the API has no other address': [
    laws.theApisOwnAddressIsClosed,
    [one('attack: round it', property('HttpApi', 'DisableExecuteApiEndpoint'), false, 'another way in')],
  ],
};

describe.each(Object.entries(LAWS))('%s', (_law, [law, broken]) => {
  test('holds, with an edge and without a domain', () => {
    expect([law(plain), law(behindEdge)]).toEqual([[], []]);
  });

  test.each(broken)('and would not: %s', (_what, breaking, found) => {
    expect(law(breaking(behindEdge)).join('\n')).toContain(found);
  });
});

test('of a stage without domains nothing is made', () => {
  const nothing = { DomainIsOurs: '', IssuerDomainIsOurs: '', EdgeIsInFront: '', DomainIsRecorded: '' };
  expect(laws.conditionsAreOf(nothing)(plain)).toStrictEqual([]);
  expect(resolved(plain).resourcesOf('AWS::ApiGatewayV2::DomainName')).toStrictEqual([]);
});

test('of a stage with an edge both domains are, and Route 53 leads to the edge alone', () => {
  const { resourcesOf } = resolved(behindEdge);
  const names = resourcesOf('AWS::ApiGatewayV2::DomainName').map(({ properties }) => properties);
  expect(names).toMatchObject([
    { DomainName: 'hatcheck.example.com', MutualTlsAuthentication: { TruststoreUri: TRUSTSTORE } },
    { DomainName: 'issuer.example.com', MutualTlsAuthentication: { TruststoreUri: TRUSTSTORE } },
  ]);
  expect(resourcesOf('AWS::Route53::RecordSetGroup')).toStrictEqual([]);
});

test('its functions know themselves by its domains', () => {
  const { functions } = resolved(behindEdge);
  expect(functions['credentials']?.environment).toMatchObject({
    ...{ HATCHECK_ORIGIN: 'https://hatcheck.example.com', HATCHECK_ISSUER: 'https://issuer.example.com' },
  });
});
