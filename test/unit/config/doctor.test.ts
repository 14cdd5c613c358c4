import { describe, expect, test } from '@jest/globals';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type Deed, diagnose } from '../../../lib/config/doctor/diagnose.ts';
import { type RoleFacts, readRoles } from '../../../lib/config/role-facts.ts';
import { boundaryArn } from '../../../lib/domain/boundary.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import { type PolicyText, type StatementText, trustPolicy } from '../../../lib/domain/target-role.ts';
import { parsePolicy } from '../../../local/aws/policy/document.ts';
import { evaluateTrust } from '../../../local/aws/policy/evaluate.ts';
import {
  BROKER,
  BROKER_ACCOUNT,
  TARGET,
  clientConfig,
  codeOf,
  role,
  start,
  world,
} from '../../local/aws/small-world.ts';
import { entitlement } from '../../support/builders.ts';

const ISSUER = 'https://issuer.example.com';
const BROKERS = { credentialsRoleArn: BROKER, onRevocationRoleArn: `${BROKER}-not`, issuer: ISSUER };
const { session } = entitlement();
const byRole = entitlement({ roleArn: TARGET });
const byToken = entitlement({
  roleArn: TARGET,
  session: { ...session, via: 'webIdentity', maxSeconds: 7200 },
  roleMaxSessionSeconds: 7200,
});
const byResponse = entitlement({ roleArn: TARGET, session: { ...session, via: 'saml' } });

const facts = (of: Entitlement, changes: Partial<RoleFacts> = {}): RoleFacts => ({
  ...{ arn: of.roleArn, name: 'Admin', trust: trustPolicy([of], BROKERS), maxSessionSeconds: of.roleMaxSessionSeconds },
  boundaryArn: boundaryArn(of),
  ...changes,
});

const linesOf = (of: Entitlement, changes: Partial<RoleFacts> = {}, deed?: Deed): readonly string[] =>
  diagnose(of, BROKERS, [facts(of, changes)], deed).map(({ level, line }) => `${level} ${line}`);

type Change = (statement: StatementText) => StatementText;

const changed = (of: Entitlement, change: Change): PolicyText => {
  const trust = trustPolicy([of], BROKERS);
  return { ...trust, Statement: trust.Statement.map(change) };
};

const without =
  (action: string): Change =>
  (statement) => ({ ...statement, Action: [statement.Action].flat().filter((each) => each !== action) });

/** Another value, or none at all. */
const condition =
  (operator: 'StringEquals' | 'StringLike', key: string, value?: string): Change =>
  (statement) => {
    const kept = Object.entries(statement.Condition?.[operator] ?? {}).filter(([each]) => each !== key);
    const wanted = Object.fromEntries([...kept, ...(value === undefined ? [] : [[key, value] as const])]);
    return { ...statement, Condition: { ...statement.Condition, [operator]: wanted } };
  };

const HOST = 'issuer.example.com';

