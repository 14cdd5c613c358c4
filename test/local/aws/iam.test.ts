import { afterEach, describe, expect, test } from '@jest/globals';
import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetSAMLProviderCommand,
  IAMClient,
  ListPolicyVersionsCommand,
  PutRolePermissionsBoundaryCommand,
  SetDefaultPolicyVersionCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import type { LocalAws } from '../../../local/aws/server.ts';
import type { Role } from '../../../local/aws/world.ts';
import {
  ALLOW_ALL,
  BROKER_ACCOUNT,
  TARGET,
  TARGET_ACCOUNT,
  clientConfig,
  codeOf,
  policy,
  role,
  start,
  world,
} from './small-world.ts';

const BOUNDARY = `arn:aws:iam::${TARGET_ACCOUNT}:policy/hatcheck/Admin-boundary`;
const OTHER = `arn:aws:iam::${TARGET_ACCOUNT}:policy/other`;
const WRITER = `arn:aws:iam::${TARGET_ACCOUNT}:role/writer`;

const DENY_ALL = policy(
  { Effect: 'Allow', Action: '*', Resource: '*' },
  { Effect: 'Deny', Action: '*', Resource: '*' },
);

const running: LocalAws[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((aws) => aws.close()));
});

const startWith = async (...roles: Role[]) => {
  const managedPolicies = { [BOUNDARY]: ALLOW_ALL, [OTHER]: ALLOW_ALL };
  const bounded = role(TARGET, { boundary: BOUNDARY });
  const aws = await start({ world: { ...world(bounded, role(WRITER), ...roles), managedPolicies } });
  running.push(aws);
  return { aws, iam: new IAMClient(clientConfig(aws, WRITER)) };
};

const create = (document: object, SetAsDefault = true, PolicyArn = BOUNDARY) =>
  new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: JSON.stringify(document), SetAsDefault });

const versionsOf = async (iam: IAMClient) => {
  const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn: BOUNDARY }));
  return Versions.map(({ VersionId, IsDefaultVersion }) => `${VersionId}${IsDefaultVersion ? ' default' : ''}`);
};

describe('versions of a managed policy', () => {
  test('what was written is read back, and is the default where that was asked for', async () => {
    const { iam } = await startWith();
    const { PolicyVersion } = await iam.send(create(DENY_ALL));
    expect(PolicyVersion).toMatchObject({ VersionId: 'v2', IsDefaultVersion: true });
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: BOUNDARY }));
    expect(Policy).toMatchObject({ Arn: BOUNDARY, PolicyName: 'Admin-boundary', DefaultVersionId: 'v2' });
    const read = await iam.send(new GetPolicyVersionCommand({ PolicyArn: BOUNDARY, VersionId: 'v2' }));
    expect(JSON.parse(decodeURIComponent(read.PolicyVersion?.Document ?? ''))).toEqual(DENY_ALL);
    expect(await versionsOf(iam)).toEqual(['v2 default', 'v1']);
    await iam.send(create(DENY_ALL, false));
    expect(await versionsOf(iam)).toEqual(['v3', 'v2 default', 'v1']);
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: BOUNDARY, VersionId: 'v1' }));
    expect(await versionsOf(iam)).toEqual(['v3', 'v2', 'v1 default']);
  });

  test('there are five at the most, and the default is not deleted', async () => {
    const { iam } = await startWith();
    const remove = (VersionId: string) =>
      codeOf(iam.send(new DeletePolicyVersionCommand({ PolicyArn: BOUNDARY, VersionId })));
    for (let i = 0; i < 4; i += 1) await iam.send(create(ALLOW_ALL));
    expect(await codeOf(iam.send(create(ALLOW_ALL)))).toBe('LimitExceededException');
    expect(await remove('v5')).toBe('DeleteConflictException');
    expect(await remove('v1')).toBe('none');
    expect(await remove('v1')).toBe('NoSuchEntityException');
    await iam.send(create(ALLOW_ALL));
    expect(await versionsOf(iam)).toEqual(['v6 default', 'v5', 'v4', 'v3', 'v2']);
  });

  test('a document has 6,144 characters at the most, white space not counted', async () => {
    const { iam } = await startWith();
    const sized = (length: number) => {
      const empty = JSON.stringify(policy({ Sid: '', Effect: 'Allow', Action: '*', Resource: '*' })).length;
      return policy({ Sid: 'x'.repeat(length - empty), Effect: 'Allow', Action: '*', Resource: '*' });
    };
    const PolicyDocument = JSON.stringify(sized(6144), null, 40);
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn: BOUNDARY, PolicyDocument, SetAsDefault: true }));
    expect(await codeOf(iam.send(create(sized(6145))))).toBe('LimitExceededException');
    expect(await versionsOf(iam)).toEqual(['v2 default', 'v1']);
  });

  test.each([
    ['no JSON', '{', 'MalformedPolicyDocumentException'],
    ['what cannot be evaluated', JSON.stringify(policy({ Effect: 'Alow' })), 'MalformedPolicyDocumentException'],
    ['nothing', '', 'ValidationError'],
  ])('%s is refused when it is written', async (_, PolicyDocument, code) => {
    const { iam } = await startWith();
    const command = new CreatePolicyVersionCommand({ PolicyArn: BOUNDARY, PolicyDocument, SetAsDefault: true });
    expect(await codeOf(iam.send(command))).toBe(code);
    expect(await versionsOf(iam)).toEqual(['v1 default']);
  });
});

