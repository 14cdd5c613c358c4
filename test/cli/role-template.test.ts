import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { ACCESS, CREDENTIALS, ISSUER, type RoleTemplates, roleTemplates } from './role-templates.ts';

let at: RoleTemplates;
beforeAll(() => {
  at = roleTemplates();
});
afterAll(() => {
  at.close();
});

/** What stands there, of JSON; a document within is JSON again. */
const memberAt = (json: unknown, ...path: readonly string[]): unknown => {
  const [step, ...rest] = path;
  if (step === undefined) return json;
  const members = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).parse(json);
  return memberAt(new Map(Object.entries(members)).get(step), ...rest);
};
const documentAt = (json: unknown, ...path: readonly string[]): unknown =>
  JSON.parse(z.string().parse(memberAt(json, ...path)));

test('Terraform makes the same: every document, name, duration and tag', async () => {
  const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  const [cloud, terra] = await Promise.all(
    ['cloudformation', 'terraform'].map(
      async (format) =>
        JSON.parse(
          (await at.template('staging-admin', '--permissions', readOnly, '--format', format)).stdout,
        ) as unknown,
    ),
  );
  const made = (...path: readonly string[]) => memberAt(cloud, 'Resources', ...path);
  const policy = ['resource', 'aws_iam_policy', 'Admin_boundary'];
  expect(documentAt(terra, ...policy, 'policy')).toEqual(made('Boundary', 'Properties', 'PolicyDocument'));
  expect(memberAt(terra, ...policy, 'lifecycle')).toEqual({ ignore_changes: ['policy'] });
  const role = ['resource', 'aws_iam_role', 'Admin'];
  expect(documentAt(terra, ...role, 'assume_role_policy')).toEqual(
    made('Role', 'Properties', 'AssumeRolePolicyDocument'),
  );
  expect(memberAt(terra, ...role)).toMatchObject({
    ...{ name: 'Admin', path: '/hatcheck/', max_session_duration: 3600 },
    description: made('Role', 'Properties', 'Description'),
    permissions_boundary: '${aws_iam_policy.Admin_boundary.arn}',
    tags: { 'hatcheck-entitlements': 'staging-admin staging-deploy' },
  });
  expect(documentAt(terra, 'resource', 'aws_iam_role', 'hatcheck_revoker', 'assume_role_policy')).toEqual(
    made('Revoker', 'Properties', 'AssumeRolePolicyDocument'),
  );
  expect(documentAt(terra, 'resource', 'aws_iam_role_policy', 'hatcheck_revoker', 'policy')).toEqual(
    made('Revoker', 'Properties', 'Policies', '0', 'PolicyDocument'),
  );
  expect(memberAt(terra, 'resource', 'aws_iam_role_policy_attachment', 'Admin_0', 'policy_arn')).toBe(readOnly);
  expect(made('Role', 'Properties', 'ManagedPolicyArns')).toEqual([readOnly]);
  expect(memberAt(terra, 'resource', 'aws_iam_openid_connect_provider', 'hatcheck')).toMatchObject({
    url: made('TokenProvider', 'Properties', 'Url'),
    client_id_list: made('TokenProvider', 'Properties', 'ClientIdList'),
  });
});

describe('what is left to do', () => {
  test('is said beside the template, in the steps of making a role', async () => {
    const { stderr } = await at.template('prod-admin');
    expect(stderr).toContain(CREDENTIALS);
    expect(stderr).toContain('5f0c9a1e');
    expect(stderr).toContain('/hatcheck/Admin-boundary');
    expect(stderr).toMatch(/^1\. Trusted entity[^]*^2\. Permissions: none yet[^]*^3\. Review[^]*120 minutes/m);
  });

  test('names that are there already are said so, whatever path they stand under', async () => {
    const Roles = ['role/Admin', 'role/hatcheck/hatcheck-revoker'].map((path) => ({
      Arn: `arn:aws:iam::111122223333:${path}`,
      RoleName: path.slice(path.lastIndexOf('/') + 1),
    }));
    writeFileSync(join(at.folder, 'roles.json'), JSON.stringify({ Roles }));
    const { code, stderr } = await at.template('prod-admin', '--existing', 'roles.json');
    expect(code).toBe(0);
    expect(stderr).toContain('arn:aws:iam::111122223333:role/Admin is there already');
    expect(stderr).toContain('hatcheck-revoker is there already');
    expect((await at.template('staging-admin', '--existing', 'roles.json')).stderr).not.toContain('already.');
  });

  test('a trust policy that is too long for IAM is said so', async () => {
    const many = Array.from(
      { length: 40 },
      (_, at) => `  staging-of-a-team-with-a-rather-long-name-${at}:
    role: { account: staging, name: Admin }
    session: { via: webIdentity }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
`,
    );
    writeFileSync(join(at.folder, 'many.yml'), ACCESS + many.join(''));
    expect((await at.template('staging-admin', '--access', 'many.yml')).stderr).toContain('IAM takes 2048');
    expect((await at.template('staging-admin')).stderr).not.toContain('IAM takes');
  });

  test.each([
    ['an entitlement that is none', ['--entitlement', 'other']],
    ['a broker in no account', ['--broker-account', '12']],
    ['an issuer with a path', ['--issuer', `${ISSUER}/path`]],
    ['permissions that are no policy', ['--permissions', 'AdministratorAccess']],
    [
      'permissions that the revoker role may write',
      ['--permissions', 'arn:aws:iam::111122223333:policy/hatcheck/Admin-boundary'],
    ],
    ['an organization that is none', ['--organization', 'example']],
    ['a standby that is no stage', ['--standby', 'Prod_b']],
    ['a standby that is the stage itself', ['--standby', 'prod']],
    ['a list of roles that is none', ['--existing', 'access.yml']],
  ])('%s is wrong usage', async (_, options) => {
    expect(await at.template('prod-admin', ...options)).toMatchObject({ code: 2, stdout: '' });
  });
});