describe('one broken line of the trust policy is told as exactly that line', () => {
  const OTHER = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/other`;

  test.each<readonly [string, Change, string, string]>([
    ['the principal', (one) => ({ ...one, Principal: { AWS: OTHER } }), 'principal', BROKER],
    ['sts:AssumeRole', without('sts:AssumeRole'), 'action', '"sts:AssumeRole"'],
    ['sts:TagSession', without('sts:TagSession'), 'tag_session', '"sts:TagSession"'],
    ['sts:SetSourceIdentity', without('sts:SetSourceIdentity'), 'set_source_identity', '"sts:SetSourceIdentity"'],
    [
      'the ExternalId',
      condition('StringEquals', 'sts:ExternalId', 'another'),
      'external_id',
      '"sts:ExternalId": "5f0c9a1e"',
    ],
    ['the request’s tag', condition('StringLike', 'aws:RequestTag/hatcheck-request', 'x_*'), 'request_tag', '"r_*"'],
    ['the source identity', condition('StringLike', 'sts:SourceIdentity', '*@example.com'), 'source_identity', '"p_*"'],
    ['a condition more', condition('StringEquals', 'sts:RoleSessionName', 'batch'), 'condition', 'sts:RoleSessionName'],
  ])('%s: AWS refuses, and the fix is to the letter', async (_, change, line, fix) => {
    const trust = changed(byRole, change);
    const aws = await start({ world: world(role(TARGET, { trustPolicy: { ...trust } })) });
    try {
      const opened = new STSClient(clientConfig(aws, BROKER)).send(
        new AssumeRoleCommand({
          ...{ RoleArn: TARGET, RoleSessionName: 'engineer@example.com=AAAAAAAA', ExternalId: '5f0c9a1e' },
          SourceIdentity: `p_${'A'.repeat(43)}`,
          Tags: [{ Key: 'hatcheck-request', Value: `r_${'A'.repeat(26)}` }],
        }),
      );
      expect(await codeOf(opened)).toBe('AccessDenied');
    } finally {
      await aws.close();
    }
    const findings = diagnose(byRole, BROKERS, [facts(byRole, { trust })]);
    expect(findings.filter(({ level }) => level === 'fault').map((each) => each.line)).toEqual([line]);
    expect(findings.find((each) => each.line === line)?.fix).toContain(fix);
  });

  test.each<readonly [string, Entitlement, Change, string]>([
    [
      'the provider of tokens',
      byToken,
      (one) => ({ ...one, Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/x' } }),
      'principal',
    ],
    ['the audience of a token', byToken, condition('StringEquals', `${HOST}:aud`, 'hatcheck:444455556666'), 'audience'],
    ['the subject of a token', byToken, condition('StringEquals', `${HOST}:sub`, 'other'), 'subject'],
    ['sts:AssumeRoleWithWebIdentity', byToken, without('sts:AssumeRoleWithWebIdentity'), 'action'],
    ['sts:TagSession by token', byToken, without('sts:TagSession'), 'tag_session'],
    [
      'the provider of responses',
      byResponse,
      (one) => ({ ...one, Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/x' } }),
      'principal',
    ],
    [
      'the audience of a response',
      byResponse,
      condition('StringEquals', 'SAML:aud', 'https://x.example.com'),
      'audience',
    ],
    ['the issuer of a response', byResponse, condition('StringEquals', 'SAML:iss', 'https://x.example.com'), 'issuer'],
    ['the subject of a response', byResponse, condition('StringEquals', 'SAML:sub', 'other'), 'subject'],
  ])('%s: the local evaluator refuses as well', (_, of, change, line) => {
    const trust = changed(of, change);
    const {
      session: { via },
    } = of;
    const [action, provider, keys] =
      via === 'saml'
        ? ([
            'sts:AssumeRoleWithSAML',
            'saml-provider/hatcheck',
            {
              'saml:aud': 'https://signin.aws.amazon.com/saml',
              'saml:iss': `${ISSUER}/saml`,
              'saml:sub': of.id,
              'saml:sub_type': 'persistent',
            },
          ] as const)
        : ([
            'sts:AssumeRoleWithWebIdentity',
            `oidc-provider/${HOST}`,
            { [`${HOST}:aud`]: 'hatcheck:111122223333', [`${HOST}:sub`]: of.id },
          ] as const);
    const attributed = { 'aws:requesttag/hatcheck-request': 'r_A', 'sts:sourceidentity': 'p_A' };
    const context = new Map(Object.entries({ ...keys, ...attributed }).map(([key, value]) => [key, [value]] as const));
    const caller = { kind: 'federated', provider: `arn:aws:iam::111122223333:${provider}` } as const;
    const may = (document: PolicyText, asked: string) =>
      evaluateTrust(
        { caller, action: asked, resource: TARGET, context },
        parsePolicy({ ...document }, 'trust', 'trust'),
      ).allowed;
    expect([action, 'sts:TagSession'].every((each) => may(trust, each))).toBe(false);
    expect([action, 'sts:TagSession'].every((each) => may(trustPolicy([of], BROKERS), each))).toBe(true);
    expect(linesOf(of, { trust })).toEqual([`fault ${line}`]);
  });
});

describe('a trust policy that is in order', () => {
  test.each([
    ['by role', byRole],
    ['by token', byToken],
    ['by response', byResponse],
  ])('is left alone: %s, and as others may write it', (_, of) => {
    expect(linesOf(of)).toEqual([]);
    const split = trustPolicy([of], BROKERS).Statement.flatMap((one) =>
      [one.Action].flat().map((Action) => ({ ...one, Sid: undefined, Action })),
    );
    expect(linesOf(of, { trust: { Statement: split } })).toEqual([]);
    const [one] = trustPolicy([of], BROKERS).Statement;
    expect(linesOf(of, { trust: { Statement: { ...one, Action: 'sts:*' } } })).toEqual([]);
  });

  test('for several entitlements of one role is in order for each', () => {
    const second = { ...byToken, id: 'second' };
    const trust = trustPolicy([byToken, second], BROKERS);
    expect([linesOf(byToken, { trust }), linesOf(second, { trust })]).toEqual([[], []]);
  });
});

describe('a trust policy that lets in more than us is a fault, though we get in', () => {
  test.each<readonly [string, Entitlement, Change, string]>([
    ['asks for no ExternalId', byRole, condition('StringEquals', 'sts:ExternalId'), 'fault external_id'],
    [
      'trusts the broker’s whole account',
      byRole,
      (one) => ({ ...one, Principal: { AWS: `arn:aws:iam::${BROKER_ACCOUNT}:root` } }),
      'fault principal',
    ],
    ['trusts everybody', byRole, (one) => ({ ...one, Principal: { AWS: '*' } }), 'fault principal'],
    ['asks for no audience', byToken, condition('StringEquals', `${HOST}:aud`), 'fault audience'],
    ['asks for no subject', byToken, condition('StringEquals', `${HOST}:sub`), 'fault subject'],
    ['asks for no issuer', byResponse, condition('StringEquals', 'SAML:iss'), 'fault issuer'],
    ['asks for no request', byRole, condition('StringLike', 'aws:RequestTag/hatcheck-request'), 'warning request_tag'],
    [
      'takes any source identity',
      byRole,
      condition('StringLike', 'sts:SourceIdentity', '*'),
      'warning source_identity',
    ],
    [
      'takes a pattern for the subject',
      byToken,
      (one) => condition('StringLike', `${HOST}:sub`, 'prod-*')(condition('StringEquals', `${HOST}:sub`)(one)),
      'fault subject',
    ],
  ])('%s', (_, of, change, line) => {
    expect(linesOf(of, { trust: changed(of, change) })).toEqual([line]);
  });
});

describe('a statement that lets in somebody else besides ours is a fault', () => {
  const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${HOST}`;
  const allow = (Principal: object | string, Action: string | string[] = 'sts:AssumeRole') => ({
    Sid: 'Another',
    Effect: 'Allow',
    Principal,
    Action,
  });
  const linesBeside = (of: Entitlement, another: object) =>
    linesOf(of, { trust: { Statement: [...trustPolicy([of], BROKERS).Statement, another] } });

  test.each<readonly [string, object]>([
    ['another account', allow({ AWS: 'arn:aws:iam::888899990000:root' })],
    ['another account, as a number', allow({ AWS: '888899990000' })],
    ['whoever its own account lets', allow({ AWS: 'arn:aws:iam::111122223333:root' })],
    ['another role of the broker’s account', allow({ AWS: `arn:aws:iam::${BROKER_ACCOUNT}:role/other` })],
    ['another function of the broker', allow({ AWS: BROKERS.onRevocationRoleArn })],
    ['a service', allow({ Service: 'ec2.amazonaws.com' })],
    ['everybody', allow('*')],
    [
      'everybody but one',
      {
        ...{ Sid: 'Another', Effect: 'Allow', Action: 'sts:AssumeRole' },
        NotPrincipal: { AWS: 'arn:aws:iam::888899990000:root' },
      },
    ],
    [
      'another provider of tokens',
      allow(
        { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.example.org' },
        'sts:AssumeRoleWithWebIdentity',
      ),
    ],
    [
      'another provider of responses',
      allow({ Federated: 'arn:aws:iam::111122223333:saml-provider/other' }, 'sts:AssumeRoleWithSAML'),
    ],
    ['another account, by a pattern of actions', allow({ AWS: '888899990000' }, 'sts:Assume*')],
    ['another account, by all actions', allow({ AWS: '888899990000' }, ['sts:*'])],
  ])('%s', (_, another) => {
    for (const lent of [byRole, byToken, byResponse]) expect(linesBeside(lent, another)).toContain('fault principal');
  });

  test('somebody in the same statement as we are', () => {
    const trust = changed(byRole, (one) => ({ ...one, Principal: { ...one.Principal, Service: 'ec2.amazonaws.com' } }));
    expect(linesOf(byRole, { trust })).toEqual(['fault principal']);
  });

  test('our own provider of tokens without conditions, where the role is lent in another way', () => {
    const another = allow({ Federated: PROVIDER }, 'sts:AssumeRoleWithWebIdentity');
    expect(linesBeside(byRole, another).filter((line) => line.startsWith('fault'))).toEqual([
      'fault audience',
      'fault subject',
    ]);
  });

  test('and is none where it opens no session, or where the role is lent in several ways', () => {
    expect(linesBeside(byRole, allow({ AWS: '888899990000' }, 'sts:TagSession'))).toEqual([]);
    const trust = trustPolicy([byRole, byToken, byResponse], BROKERS);
    expect([byRole, byToken, byResponse].map((of) => linesOf(of, { trust }))).toEqual([[], [], []]);
  });
});

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
    expect(linesOf({ ...byRole, roleMaxSessionSeconds: 7200 }, { maxSessionSeconds: 3600 })).toEqual([]);
  });

  test.each([null, 'arn:aws:iam::111122223333:policy/other'])('a role without its boundary: %j', (carried) => {
    const [finding] = diagnose(byRole, BROKERS, [facts(byRole, { boundaryArn: carried })]);
    expect(finding).toMatchObject({ level: 'fault', line: 'boundary' });
    expect(finding?.fix).toContain('policy/hatcheck/Admin-boundary');
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
    expect(linesOf(denying, { policies }, list)).toEqual([]);
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
        policies: [{ Statement: [] }, { Statement: ['new'] }],
        unread: ['arn:aws:iam::aws:policy/B'],
      },
    ]);
  });

  test('get-role says whether there is a boundary, a list of roles does not', () => {
    expect(readRoles([JSON.stringify({ Role })])).toEqual([facts(byRole, { boundaryArn: null })]);
    expect(readRoles([JSON.stringify({ Roles: [Role] })])?.[0]).not.toHaveProperty('boundaryArn');
  });

  test.each(['', '[]', '{"Role":{"Arn":"x","RoleName":"x"}}', '{"Users":[]}'])('%j is none of theirs', (text) => {
    expect(readRoles([text])).toBeUndefined();
  });
});
