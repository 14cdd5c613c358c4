import * as z from 'zod';
import { CLIENT_CERTIFICATE } from './edge-template.ts';
import type { TemplateLaw } from './resource-laws.ts';

const behavior = z.looseObject({
  PathPattern: z.string().default('*'),
  ViewerProtocolPolicy: z.string(),
  AllowedMethods: z.array(z.string()),
  CachePolicyId: z.unknown(),
  OriginRequestPolicyId: z.unknown().optional(),
  Compress: z.boolean(),
});

const distribution = z.object({
  Type: z.literal('AWS::CloudFront::Distribution'),
  Properties: z.object({
    DistributionConfig: z.looseObject({
      Aliases: z.array(z.string()),
      DefaultCacheBehavior: behavior,
      CacheBehaviors: z.array(behavior).default([]),
      Origins: z.array(z.looseObject({ DomainName: z.string(), CustomOriginConfig: z.unknown() })),
      CustomErrorResponses: z.array(z.unknown()),
    }),
  }),
});

const templateSchema = z.object({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });

interface Found {
  readonly id: string;
  readonly config: z.infer<typeof distribution>['Properties']['DistributionConfig'];
}

const distributionsIn = (template: unknown): readonly Found[] =>
  Object.entries(templateSchema.parse(template).Resources)
    .filter(([, { Type }]) => Type === 'AWS::CloudFront::Distribution')
    .map(([id, one]) => ({ id, config: distribution.parse(one).Properties.DistributionConfig }));

const behaviorsOf = ({ config }: Found) => [config.DefaultCacheBehavior, ...config.CacheBehaviors];

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** AWS's own policies, by their ids. */
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER = '216adef6-5c7f-47e4-b989-5492eafa07d3';

/** What is the same for everybody: the two documents of the issuer, and files whose names hold a hash of what is in them. */
export const PUBLIC_PATHS = ['/assets/*', '/.well-known/jwks.json', '/.well-known/openid-configuration'];

/** Of what is kept nothing depended on who asked: neither cookie, query nor header of theirs got to the API. */
export const onlyPublicDocumentsAreKept: TemplateLaw = (template) => [
  ...distributionsIn(template).flatMap((one) =>
    behaviorsOf(one).flatMap(({ PathPattern, AllowedMethods, CachePolicyId, OriginRequestPolicyId, Compress }) => {
      const here = `${one.id} ${PathPattern}`;
      if (CachePolicyId === CACHING_DISABLED) return Compress ? [`${here}: secrets are compressed`] : [];
      const isPublic = one.id === 'IssuerDistribution' || PUBLIC_PATHS.includes(PathPattern);
      return [
        ...(isPublic && same(CachePolicyId, { Ref: 'PublicDocuments' }) ? [] : [`${here}: is kept`]),
        ...(same(AllowedMethods, ['GET', 'HEAD']) ? [] : [`${here}: ${AllowedMethods.join(', ')}`]),
        ...(OriginRequestPolicyId === undefined ? [] : [`${here}: what is the caller’s gets to the API`]),
      ];
    }),
  ),
  ...(same(templateSchema.parse(template).Resources['PublicDocuments']?.['Properties'], WHAT_IS_KEPT)
    ? []
    : ['what is kept is told apart by something else']),
];

const WHAT_IS_KEPT = {
  CachePolicyConfig: {
    ...{ Name: 'hatcheck-dev-public', MinTTL: 0, DefaultTTL: 0, MaxTTL: 31_536_000 },
    ParametersInCacheKeyAndForwardedToOrigin: {
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Host'] },
      ...{ EnableAcceptEncodingGzip: true, EnableAcceptEncodingBrotli: true },
    },
  },
};

/** "Control how long CloudFront caches errors": of every status that it would keep. */
const REFUSALS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

export const noRefusalIsKept: TemplateLaw = (template) =>
  distributionsIn(template).flatMap(({ id, config }) =>
    REFUSALS.filter(
      (ErrorCode) => !config.CustomErrorResponses.some((each) => same(each, { ErrorCode, ErrorCachingMinTTL: 0 })),
    ).map((status) => `${id} keeps a ${status}`),
  );

