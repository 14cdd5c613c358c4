import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import * as z from 'zod';
import { one } from './broken.ts';
import * as laws from './edge-laws.ts';
import { packagedEdge } from './edge-template.ts';
import * as firewall from './firewall-laws.ts';
import { type TemplateLaws, testTemplateLaws } from './hold.ts';
import { type Path, packaged, property } from './template.ts';

let template: unknown;
let gateway: unknown;
beforeAll(async () => {
  ({ template: gateway } = await packaged());
  template = await packagedEdge();
});

const config = (...path: Path) => property('Distribution', 'DistributionConfig', ...path);
const toApi = (...path: Path) => config('Origins', 0, 'CustomOriginConfig', ...path);
const rule = (at: number, ...path: Path) => property('WebAcl', 'Rules', at, ...path);
const kept = (...path: Path) =>
  property('PublicDocuments', 'CachePolicyConfig', 'ParametersInCacheKeyAndForwardedToOrigin', ...path);

const LAWS: TemplateLaws = {
  'only public documents are kept': [
    laws.onlyPublicDocumentsAreKept,
    [
      one('all of it', config('DefaultCacheBehavior', 'CachePolicyId'), { Ref: 'PublicDocuments' }, '*: is kept'),
      one('people’s own', config('CacheBehaviors', 0, 'PathPattern'), '/v1/*', '/v1/*: is kept'),
      one('what was posted', config('CacheBehaviors', 0, 'AllowedMethods'), ['GET', 'HEAD', 'POST'], 'POST'),
      one(
        'by cookies that get through',
        config('CacheBehaviors', 1, 'OriginRequestPolicyId'),
        '216adef6-5c7f-47e4-b989-5492eafa07d3',
        'what is the caller’s gets to the API',
      ),
      one('for each cookie', kept('CookiesConfig', 'CookieBehavior'), 'all', 'told apart by something else'),
      one('by the token', kept('HeadersConfig', 'Headers'), ['Host', 'Authorization'], 'told apart by something else'),
      one(
        'without being told to',
        property('PublicDocuments', 'CachePolicyConfig', 'DefaultTTL'),
        60,
        'something else',
      ),
      one('attack: BREACH', config('DefaultCacheBehavior', 'Compress'), true, 'secrets are compressed'),
    ],
  ],
  'no refusal is given to whoever asks next': [
    laws.noRefusalIsKept,
    [one('a 404', config('CustomErrorResponses', 2), undefined, 'Distribution keeps a 404')],
  ],
  'the API gets what came': [
    laws.theApiGetsWhatCame,
    [
      one('without cookies', config('DefaultCacheBehavior', 'OriginRequestPolicyId'), undefined, 'not all of it'),
      one('from nobody', config('DefaultCacheBehavior', 'FunctionAssociations'), [], 'nobody says whose it is'),
      one('other headers back', config('DefaultCacheBehavior', 'ResponseHeadersPolicyId'), 'x', 'other headers'),
    ],
  ],
  'nobody goes round': [
    laws.nobodyGoesRound,
    [
      one('without the firewall', config('WebACLId'), undefined, 'Distribution: WebACLId'),
      one('with 2^64 addresses', config('IPV6Enabled'), true, 'Distribution: IPV6Enabled'),
      one('with old TLS', config('ViewerCertificate', 'MinimumProtocolVersion'), 'TLSv1', 'Distribution: TLSv1'),
      one('in clear', config('DefaultCacheBehavior', 'ViewerProtocolPolicy'), 'allow-all', 'in clear'),
      one('in clear behind it', toApi('OriginProtocolPolicy'), 'match-viewer', 'another way'),
      one('without a certificate', toApi('OriginMtlsConfig'), undefined, 'another way'),
    ],
  ],
  'of a call nothing is written but what is on the list': [
    laws.callsAreWrittenWithoutSecrets,
    [
      ...['cs-uri-query', 'cs(Cookie)', 'cs(Referer)', 'cs-uri-stem', 'cs(User-Agent)', 'x-forwarded-for'].map(
        (field) => one(field, property('DeliveryOfDistribution', 'RecordFields', 0), field, `${field} is written`),
      ),
      one('all fields', property('DeliveryOfDistribution', 'RecordFields'), undefined, 'all that there is'),
      one('the older log', config('Logging'), { Bucket: 'logs.s3.amazonaws.com' }, 'a log that chooses nothing'),
      one('in real time', config('DefaultCacheBehavior', 'RealtimeLogConfigArn'), 'arn', 'a log that chooses nothing'),
      one(
        'by WAF',
        ['Resources', 'WafLog'],
        { Type: 'AWS::WAFv2::LoggingConfiguration', Properties: {} },
        'WafLog writes headers and queries',
      ),
    ],
  ],
  'nothing else is in front': [
    laws.nothingElseIsInFront,
    [
      one(
        'a function with a role',
        ['Resources', 'AtEdge'],
        { Type: 'AWS::Lambda::Function' },
        'AtEdge is AWS::Lambda',
      ),
      one(
        'anybody',
        property('ServerlessDeploymentBucketPolicy', 'PolicyDocument', 'Statement', '+'),
        { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' },
        'somebody is let do something',
      ),
    ],
  ],
  'what is over the limit is answered as the API does': [
    firewall.whatIsOverIsAnswered429,
    [one('403', rule(2, 'Action'), { Block: {} }, 'SignIn does not')],
  ],
  'what AWS knows to be an attack is blocked': [
    firewall.knownAttacksAreBlocked,
    [
      one('counted', rule(7, 'OverrideAction'), { Count: {} }, 'IpReputationList does not block'),
      one(
        'one of them counted',
        rule(8, 'Statement', 'ManagedRuleGroupStatement', 'RuleActionOverrides', 0, 'Name'),
        'ExploitablePaths_URIPATH',
        'ExploitablePaths_URIPATH only counts',
      ),
    ],
  ],
  'a sign-in is no attack': [
    firewall.signInsAreNoAttack,
    [
      one(
        'a SAML response of 10 kB',
        rule(9, 'Statement', 'ManagedRuleGroupStatement', 'RuleActionOverrides', 0),
        undefined,
        'SizeRestrictions_BODY refuses a sign-in',
      ),
    ],
  ],
  'nothing but the issuer’s documents passes by': [
    firewall.nothingElsePassesBy,
    [one('sign-ins', rule(2, 'Action'), { Allow: {} }, 'passes by')],
  ],
  'nobody sees samples of calls': [
    firewall.nobodySeesSamples,
    [
      one('of all', property('WebAcl', 'VisibilityConfig', 'SampledRequestsEnabled'), true, 'WebAcl shows samples'),
      one('of sign-ins', rule(2, 'VisibilityConfig', 'SampledRequestsEnabled'), true, 'SignIn shows samples'),
    ],
  ],
};

testTemplateLaws(LAWS, () => template);

describe('attack: one address calls a route until it is shut for everybody', () => {
  test('it has half of each route at the most', () => {
    expect(firewall.nobodyAloneShutsOthersOut(gateway)(template)).toStrictEqual([]);
  });

  test.each([
    ['more of sign-ins', rule(2, 'Statement', 'RateBasedStatement', 'Limit'), 601, 'GET /login'],
    [
      'of a path that is left out',
      rule(2, 'Statement', 'RateBasedStatement', 'ScopeDownStatement', 'RegexMatchStatement', 'RegexString'),
      '^/login$',
      'POST /saml/acs',
    ],
    ['more of all', rule(1, 'Statement', 'RateBasedStatement', 'Limit'), 10_000, 'GET /v1/me'],
  ] as const)('and would not: %s', (_what, path, value, route) => {
    const [, breaking] = one('', path, value, '');
    expect(firewall.nobodyAloneShutsOthersOut(gateway)(breaking(template)).join('\n')).toContain(route);
  });
});

test('what is kept is what functions answer that know nobody', () => {
  const routes = z.object({ Resources: z.record(z.string(), z.looseObject({})) }).parse(gateway).Resources;
  const answering = (key: string) =>
    Object.values(routes).find(
      (each) => z.object({ Properties: z.object({ RouteKey: z.literal(key) }) }).safeParse(each).success,
    );
  for (const path of laws.PUBLIC_PATHS.filter((each) => !each.endsWith('*')))
    expect(JSON.stringify(answering(`GET ${path}`))).toContain('HttpApiIntegrationIssuer');
  expect(answering('GET /assets/{file}')).toBeUndefined();
  expect(JSON.stringify(answering('$default'))).toContain('HttpApiIntegrationPortal');
});

describe('the function at the edge', () => {
  const handled = (headers: Record<string, unknown>) => {
    const code = z
      .object({
        Resources: z.looseObject({ ViewerAddress: z.object({ Properties: z.object({ FunctionCode: z.string() }) }) }),
      })
      .parse(template).Resources.ViewerAddress.Properties.FunctionCode;
    const event = { request: { uri: '/device', headers }, viewer: { ip: '203.0.113.9' } };
    return JSON.parse(JSON.stringify(runInNewContext(`${code}\nhandler(event)`, { event }))) as unknown;
  };

  test('says who called', () => {
    expect(handled({ host: { value: 'hatcheck.example.com' } })).toEqual({
      uri: '/device',
      headers: { host: { value: 'hatcheck.example.com' }, 'x-hatcheck-viewer': { value: '203.0.113.9' } },
    });
  });

  test('attack: what a caller says of itself is gone, said once or twice', () => {
    const forged = { value: '198.51.100.7', multiValue: [{ value: '198.51.100.7' }, { value: '198.51.100.8' }] };
    expect(handled({ 'x-hatcheck-viewer': forged })).toMatchObject({
      headers: { 'x-hatcheck-viewer': { value: '203.0.113.9' } },
    });
    expect(JSON.stringify(handled({ 'x-hatcheck-viewer': forged }))).not.toContain('198.51.100');
  });
});

test('without a domain of the issuer’s, and without Route 53, there is one distribution and no record', async () => {
  const stage = { domain: 'hatcheck.example.com', edge: { certificate: 'arn', clientCertificate: 'arn' } };
  const { Conditions } = z
    .object({ Conditions: z.record(z.string(), z.unknown()) })
    .parse(await packagedEdge(stringify(stage)));
  const none = { 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] };
  expect(Conditions).toEqual({ IssuerDomainIsOurs: none, DomainIsRecorded: none });
});
