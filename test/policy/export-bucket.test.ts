import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { parsePolicy } from '../../local/aws/policy/document.ts';
import { evaluate } from '../../local/aws/policy/evaluate.ts';
import { one } from './broken.ts';
import type { TemplateLaw } from './resource-laws.ts';
import { type TemplateLaws, testTemplateLaws } from './hold.ts';
import { type Compiled, changed, packaged, property, resolved } from './template.ts';

let compiled: Compiled;
beforeAll(async () => {
  compiled = await packaged();
});

const ARN = 'arn:aws:s3:::hatcheck-dev-export-777788889999';
const ON_EXPORT = 'arn:aws:iam::777788889999:role/hatcheck/hatcheck-dev-on-export';

const KEPT = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
const BUCKET = {
  ObjectLockEnabled: true,
  ObjectLockConfiguration: {
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 2557 } },
  },
  VersioningConfiguration: { Status: 'Enabled' },
  BucketEncryption: {
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
  },
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  },
  OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
};

const bucketSchema = z.looseObject({ Properties: z.record(z.string(), z.unknown()) });
const templateSchema = z.object({ Resources: z.looseObject({ ExportBucket: bucketSchema }) });

/** As it is in the template. */
const theExportIsKept: TemplateLaw = (template) => {
  const { Properties, ...members } = templateSchema.parse(template).Resources.ExportBucket;
  const differs = (found: Readonly<Record<string, unknown>>, wanted: object) =>
    Object.entries(wanted).flatMap(([name, value]) =>
      JSON.stringify(found[name]) === JSON.stringify(value) ? [] : [name],
    );
  const { Rules } = z.object({ Rules: z.array(z.looseObject({})) }).parse(Properties['LifecycleConfiguration']);
  const expiring = Rules.filter((rule) => Object.keys(rule).some((name) => name.includes('Expiration')));
  return [...differs(members, KEPT), ...differs(Properties, BUCKET), ...expiring.map(() => 'something expires')];
};

const DELETING = ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'];
const WRITING = ['s3:PutObject', 's3:PutObjectRetention'];
const DENIED = [
  { Action: 's3:*', Resource: [ARN, `${ARN}/*`], Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
  { Action: 's3:*', Resource: [ARN, `${ARN}/*`], Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } } },
  { Action: DELETING, Resource: `${ARN}/*`, Condition: undefined },
  { Action: WRITING, Resource: `${ARN}/*`, Condition: { ArnNotEquals: { 'aws:PrincipalArn': ON_EXPORT } } },
  { Action: WRITING, Resource: `${ARN}/*`, Condition: { StringNotEquals: { 's3:object-lock-mode': 'COMPLIANCE' } } },
];

const policySchema = z.object({
  PolicyDocument: z.object({
    Statement: z.array(
      z.object({
        ...{ Effect: z.string(), Principal: z.unknown(), Action: z.unknown(), Resource: z.unknown() },
        Condition: z.unknown().optional(),
      }),
    ),
  }),
});

/** Whatever a policy elsewhere allows. */
const nobodyTakesFromTheExport: TemplateLaw = (template) => {
  const statements = resolved(template)
    .resourcesOf('AWS::S3::BucketPolicy')
    .flatMap(({ properties }) => policySchema.parse(properties).PolicyDocument.Statement);
  const denies = statements.filter(({ Effect, Principal }) => Effect === 'Deny' && Principal === '*');
  return [
    ...statements.filter(({ Effect }) => Effect !== 'Deny').map(() => 'the policy allows something'),
    ...DENIED.filter(
      (wanted) =>
        !denies.some(({ Action, Resource, Condition }) =>
          [
            [Action, wanted.Action],
            [Resource, wanted.Resource],
            [Condition, wanted.Condition],
          ].every(([found, asked]) => JSON.stringify(found) === JSON.stringify(asked)),
        ),
    ).map((wanted) => `not denied: ${JSON.stringify(wanted)}`),
  ];
};

const bucket = (...path: (string | number)[]) => property('ExportBucket', ...path);
const sid = (name: string, ...more: string[]) =>
  property('ExportBucketPolicy', 'PolicyDocument', 'Statement', `Sid=${name}`, ...more);

