import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { hatcheck } from './run.ts';

const ACCESS = `version: 1
identityProviders:
  - { id: okta, type: oidc, issuer: https://example.okta.com, clientId: hatcheck }
accounts:
  prod: { id: '111122223333', region: eu-west-1, externalId: 5f0c9a1e }
entitlements:
  read:
    role: { account: prod, name: Read }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
  admin:
    role: { account: prod, name: Admin }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
`;
const BROKER = ['--broker-account', '777788889999', '--issuer', 'https://issuer.example.com'];

/** The trust policy that our template has for it. */
const trustOf = async (...more: readonly string[]): Promise<unknown> => {
  const words = ['role', 'template', '--entitlement', 'read', ...BROKER, ...more];
  const { stdout } = await hatcheck(words, {}, '', folder);
  const made = z
    .object({
      Resources: z.object({ Role: z.object({ Properties: z.looseObject({ AssumeRolePolicyDocument: z.unknown() }) }) }),
    })
    .parse(JSON.parse(stdout));
  return made.Resources.Role.Properties.AssumeRolePolicyDocument;
};

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-doctor-'));
  put('access.yml', ACCESS);
  const trust = await trustOf();
  put('both.json', roleOf('Read', await trustOf('--standby', 'prod-b')));
  put('read.json', roleOf('Read', trust));
  put('open.json', roleOf('Read', JSON.parse(JSON.stringify(trust).replace('"sts:TagSession",', ''))));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const put = (name: string, text: string): void => {
  writeFileSync(join(folder, name), text);
};

const roleOf = (name: string, trust: unknown): string =>
  JSON.stringify({
    Role: {
      Arn: `arn:aws:iam::111122223333:role/hatcheck/${name}`,
      RoleName: name,
      MaxSessionDuration: 3600,
      AssumeRolePolicyDocument: trust,
      PermissionsBoundary: {
        PermissionsBoundaryType: 'Policy',
        PermissionsBoundaryArn: `arn:aws:iam::111122223333:policy/hatcheck/${name}-boundary`,
      },
    },
  });

const doctor = (...args: readonly string[]) => hatcheck(['doctor', ...BROKER, ...args], {}, '', folder);

test('a role that was made of our template is well', async () => {
  expect(await doctor('--role', 'read.json', '--entitlement', 'read')).toEqual({
    code: 0,
    stdout: 'read arn:aws:iam::111122223333:role/hatcheck/Read: well\n',
    stderr: '',
  });
});

test('what is wrong is said line by line, with the fix, and fails', async () => {
  const { code, stdout } = await doctor('--role', 'open.json', '--entitlement', 'read');
  expect(code).toBe(1);
  expect(stdout).toContain('1 fault, 0 warnings');
  expect(stdout).toContain('fault [tag_session]');
  expect(stdout).toContain('fix: add "sts:TagSession"');
});

test('a standby has to be let in where it is said, and is a stranger where it is not', async () => {
  const read = ['--entitlement', 'read', '--role'];
  expect(await doctor(...read, 'both.json', '--standby', 'prod-b')).toMatchObject({ code: 0, stderr: '' });
  const keptOut = await doctor(...read, 'read.json', '--standby', 'prod-b');
  expect(keptOut.code).toBe(1);
  expect(keptOut.stdout).toContain(
    'fault [principal] arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-b-credentials',
  );
  const stranger = await doctor(...read, 'both.json');
  expect(stranger.code).toBe(1);
  expect(stranger.stdout).toContain('1 fault, 0 warnings');
});

test('every entitlement is looked at unless some are named; what no file tells of is a warning, and fails where it is to be strict', async () => {
  const { code, stdout } = await doctor('--role', 'read.json');
  expect(code).toBe(0);
  expect(stdout).toContain('admin arn:aws:iam::111122223333:role/hatcheck/Admin: 0 faults, 1 warning');
  expect(await doctor('--role', 'read.json', '--strict')).toMatchObject({ code: 1 });
});

test('speaks JSON', async () => {
  const { code, stdout } = await doctor(
    '--role',
    'open.json',
    '--entitlement',
    'read',
    '--action',
    's3:GetObject',
    '--json',
  );
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    entitlements: [
      { entitlementId: 'read', findings: [{ line: 'tag_session' }, { level: 'warning', line: 'permissions' }] },
    ],
  });
});

describe('asked for by the AWS CLI', () => {
  /** Stands in for it: has the role Read, knows no Admin, and may not ask for others. */
  const fake = (): Readonly<Record<string, string>> => {
    put(
      'aws',
      `#!/bin/sh
case "$1 $2 $3 $4" in
  'iam get-role --role-name Read') cat '${join(folder, 'read.json')}' ;;
  *Admin) echo 'An error occurred (NoSuchEntity) when calling the GetRole operation' >&2; exit 254 ;;
  *) echo 'An error occurred (AccessDenied) when calling the GetRole operation' >&2; exit 254 ;;
esac
`,
    );
    chmodSync(join(folder, 'aws'), 0o700);
    return { PATH: `${folder}:/usr/bin:/bin` };
  };
  const ask = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    hatcheck(['doctor', ...BROKER, '--ask-aws', ...args], env, '', folder);

  test('roles are looked at as they are, and one that is not there is said to be unseen', async () => {
    expect(await ask(fake(), '--entitlement', 'read')).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await ask(fake());
    expect(stdout).toContain('role/hatcheck/Read: well');
    expect(stdout).toContain('role/hatcheck/Admin: 0 faults, 1 warning');
  });

  test('where it may not ask, or is not there, that is said on one line', async () => {
    put('access.yml', ACCESS.replace('name: Admin', 'name: Other'));
    const refused = await ask(fake(), '--entitlement', 'admin');
    put('access.yml', ACCESS);
    expect(refused).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^hatcheck: [^\n]*AccessDenied[^\n]*\n$/),
    });
    expect(await ask({ PATH: folder.concat('/none') }, '--entitlement', 'read')).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('wrong usage', () => {
  test.each([
    ['an entitlement that is none', ['--role', 'read.json', '--entitlement', 'other']],
    ['a file that is none of the AWS CLI', ['--role', 'access.yml']],
    ['a file that is not there', ['--role', 'gone.json']],
    ['an action that is none', ['--role', 'read.json', '--action', 's3:*']],
    ['no role at all', []],
    ['a standby that is the stage itself', ['--role', 'read.json', '--standby', 'prod']],
    ['a standby that is no stage', ['--role', 'read.json', '--standby', 'prod/b']],
  ])('%s', async (_, args) => {
    expect(await doctor(...args)).toMatchObject({ code: 2, stdout: '' });
  });
});
