import { beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type Path, changed, packaged } from './template.ts';

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      DeletionPolicy: z.string().optional(),
      UpdateReplacePolicy: z.string().optional(),
    }),
  ),
});

/** What is on record, what signed it and what can read it: none of it goes with the stack. */
const KEPT_TYPES: ReadonlySet<string> = new Set([
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::Backup::BackupVault',
]);

/** Target accounts trust them by their ids, which another role of the same name would not have. */
const TRUSTED: ReadonlySet<string> = new Set(['CredentialsRole', 'OnRevocationRole']);

/** What was uploaded, of which the next deployment makes another. */
const OF_SERVERLESS = 'ServerlessDeploymentBucket';

/** What goes when the stack goes, or when it is replaced by another of its kind, and must not. */
const goesWithTheStack = (template: unknown): readonly string[] =>
  Object.entries(templateSchema.parse(template).Resources)
    .filter(([id, { Type }]) => (KEPT_TYPES.has(Type) && id !== OF_SERVERLESS) || TRUSTED.has(id))
    .filter(([, each]) => each.DeletionPolicy !== 'Retain' || each.UpdateReplacePolicy !== 'Retain')
    .map(([id]) => `${id} goes with the stack`);

let template: unknown;
beforeAll(async () => {
  ({ template } = await packaged());
});

const at = (id: string, member: string): Path => ['Resources', id, member];

describe('taking a stage down', () => {
  test('leaves tables, keys, logs, the export and the roles that accounts trust', () => {
    expect(goesWithTheStack(template)).toStrictEqual([]);
  });

  test('and each of them is there to be left', () => {
    const { Resources } = templateSchema.parse(template);
    const kept = Object.entries(Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain');
    expect(kept.map(([id]) => id)).toEqual(
      expect.arrayContaining([
        ...['LedgerTable', 'IndexTable', 'IdentityTable', 'IssuerKeyA', 'IssuerKeyB', 'SamlKeyA', 'SamlKeyB'],
        ...['CredentialsLogGroup', 'CredentialsRole', 'OnRevocationRole'],
      ]),
    );
  });

  test.each([
    ['LedgerTable', 'DeletionPolicy'],
    ['IssuerKeyA', 'UpdateReplacePolicy'],
    ['SigninLogGroup', 'DeletionPolicy'],
    ['CredentialsRole', 'DeletionPolicy'],
    ['BackupVault', 'DeletionPolicy'],
  ])('would be noticed to take %s: %s', (id, member) => {
    expect(goesWithTheStack(changed(template, at(id, member), 'Delete'))).toEqual([`${id} goes with the stack`]);
    expect(goesWithTheStack(changed(template, at(id, member), undefined))).toEqual([`${id} goes with the stack`]);
  });

  test('and the pepper and the secrets are in no stack: it can neither make nor remove them', () => {
    const types = Object.values(templateSchema.parse(template).Resources).map(({ Type }) => Type);
    expect(types.filter((type) => /^AWS::(SSM|SecretsManager)::/.test(type))).toStrictEqual([]);
  });
});
