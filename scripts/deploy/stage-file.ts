import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { type AccessFault, printed } from '../../lib/config/access-fault.ts';
import { checked } from '../../lib/config/schema-fault.ts';
import { STAGE_NAME } from '../../lib/config/stage-name.ts';
import { secureUrl } from '../../lib/config/web-address.ts';
import { yamlSource } from '../../lib/config/yaml-source.ts';
import { type Finding, stops } from './finding.ts';
import { REGION } from './options.ts';

/** What stages/<stage>.yml says, as far as a deployment is checked by it. What it leaves out has its default in serverless.yml. */
export interface StageSettings {
  readonly region?: string | undefined;
  /** The only account that it may be deployed to. */
  readonly account?: string | undefined;
  readonly origin?: string | undefined;
  readonly issuer?: string | undefined;
  /** Names that the stack has the API answer by; the first is the origin, the second the issuer. */
  readonly domain?: string | undefined;
  readonly issuerDomain?: string | undefined;
  readonly certificate?: string | undefined;
  readonly issuerCertificate?: string | undefined;
  readonly hostedZone?: string | undefined;
  /** Absent: nothing is in front of the API. */
  readonly edge?: EdgeSettings | undefined;
  readonly alarmActions?: readonly string[] | undefined;
  readonly pepper?: string | undefined;
  readonly reserved?: number | undefined;
  readonly exportBucket?: string | undefined;
  /** Of a stage that has one: serverless/standby. */
  readonly standby?: { readonly region: string; readonly witness: string } | undefined;
  /** Of a stage that is one. */
  readonly standbyOf?: { readonly stage: string; readonly region: string } | undefined;
  readonly writes?: boolean | undefined;
}

/** CloudFront and WAF in front of the domains: serverless.edge.yml. */
export interface EdgeSettings {
  readonly certificate: string;
  readonly clientCertificate: string;
  readonly truststore: string;
  readonly hostedZone?: string | undefined;
  readonly alarmActions?: readonly string[] | undefined;
}

/** AWS asks for https without a port (IAM, "Create an OpenID Connect identity provider"); nobody reaches a function on a loopback address. */
const address = z.string().check((context) => {
  const text = context.value;
  const url = secureUrl(text);
  const message =
    url?.origin !== text
      ? 'must be an origin such as https://hatcheck.example.com, without a path'
      : url.protocol !== 'https:' || url.port !== ''
        ? 'must be https, without a port'
        : undefined;
  if (message !== undefined) context.issues.push({ code: 'custom', message, input: text });
});

const matching = (pattern: RegExp, form: string) => z.string().regex(pattern, { error: `must be ${form}` });

const key = z.enum(['A', 'B']);

const host = matching(
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
  'a host name in small letters',
);

const certificate = matching(
  /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
  'the ARN of a certificate of Certificate Manager',
);

const hostedZone = matching(/^Z[A-Z0-9]{1,31}$/, 'the id of a hosted zone of Route 53');

const topics = z.array(
  matching(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}$/, 'the ARN of an SNS topic'),
);

const edge = z.strictObject({
  certificate,
  clientCertificate: certificate,
  truststore: matching(
    /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[\w./-]{1,256}$/,
    'where it is in S3: s3://bucket/key',
  ),
  hostedZone: hostedZone.optional(),
  alarmActions: topics.optional(),
});

const region = matching(REGION, 'an AWS region such as eu-west-1');

const mrk = matching(/^mrk-[0-9a-f]{32}$/, 'the id of a multi-region key, mrk-…');

const standbyOf = z.strictObject({
  stage: matching(STAGE_NAME, 'the name of a stage'),
  region,
  ledgerStream: matching(
    /^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]+\/stream\/[\d:T.-]+$/,
    'the ARN of a stream of a table',
  ),
  keys: z.strictObject({ IssuerKeyA: mrk, IssuerKeyB: mrk, SamlKeyA: mrk, SamlKeyB: mrk, CheckpointKey: mrk }),
});

/** What is not a parameter of serverless.yml, and those parameters that have a form of their own. */
const FORMS = {
  region,
  account: matching(/^\d{12}$/, 'the 12 digits of an account id, in quotes'),
  origin: address,
  issuer: address,
  domain: host,
  certificate,
  issuerDomain: host,
  issuerCertificate: certificate,
  hostedZone,
  edge,
  tokenKey: key,
  samlKey: key,
  pepper: matching(/^(?:\/[A-Za-z0-9_.-]+){1,15}$/, 'the name of a parameter, such as /hatcheck/prod/pepper'),
  // No longer than point-in-time recovery: whoever is forgotten is forgotten then (docs/retention.md).
  backupDays: z.int().min(0).max(35),
  reserved: z.int().min(0).max(1000),
  retentionDays: z.int().min(1).max(36_500),
  exportBucket: matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket'),
  alarmActions: topics,
  standby: z.strictObject({ region, witness: region }),
  standbyOf,
  writes: z.boolean(),
} as const satisfies Readonly<Record<string, z.ZodType>>;

/** Of a parameter that serverless.yml has and that is not checked here: CloudFormation looks at it. */
const ANYTHING = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

const schemaFor = (parameters: readonly string[]) =>
  z
    .strictObject({ ...Object.fromEntries(parameters.map((name) => [name, ANYTHING])), ...FORMS })
    .partial()
    .transform(({ origin, issuer, ...said }): StageSettings => ({
      ...said,
      // As serverless.yml has it where they are left out.
      origin: origin ?? (said.domain === undefined ? undefined : `https://${said.domain}`),
      issuer: issuer ?? (said.issuerDomain === undefined ? undefined : `https://${said.issuerDomain}`),
    }));

/** The parameters that serverless.yml takes from a stage's file. */
export const stageParameters = (serverlessYml: string): readonly string[] => {
  const found: unknown = parseDocument(serverlessYml, { logLevel: 'silent' }).toJS();
  return Object.keys(
    z.object({ params: z.object({ default: z.record(z.string(), z.unknown()) }) }).parse(found).params.default,
  );
};

export interface StageFile {
  readonly settings: StageSettings;
  readonly findings: readonly Finding[];
}

/** @param folder of serverless.yml. A stage without a file has no settings; one with a fault has none that count, and every fault is found. */
export const readStageFile = (folder: string, stage: string): StageFile => {
  const name = `stages/${stage}.yml`;
  const file = join(folder, name);
  if (!existsSync(file)) return { settings: {}, findings: [] };
  const source = yamlSource(name, readFileSync(file, 'utf8'));
  const faults: AccessFault[] = [...source.faults];
  const parameters = stageParameters(readFileSync(join(folder, 'serverless.yml'), 'utf8'));
  const settings = source.value === undefined ? undefined : checked(source, [], schemaFor(parameters), faults);
  return {
    settings: faults.length === 0 ? (settings ?? {}) : {},
    findings: faults.map((fault) => stops('stage', printed(fault), 'stages/example.yml has every member, explained')),
  };
};
