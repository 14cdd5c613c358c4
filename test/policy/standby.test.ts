import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Json,
  type Resource,
  type Template,
  changedMembers,
  eachOf,
  listOf,
  membersOf,
} from '../../serverless/standby/template.ts';
import { withStandby } from '../../serverless/standby/plugin.ts';
import { compiledStage } from './stage-template.ts';
import { HAS_STANDBY, IS_STANDBY, STANDBY_FILE } from './standby-stages.ts';
import { packaged } from './template.ts';

/** The template as it is where the stack's parameter says so. */
const where = (writes: boolean, template: Template): Template => {
  const resources = Object.entries(template.Resources).filter(([, one]) => writes || one.Condition !== 'Writes');
  const change = (part: Json): Json | undefined => {
    const [condition, then = null, otherwise = null] = listOf(membersOf(part)['Fn::If']);
    return condition === 'Writes' ? changedIn(writes ? then : otherwise) : undefined;
  };
  const changedIn = (part: Json): Json => changedMembers({ part }, change)['part'] ?? null;
  return {
    ...template,
    Resources: eachOf({ Resources: Object.fromEntries(resources) }, (one) => ({
      ...one,
      Properties: changedMembers(one.Properties ?? {}, change),
    })),
  };
};

const of = (template: Template, type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
const propertyOf = ([id, { Properties }]: readonly [string, Resource], name: string) =>
  [id, Properties?.[name]] as const;

/** Without what is `AWS::NoValue`, which CloudFormation leaves out, and without a description that only has a function wait for the access policy. */
const made = (properties: unknown): unknown =>
  JSON.parse(JSON.stringify(properties), (name, value: unknown) => {
    const text = JSON.stringify(value);
    if (text === '{"Ref":"AWS::NoValue"}') return undefined;
    if (name === 'Description' && text.startsWith('{"Fn::Sub":"behind ')) return undefined;
    return Array.isArray(value) ? value.filter((each) => each !== undefined) : value;
  });

let plain: Template;
let home: Template;
let standby: Template;
beforeAll(async () => {
  plain = (await packaged()).template as Template;
  home = withStandby(plain, HAS_STANDBY);
  standby = JSON.parse(await compiledStage(STANDBY_FILE)) as Template;
}, 240_000);

const WRITES = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'];

describe.each([
  ['a standby', () => standby],
  ['what was the writer before a fail-over', () => home],
])('%s, as long as it does not write', (_name, template) => {
  const shut = (): Template => where(false, template());

  test('has no role that may write into any table, open a session, sign or send', () => {
    const roles = of(shut(), 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(15);
    for (const [, { Properties }] of roles)
      for (const policy of listOf(Properties?.['Policies'])) {
        const statements = listOf(membersOf(membersOf(policy)['PolicyDocument'])['Statement']).map(membersOf);
        const denied = statements.filter(
          ({ Effect, Resource: on, Condition }) => Effect === 'Deny' && on === '*' && !Condition,
        );
        expect(denied.flatMap(({ Action }) => listOf(Action))).toEqual(
          expect.arrayContaining([
            ...WRITES,
            'dynamodb:PartiQL*',
            'sts:*',
            'kms:Sign',
            'sqs:SendMessage',
            's3:PutObject',
          ]),
        );
      }
  });

  test('begins no function but those that only read', () => {
    const open = of(shut(), 'AWS::Lambda::Function').filter(
      (one) => propertyOf(one, 'ReservedConcurrentExecutions')[1] !== 0,
    );
    expect(open.map(([id]) => id)).toEqual(['AuditLambdaFunction', 'IssuerLambdaFunction', 'PortalLambdaFunction']);
  });

  test('follows no stream and no queue, and keeps no schedule', () => {
    const sources = of(shut(), 'AWS::Lambda::EventSourceMapping');
    expect(sources.map((one) => propertyOf(one, 'Enabled')[1])).toEqual(sources.map(() => false));
    const rules = of(shut(), 'AWS::Events::Rule').filter(
      (one) => propertyOf(one, 'ScheduleExpression')[1] !== undefined,
    );
    expect(rules.map((one) => propertyOf(one, 'State')[1])).toEqual(['DISABLED', 'DISABLED', 'DISABLED']);
    expect(sources.length).toBeGreaterThan(4);
  });

  test('activates no access policy, and nothing waits for one', () => {
    expect(of(shut(), 'Custom::HatcheckPolicy')).toStrictEqual([]);
    expect(JSON.stringify(Object.values(shut().Resources))).not.toContain('ActivePolicy');
  });

  test('writes or not by one parameter of the stack', () => {
    const { Parameters, Conditions } = template();
    expect(Conditions?.['Writes']).toEqual({ 'Fn::Equals': [{ Ref: 'Writes' }, 'yes'] });
    expect(membersOf(Parameters?.['Writes'])['Default']).toBe(template() === home ? 'yes' : 'no');
  });
});

describe('a standby', () => {
  test('is packaged as its stage’s file says', () => {
    // Where it would be uploaded names the time.
    const timeless = ({ Resources }: Template): unknown =>
      JSON.parse(JSON.stringify(Resources).replaceAll(/dev\/\d+-[\dT:.-]+Z\//g, 'dev/'));
    expect(timeless(standby)).toEqual(timeless(withStandby(plain, IS_STANDBY)));
  });

  test('makes no table, and names those of the other stage', () => {
    expect(Object.values(standby.Resources).filter(({ Type }) => Type.startsWith('AWS::DynamoDB'))).toStrictEqual([]);
    expect(JSON.stringify(standby)).not.toMatch(
      /["{](Ledger|Index|Identity)Table["}.]|hatcheck-dev-(ledger|index|identity)\\?"/,
    );
    expect(standby.Resources['RequestsLambdaFunction']?.Properties).toMatchObject({
      Environment: { Variables: { LEDGER_TABLE: 'hatcheck-prod-ledger', IDENTITY_TABLE: 'hatcheck-prod-identity' } },
    });
  });

  test('has a copy of each key, under a policy of its own', () => {
    expect(of(standby, 'AWS::KMS::Key')).toStrictEqual([]);
    const keys = of(standby, 'AWS::KMS::ReplicaKey');
    expect(keys.map(([id]) => id).toSorted()).toEqual(
      of(plain, 'AWS::KMS::Key')
        .map(([id]) => id)
        .toSorted(),
    );
    for (const [id, { Properties }] of keys) {
      expect(Properties?.['KeyPolicy']).toEqual(plain.Resources[id]?.Properties?.['KeyPolicy']);
      expect(JSON.stringify(Properties?.['PrimaryKeyArn'])).toMatch(/kms:eu-central-1:\$\{AWS::AccountId\}:key\/mrk-/);
    }
  });
});

describe('a stage that has a standby', () => {
  test('is, as long as it writes, what it is without one but for its tables and keys', () => {
    const compared = (template: Template) =>
      Object.entries(template.Resources)
        .filter(([, { Type }]) => !/DynamoDB|KMS|Policy$/.test(Type))
        .map(
          ([id, { Type, Properties: { State: _state, Enabled: _enabled, ActionsEnabled: _actions, ...own } = {} }]) => [
            ...[id, Type],
            made(own),
          ],
        );
    expect(compared(where(true, home))).toEqual(compared(plain));
  });

  test('has tables of which each copy is protected, and nobody but replication writes otherwise than by appending', () => {
    const tables = of(home, 'AWS::DynamoDB::GlobalTable');
    expect(tables.map(([id]) => id)).toEqual(['LedgerTable', 'IndexTable', 'IdentityTable']);
    for (const [id, table] of tables) {
      expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      const replicas = listOf(table.Properties?.['Replicas']).map(membersOf);
      expect(replicas.map(({ Region }) => Region)).toEqual(['eu-west-1', 'eu-central-1']);
      for (const replica of replicas) {
        expect(replica).toMatchObject({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        });
        const policy = JSON.stringify(replica['ResourcePolicy'] ?? {});
        if (id !== 'LedgerTable') continue;
        expect(policy).toContain(`dynamodb:${JSON.stringify(replica['Region']).slice(1, -1)}:`);
        expect(policy).toContain('AWSServiceRoleForDynamoDBReplication');
      }
    }
  });

  test('keeps the ledger and its index strongly consistent; sessions, which have a TTL, follow', () => {
    const consistency = of(home, 'AWS::DynamoDB::GlobalTable').map((one) => propertyOf(one, 'MultiRegionConsistency'));
    expect(consistency).toEqual([
      ['LedgerTable', 'STRONG'],
      ['IndexTable', 'STRONG'],
      ['IdentityTable', undefined],
    ]);
    expect(home.Resources['LedgerTable']?.Properties?.['GlobalTableWitnesses']).toEqual([{ Region: 'eu-west-3' }]);
  });

  test('lets its keys be copied to that region, and to no other', () => {
    for (const [, { Properties }] of of(home, 'AWS::KMS::Key')) {
      expect(Properties?.['MultiRegion']).toBe(true);
      const statements = listOf(membersOf(Properties?.['KeyPolicy'])['Statement']).map(membersOf);
      expect(statements.filter(({ Action }) => JSON.stringify(Action).includes('Replicate'))).toMatchObject([
        { Action: 'kms:ReplicateKey', Condition: { StringEquals: { 'kms:ReplicaRegion': 'eu-central-1' } } },
      ]);
    }
  });
});

test('a stage without a standby is not changed', () => {
  expect(JSON.stringify(plain)).not.toContain('"Writes"');
  expect(of(plain, 'AWS::DynamoDB::Table')).toHaveLength(3);
});
