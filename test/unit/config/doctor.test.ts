import { describe, expect, test } from '@jest/globals';
import { type Deed, diagnose } from '../../../lib/config/doctor/diagnose.ts';
import { readRoles } from '../../../lib/config/role-facts.ts';
import { boundaryArn } from '../../../lib/domain/boundary.ts';
import { trustPolicy } from '../../../lib/domain/target-role.ts';
import { TARGET } from '../../local/aws/small-world.ts';
import { entitlement } from '../../support/builders.ts';
import { BROKERS, byRole, byToken, facts, linesOf, changed, session } from './doctor-scene.ts';

describe('besides the trust policy', () => {
  test('a deny in it is named', () => {
    const trust = trustPolicy([byRole], BROKERS);
    const Statement = [...trust.Statement, { Sid: 'Stop', Effect: 'Deny', Principal: '*', Action: 'sts:TagSession' }];
    expect(diagnose(byRole, BROKERS, [facts(byRole, { trust: { Statement } })])).toMatchObject([
      { level: 'fault', line: 'denied', what: expect.stringContaining('Stop') },
    ]);
  });

  test('sessions that are shorter than what is asked for', () => {
    const [finding] = diagnose(byToken, BROKERS, [facts(byToken, { maxSessionSeconds: 3600 })]);
    expect(finding).toMatchObject({ level: 'fault', line: 'duration' });
    expect(finding?.fix).toContain('--max-session-duration 7200');
    expect(linesOf({ ...byRole, roleMaxSessionSeconds: 7200 }, { maxSessionSeconds: 3600 })).toStrictEqual([]);
  });

  test.each([null, 'arn:aws:iam::111122223333:policy/other'])('a role without its boundary: %j', (carried) => {
    const [finding] = diagnose(byRole, BROKERS, [facts(byRole, { boundaryArn: carried })]);
    expect(finding).toMatchObject({ level: 'fault', line: 'boundary' });
    expect(finding?.fix).toContain('policy/hatcheck/Admin-boundary');
  });

  test('a role under a path of its own, without the tag by which it is known as lent', () => {
    const elsewhere = entitlement({ roleArn: 'arn:aws:iam::111122223333:role/apps/Admin' });
    expect(linesOf(elsewhere, { tags: [] })).toEqual(['warning lent_tag']);
    expect(linesOf(elsewhere, { tags: ['hatcheck-entitlements'] })).toStrictEqual([]);
    expect(linesOf(elsewhere)).toStrictEqual([]);
    expect(linesOf(byRole, { tags: [] })).toStrictEqual([]);
  });

  test('a role that is not there, or elsewhere, and one of which nobody told', () => {
    const others = ['a', 'b'].map((name) => facts(byRole, { arn: `arn:aws:iam::111122223333:role/${name}`, name }));
    expect(diagnose(byRole, BROKERS, others)).toMatchObject([{ level: 'fault', line: 'role' }]);
    const elsewhere = facts(byRole, { arn: 'arn:aws:iam::111122223333:role/Admin' });
    expect(diagnose(byRole, BROKERS, [elsewhere])).toMatchObject([
      { level: 'fault', line: 'role', what: expect.stringContaining('role/Admin is') },
    ]);
    expect(diagnose(byRole, BROKERS, [])).toMatchObject([{ level: 'warning', line: 'role' }]);
  });

  test('what was not read is said to be unread, and what is no policy to be none', () => {
    expect(
      diagnose(byRole, BROKERS, [{ arn: TARGET, name: 'Admin' }]).map(({ level, line }) => `${level} ${line}`),
    ).toEqual(['warning role', 'warning duration', 'warning boundary']);
    expect(linesOf(byRole, { trust: 'none' })).toEqual(['fault role']);
  });

  test('a condition that cannot be checked from here is said to be so', () => {
    const trust = changed(byRole, (one) => ({
      ...one,
      Condition: { ...one.Condition, IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    }));
    expect(linesOf(byRole, { trust })).toEqual(['warning condition']);
  });
});

describe('permissions that lack the action are told from a trust policy that does not let us in', () => {
  const list = { action: 's3:ListAllMyBuckets', resource: '*' };
  const get = { action: 's3:GetObject', resource: 'arn:aws:s3:::reports/x' };
  const allow = (Action: string, Resource = '*', more: object = {}) => ({
    Statement: [{ Effect: 'Allow', Action, Resource, ...more }],
  });

  test.each<readonly [string, unknown[], Deed, string[]]>([
    ['lack it', [allow('s3:GetObject')], list, ['fault permissions']],
    ['have it', [allow('s3:List*')], list, []],
    ['have it in another case', [allow('S3:listallmybuckets')], list, []],
    ['have it on something else', [allow('s3:*', 'arn:aws:s3:::other/*')], get, ['fault permissions']],
    ['have it on this', [allow('s3:*', 'arn:aws:s3:::reports/?')], get, []],
    [
      'deny it',
      [allow('*'), { Statement: [{ Effect: 'Deny', NotAction: 'iam:*', Resource: '*' }] }],
      get,
      ['fault permissions'],
    ],
    [
      'have it under conditions',
      [allow('*', '*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } })],
      get,
      ['warning permissions'],
    ],
    ['have none', [], get, ['fault permissions']],
  ])('they %s', (_, policies, deed, lines) => {
    expect(linesOf(byRole, { policies }, deed)).toEqual(lines);
  });

  test('and from policies that were not read, or not all', () => {
    expect(linesOf(byRole, {}, get)).toEqual(['warning permissions']);
    expect(linesOf(byRole, { policies: [], unread: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }, get)).toEqual([
      'warning permissions',
    ]);
  });

  test('and from what the entitlement takes away itself', () => {
    const denying = entitlement({
      roleArn: TARGET,
      session: { ...session, denies: [{ Effect: 'Deny', Sid: 'NoObjects', NotAction: ['s3:List*'], Resource: ['*'] }] },
    });
    const policies = [allow('*')];
    expect(linesOf(denying, { policies }, get)).toEqual(['fault session_policy']);
    expect(linesOf(denying, { policies }, list)).toStrictEqual([]);
  });
});

describe('roles as the AWS CLI prints them', () => {
  const Role = {
    Arn: TARGET,
    RoleName: 'Admin',
    MaxSessionDuration: 3600,
    AssumeRolePolicyDocument: trustPolicy([byRole], BROKERS),
  };

  test('what several files say of one is put together', () => {
    const details = {
      RoleDetailList: [
        {
          ...{
            Arn: TARGET,
            RoleName: 'Admin',
            AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(Role.AssumeRolePolicyDocument)),
          },
          RolePolicyList: [{ PolicyName: 'own', PolicyDocument: { Statement: [] } }],
          AttachedManagedPolicies: [
            { PolicyArn: 'arn:aws:iam::aws:policy/A' },
            { PolicyArn: 'arn:aws:iam::aws:policy/B' },
          ],
          PermissionsBoundary: { PermissionsBoundaryArn: boundaryArn(byRole) },
          Tags: [{ Key: 'hatcheck-entitlements', Value: 'prod-read' }],
        },
      ],
      Policies: [
        {
          Arn: 'arn:aws:iam::aws:policy/A',
          PolicyVersionList: [
            { Document: { Statement: ['old'] }, IsDefaultVersion: false },
            { Document: { Statement: ['new'] }, IsDefaultVersion: true },
          ],
        },
      ],
    };
    const list = { Roles: [{ ...Role, AssumeRolePolicyDocument: undefined }] };
    expect(readRoles([details, list].map((each) => JSON.stringify(each)))).toEqual([
      {
        ...facts(byRole),
        tags: ['hatcheck-entitlements'],
        policies: [{ Statement: [] }, { Statement: ['new'] }],
        unread: ['arn:aws:iam::aws:policy/B'],
      },
    ]);
  });

  test('get-role says whether there are a boundary and tags, a list of roles does not', () => {
    expect(readRoles([JSON.stringify({ Role })])).toEqual([facts(byRole, { boundaryArn: null, tags: [] })]);
    expect(readRoles([JSON.stringify({ Roles: [Role] })])?.[0]).toEqual({ ...facts(byRole), boundaryArn: undefined });
  });

  test.each(['', '[]', '{"Role":{"Arn":"x","RoleName":"x"}}', '{"Users":[]}'])('%j is none of theirs', (text) => {
    expect(readRoles([text])).toBeUndefined();
  });
});