/** Whatever is not kept reaches the API as it came, with the address of whoever sent it. */
export const theApiGetsWhatCame: TemplateLaw = (template) =>
  distributionsIn(template).flatMap((one) =>
    behaviorsOf(one)
      .filter(({ CachePolicyId }) => CachePolicyId === CACHING_DISABLED)
      .flatMap(({ PathPattern, OriginRequestPolicyId, FunctionAssociations, ResponseHeadersPolicyId }) => [
        ...(OriginRequestPolicyId === ALL_VIEWER ? [] : [`${PathPattern}: not all of it`]),
        ...(same(FunctionAssociations, [
          {
            EventType: 'viewer-request',
            FunctionARN: { 'Fn::GetAtt': ['ViewerAddress', 'FunctionMetadata.FunctionARN'] },
          },
        ])
          ? []
          : [`${PathPattern}: of whom nobody says whose it is`]),
        ...(ResponseHeadersPolicyId === undefined ? [] : [`${PathPattern}: with other headers than the API's`]),
      ]),
  );

/** TLS on both sides, a certificate for the API, and the firewall before each of them. */
export const nobodyGoesRound: TemplateLaw = (template) =>
  distributionsIn(template).flatMap((one) => {
    const { id, config } = one;
    const wanted = { WebACLId: { 'Fn::GetAtt': ['WebAcl', 'Arn'] }, IPV6Enabled: false, HttpVersion: 'http2and3' };
    const certificate = z.object({ MinimumProtocolVersion: z.string() }).parse(config['ViewerCertificate']);
    return [
      ...Object.entries(wanted)
        .filter(([name, value]) => !same(config[name], value))
        .map(([name]) => `${id}: ${name}`),
      ...(certificate.MinimumProtocolVersion === 'TLSv1.2_2021'
        ? []
        : [`${id}: ${certificate.MinimumProtocolVersion}`]),
      ...behaviorsOf(one)
        .filter(({ ViewerProtocolPolicy }) => ViewerProtocolPolicy !== 'https-only')
        .map(({ PathPattern }) => `${id} ${PathPattern}: in clear`),
      ...config.Origins.filter(({ CustomOriginConfig }) => !same(CustomOriginConfig, TO_THE_API)).map(
        ({ DomainName }) => `${id}: another way to ${DomainName}`,
      ),
    ];
  });

const TO_THE_API = {
  ...{ OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'], OriginReadTimeout: 35 },
  OriginMtlsConfig: { ClientCertificateArn: CLIENT_CERTIFICATE },
};

/** All that is written of a call: of a path, a query, a cookie or a header nothing may be. */
const WRITTEN: ReadonlySet<string> = new Set([
  ...['timestamp(ms)', 'c-ip', 'cs-method', 'cache-behavior-path-pattern', 'sc-status', 'sc-bytes', 'time-taken'],
  ...['ssl-protocol', 'x-edge-result-type', 'x-edge-detailed-result-type', 'x-edge-request-id'],
]);

const delivery = z.object({ Properties: z.object({ RecordFields: z.array(z.string()).optional() }) });

export const callsAreWrittenWithoutSecrets: TemplateLaw = (template) => {
  const resources = Object.entries(templateSchema.parse(template).Resources);
  return [
    ...resources
      .filter(([, { Type }]) => Type === 'AWS::Logs::Delivery')
      .flatMap(([id, one]) => delivery.parse(one).Properties.RecordFields ?? [`all that there is by ${id}`])
      .filter((field) => !WRITTEN.has(field))
      .map((field) => `${field} is written`),
    ...distributionsIn(template)
      .filter((one) =>
        [one.config['Logging'], ...behaviorsOf(one).map((each) => each['RealtimeLogConfigArn'])].some(Boolean),
      )
      .map(({ id }) => `${id} has a log that chooses nothing`),
    ...resources
      .filter(([, { Type }]) => Type === 'AWS::WAFv2::LoggingConfiguration')
      .map(([id]) => `${id} writes headers and queries`),
  ];
};

/** No role, no function of ours, nothing that lets anybody do anything: what may stand in front is a short list. */
const TYPES: ReadonlySet<string> = new Set([
  ...['Distribution', 'CachePolicy', 'Function'].map((name) => `AWS::CloudFront::${name}`),
  ...['LogGroup', 'DeliveryDestination', 'DeliverySource', 'Delivery'].map((name) => `AWS::Logs::${name}`),
  ...['AWS::WAFv2::WebACL', 'AWS::CloudWatch::Alarm', 'AWS::Route53::RecordSetGroup'],
  // The framework's own, which takes the template on its way.
  ...['AWS::S3::Bucket', 'AWS::S3::BucketPolicy'],
]);

export const nothingElseIsInFront: TemplateLaw = (template) => [
  ...Object.entries(templateSchema.parse(template).Resources)
    .filter(([, { Type }]) => !TYPES.has(Type))
    .map(([id, { Type }]) => `${id} is ${Type}`),
  ...(/"Effect":"Allow"/.test(JSON.stringify(template)) ? ['somebody is let do something'] : []),
];
