import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { readTemplate } from '../../local/template.ts';
import { BROKER_ACCOUNT } from '../local/aws/small-world.ts';
import { ACCESS, ISSUER, type RoleTemplates, roleTemplates } from './role-templates.ts';
import { hatcheck } from './run.ts';

let at: RoleTemplates;
beforeAll(() => {
  at = roleTemplates();
});
afterAll(() => {
  at.close();
});

const all = (...more: readonly string[]) =>
  hatcheck(['role', 'template', '--broker-account', BROKER_ACCOUNT, '--issuer', ISSUER, ...more], {}, '', at.folder);

const written = (folder: string, name: string): unknown =>
  JSON.parse(readFileSync(join(at.folder, folder, name), 'utf8'));

const resourcesIn = (template: unknown) =>
  z
    .object({
      Resources: z.record(z.string(), z.looseObject({ Properties: z.record(z.string(), z.unknown()) })),
    })
    .parse(template).Resources;

describe('every account at once', () => {
  test('has a template of its own, with the command that deploys it', async () => {
    const { code, stdout } = await all('--all', 'accounts');
    expect(code).toBe(0);
    expect(readdirSync(join(at.folder, 'accounts')).toSorted()).toEqual(['prod.json', 'staging.json']);
    expect(stdout.match(/^# .*, \d{12}: .*/gm)).toEqual([
      '# prod, 111122223333: Admin',
      '# staging, 444455556666: Admin, Legacy',
    ]);
    expect(stdout).toContain('--stack-name hatcheck-prod-roles');
    expect(stdout).toContain('--template-file accounts/staging.json');
    expect(stdout).toMatch(/PermissionsAdmin=ARN,… \\\n\s+PermissionsLegacy=ARN,…\n/);
    expect(stdout).not.toContain('--s3-bucket');
  });

  test('makes each role, boundary, revoker role and provider as it is made alone', async () => {
    await all('--all', 'same');
    const staging = resourcesIn(written('same', 'staging.json'));
    for (const [entitlement, name] of [
      ['staging-admin', 'Admin'],
      ['staging-legacy', 'Legacy'],
    ] as const) {
      const alone = resourcesIn(JSON.parse((await at.template(entitlement)).stdout));
      expect(staging[`Boundary${name}`]).toEqual(alone['Boundary']);
      expect(staging[`Role${name}`]?.Properties).toEqual({
        ...alone['Role']?.Properties,
        ManagedPolicyArns: expect.anything(),
        PermissionsBoundary: { Ref: `Boundary${name}` },
      });
      expect(staging['Revoker']).toEqual(alone['Revoker']);
    }
    const { stdout } = await at.template('staging-admin');
    expect(staging['TokenProvider']).toEqual(resourcesIn(JSON.parse(stdout))['TokenProvider']);
    expect(Object.keys(staging)).toHaveLength(6);
  });

  test('says by a parameter what each role may do, and lets it do nothing without', async () => {
    await all('--all', 'permitted');
    const settings = { accountId: '444455556666', region: 'eu-west-1', partition: 'aws', stackName: 'roles' } as const;
    const policies = ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::aws:policy/job-function/Billing'];
    const parameters = { PermissionsAdmin: policies.join(',') };
    const { roles } = readTemplate(written('permitted', 'staging.json'), { ...settings, parameters }, at.folder);
    expect(roles['RoleAdmin']?.managedPolicyArns).toEqual(policies);
    expect(roles['RoleLegacy']?.managedPolicyArns).toStrictEqual([]);
  });

  test('never makes one of two roles whose names differ by a sign', async () => {
    const names = ['Ad-min', 'Ad_min', 'Admin', 'Adz2dmin'];
    const roles = names.map(
      (name, nth) => `  alike-${nth}:
    role: { account: prod, name: ${name} }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
`,
    );
    writeFileSync(join(at.folder, 'alike.yml'), ACCESS + roles.join(''));
    expect((await all('--all', 'alike', '--access', 'alike.yml')).code).toBe(0);
    const made = Object.values(resourcesIn(written('alike', 'prod.json'))).map(
      ({ Properties }) => Properties['RoleName'],
    );
    expect(made).toEqual(expect.arrayContaining([...names, 'hatcheck-revoker']));
  });

  test('is fetched from a bucket where it is too long to be sent along', async () => {
    const many = Array.from(
      { length: 20 },
      (_, nth) => `  many-${nth}:
    role: { account: prod, name: Many${nth} }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
`,
    );
    writeFileSync(join(at.folder, 'many-roles.yml'), ACCESS + many.join(''));
    const { stdout } = await all('--all', 'many', '--access', 'many-roles.yml');
    expect(stdout.match(/--s3-bucket/g)).toHaveLength(1);
  });

  test.each([
    [[]],
    [['--all', 'x', '--entitlement', 'prod-admin']],
    [['--all', 'x', '--format', 'terraform']],
    [['--all', 'x', '--permissions', 'arn:aws:iam::aws:policy/ReadOnlyAccess']],
    [['--all', 'x', '--existing', 'roles.json']],
  ])('is asked for by itself: %j is wrong usage', async (more) => {
    expect((await all(...more)).code).toBe(2);
    expect(readdirSync(at.folder)).not.toContain('x');
  });
});