const LAWS: TemplateLaws = {
  'the export is kept': [
    theExportIsKept,
    [
      one('deleted with the stack', ['Resources', 'ExportBucket', 'DeletionPolicy'], 'Delete', 'DeletionPolicy'),
      one('replaced', ['Resources', 'ExportBucket', 'UpdateReplacePolicy'], undefined, 'UpdateReplacePolicy'),
      one('no lock', bucket('ObjectLockEnabled'), false, 'ObjectLockEnabled'),
      one(
        'a lock that some may go past',
        bucket('ObjectLockConfiguration', 'Rule', 'DefaultRetention', 'Mode'),
        'GOVERNANCE',
        'ObjectLockConfiguration',
      ),
      one(
        'a lock of a day',
        bucket('ObjectLockConfiguration', 'Rule', 'DefaultRetention', 'Days'),
        1,
        'ObjectLockConfiguration',
      ),
      one('no versions', bucket('VersioningConfiguration', 'Status'), 'Suspended', 'VersioningConfiguration'),
      one('in the clear', bucket('BucketEncryption'), undefined, 'BucketEncryption'),
      one('public', bucket('PublicAccessBlockConfiguration', 'BlockPublicPolicy'), false, 'PublicAccessBlock'),
      one('with ACLs', bucket('OwnershipControls'), undefined, 'OwnershipControls'),
      one(
        'that expires',
        bucket('LifecycleConfiguration', 'Rules', '+'),
        { Id: 'Sweep', Status: 'Enabled', ExpirationInDays: 30 },
        'something expires',
      ),
    ],
  ],
  'nobody takes from the export, or adds to it': [
    nobodyTakesFromTheExport,
    [
      one('without TLS', sid('TlsOnly'), undefined, 'aws:SecureTransport'),
      one('an old TLS', sid('RecentTlsOnly'), undefined, 's3:TlsVersion'),
      one('versions', sid('NobodyDeletes', 'Action'), ['s3:DeleteObject'], 's3:DeleteObjectVersion'),
      one('but for some', sid('NobodyDeletes', 'Condition'), { Bool: { 'aws:ViaAWSService': 'false' } }, 'Delete'),
      one('another writer', sid('OnlyTheExportWrites'), undefined, 'on-export'),
      one('without a lock', sid('OnlyToBeKept'), undefined, 's3:object-lock-mode'),
      one('not denied at all', sid('NobodyDeletes', 'Effect'), 'Allow', 'the policy allows something'),
    ],
  ],
};

testTemplateLaws(LAWS, () => compiled.template);

describe('a bucket of another account', () => {
  test('is not made, and has no policy of ours', () => {
    const named = changed(compiled.template, ['Conditions', 'ExportBucketIsOurs'], { 'Fn::Equals': ['theirs', ''] });
    const ids = (template: unknown): readonly string[] =>
      ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy'].flatMap((type) =>
        resolved(template)
          .resourcesOf(type)
          .map(({ logicalId }) => logicalId),
      );
    expect(ids(compiled.template)).toEqual(expect.arrayContaining(['ExportBucket', 'ExportBucketPolicy']));
    expect(ids(named).filter((id) => id.startsWith('Export'))).toStrictEqual([]);
  });

  test('lets the function put what is kept, as the page says, and nothing else; and nobody delete', () => {
    const [, json = ''] = /```json export-bucket\n([^`]+)```/.exec(readFileSync('docs/operations.md', 'utf8')) ?? [];
    const bucketPolicy = parsePolicy(JSON.parse(json), 'resource', 'the page');
    const roleArn = 'arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-on-export';
    const may = (action: string, key: string, mode?: string, callerArn = roleArn): boolean => {
      const caller = { kind: 'role', account: '777788889999', roleArn: callerArn, sessionArn: callerArn } as const;
      const context = new Map([
        ['aws:securetransport', ['true']],
        ...(mode === undefined ? [] : [['s3:object-lock-mode', [mode]] as const]),
      ]);
      const resource = `arn:aws:s3:::hatcheck-export/${key}`;
      return evaluate({ caller, action, resource, context }, { identity: [], resource: bucketPolicy }).allowed;
    };
    const file = 'events/dt=2026-11-22/0000000000-0000.jsonl';
    expect(WRITING.map((action) => may(action, file, 'COMPLIANCE'))).toEqual([true, true]);
    expect(may('s3:PutObject', file)).toBe(false);
    expect(may('s3:PutObject', file, 'GOVERNANCE')).toBe(false);
    expect(may('s3:PutObject', 'elsewhere', 'COMPLIANCE')).toBe(false);
    expect(may('s3:PutObject', file, 'COMPLIANCE', 'arn:aws:iam::777788889999:role/other')).toBe(false);
    expect(DELETING.map((action) => may(action, file))).toEqual([false, false, false]);
  });
});