describe('who may', () => {
  test('a caller writes what its policies name, and nothing else', async () => {
    const narrow = policy({ Effect: 'Allow', Action: 'iam:CreatePolicyVersion', Resource: BOUNDARY });
    const { iam } = await startWith(role(WRITER, { policies: [narrow] }));
    expect(await codeOf(iam.send(create(ALLOW_ALL)))).toBe('none');
    expect(await codeOf(iam.send(create(ALLOW_ALL, true, OTHER)))).toBe('AccessDenied');
    expect(await codeOf(iam.send(new GetPolicyCommand({ PolicyArn: BOUNDARY })))).toBe('AccessDenied');
  });

  test("nobody reaches another account's policies", async () => {
    const stranger = `arn:aws:iam::${BROKER_ACCOUNT}:role/stranger`;
    const { aws } = await startWith(role(stranger));
    const iam = new IAMClient(clientConfig(aws, stranger));
    expect(await codeOf(iam.send(create(DENY_ALL)))).toBe('NoSuchEntityException');
    expect(await codeOf(iam.send(new GetRoleCommand({ RoleName: 'Admin' })))).toBe('NoSuchEntityException');
  });

  test('a condition on the boundary sees the one asked for, or the one that the role has', async () => {
    const only = policy({
      Effect: 'Allow',
      Action: 'iam:*RolePermissionsBoundary',
      Resource: '*',
      Condition: { StringEquals: { 'iam:PermissionsBoundary': OTHER } },
    });
    const { iam } = await startWith(role(WRITER, { policies: [only] }));
    const put = (PermissionsBoundary: string) =>
      codeOf(iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'Admin', PermissionsBoundary })));
    const remove = () => codeOf(iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'Admin' })));
    expect(await put(BOUNDARY)).toBe('AccessDenied');
    expect(await remove()).toBe('AccessDenied');
    expect(await put(OTHER)).toBe('none');
    expect(await remove()).toBe('none');
  });
});

describe("a role's boundary", () => {
  test('what its default version denies is denied to sessions that are out, and no longer when that is undone', async () => {
    const { aws, iam } = await startWith();
    const s3 = new S3Client(clientConfig(aws, TARGET));
    const use = () => codeOf(s3.send(new ListBucketsCommand({})));
    expect(await use()).toBe('none');
    await iam.send(create(DENY_ALL));
    expect(await use()).toBe('AccessDenied');
    await iam.send(create(ALLOW_ALL));
    expect(await use()).toBe('none');
  });

  test('shows on the role, until it is taken away', async () => {
    const { iam } = await startWith();
    const shown = async () => (await iam.send(new GetRoleCommand({ RoleName: 'Admin' }))).Role;
    expect(await shown()).toMatchObject({ Arn: TARGET, PermissionsBoundary: { PermissionsBoundaryArn: BOUNDARY } });
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'Admin' }));
    expect(await shown()).not.toHaveProperty('PermissionsBoundary');
  });

  test('must be there: a role whose boundary is missing is not loaded, nor given one that is missing', async () => {
    const { aws, iam } = await startWith();
    const missing = `arn:aws:iam::${TARGET_ACCOUNT}:policy/missing`;
    expect(() => {
      aws.addRole(role(TARGET, { boundary: missing }));
    }).toThrow(missing);
    const put = new PutRolePermissionsBoundaryCommand({ RoleName: 'Admin', PermissionsBoundary: missing });
    expect(await codeOf(iam.send(put))).toBe('NoSuchEntityException');
    await expect(start({ world: { ...world(), managedPolicies: { 'arn:x': ALLOW_ALL } } })).rejects.toThrow('arn:x');
  });
});

describe('what an account says of itself', () => {
  const simulate = (PolicySourceArn: string, ...ActionNames: string[]) =>
    new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames, ResourceArns: ['*'] });

  test('the simulator says whose no it is', async () => {
    const { iam } = await startWith(role(WRITER, { policies: [ALLOW_ALL] }));
    await iam.send(
      new CreatePolicyVersionCommand({
        ...{ PolicyArn: BOUNDARY, SetAsDefault: true },
        PolicyDocument: JSON.stringify(
          policy(
            { Effect: 'Allow', Action: 's3:*', Resource: '*' },
            { Effect: 'Deny', Action: 's3:Put*', Resource: '*' },
          ),
        ),
      }),
    );
    const { EvaluationResults = [] } = await iam.send(
      simulate(TARGET, 's3:GetObject', 's3:PutObject', 'ec2:DescribeRegions'),
    );
    expect(
      EvaluationResults.map((one) => [
        one.EvalDecision,
        one.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
      ]),
    ).toEqual([
      ['allowed', true],
      ['explicitDeny', false],
      ['implicitDeny', false],
    ]);
  });

  test('and goes by what it is told of the call', async () => {
    const tagged = policy({
      ...{ Effect: 'Allow', Action: '*', Resource: '*' },
      Condition: { StringEquals: { 'aws:PrincipalTag/team': ['a', 'b'] } },
    });
    const { iam } = await startWith(role(`arn:aws:iam::${TARGET_ACCOUNT}:role/tagged`, { policies: [tagged] }));
    const decide = async (...ContextKeyValues: string[]) =>
      (
        await iam.send(
          new SimulatePrincipalPolicyCommand({
            ...{ PolicySourceArn: `arn:aws:iam::${TARGET_ACCOUNT}:role/tagged`, ActionNames: ['s3:GetObject'] },
            ContextEntries: [{ ContextKeyName: 'aws:PrincipalTag/team', ContextKeyType: 'string', ContextKeyValues }],
          }),
        )
      ).EvaluationResults?.map(({ EvalDecision }) => EvalDecision);
    expect(await decide('b')).toEqual(['allowed']);
    expect(await decide('c')).toEqual(['implicitDeny']);
  });

  test('nobody is told of another account', async () => {
    const { iam } = await startWith();
    const elsewhere = `arn:aws:iam::${BROKER_ACCOUNT}`;
    expect(await codeOf(iam.send(simulate(`${elsewhere}:role/x`, 's3:GetObject')))).toBe('NoSuchEntityException');
    const oidc = new GetOpenIDConnectProviderCommand({
      OpenIDConnectProviderArn: `${elsewhere}:oidc-provider/issuer.example.com`,
    });
    expect(await codeOf(iam.send(oidc))).toBe('NoSuchEntityException');
    const saml = new GetSAMLProviderCommand({ SAMLProviderArn: `${elsewhere}:saml-provider/hatcheck` });
    expect(await codeOf(iam.send(saml))).toBe('NoSuchEntityException');
  });
});
