import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { LENT_TAG } from '../../lib/domain/boundary.ts';
import { parsePolicy } from '../../local/aws/policy/document.ts';
import { evaluate } from '../../local/aws/policy/evaluate.ts';
import { hatcheck } from '../cli/run.ts';

const inAccount = (resource: string) => `arn:aws:iam::111122223333:${resource}`;
const MAKER = inAccount('role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Accounts_0123456789abcdef');
const MAKERS = 'arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Accounts_*';
const REVOKER = inAccount('role/hatcheck/hatcheck-revoker');
/** What an administrator left behind before, or had all along: no boundary of ours reaches it. */
const LEFT_BEHIND = inAccount('role/ci');
const ISSUER = ['--issuer', 'https://sts.example.com'];

const guard = (...options: readonly string[]) => hatcheck(['guard', ...options], {});
const { stdout: text } = await guard(...ISSUER, '--maker', MAKERS);
const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const policies = [
  parsePolicy(ALL, 'identity', 'administrator'),
  parsePolicy(JSON.parse(text), 'identity', 'service control policy'),
];

const may = (roleArn: string, action: string, resource: string, lent = false): boolean =>
  evaluate(
    {
      caller: { kind: 'role', account: '111122223333', roleArn, sessionArn: `${roleArn}/s` },
      ...{ action, resource },
      context: new Map([
        ['aws:principalarn', [roleArn]],
        ...(lent ? [[`aws:resourcetag/${LENT_TAG}`, ['payments']] as const] : []),
      ]),
    },
    { identity: policies },
  ).allowed;

const BOUNDARY = inAccount('policy/hatcheck/Admin-boundary');
const CHANGES: readonly (readonly [what: string, action: string, resource: string, ...lent: true[]])[] = [
  ['write a version of a boundary', 'iam:CreatePolicyVersion', BOUNDARY],
  ['go back to an earlier version of one', 'iam:SetDefaultPolicyVersion', BOUNDARY],
  ['take a boundary off', 'iam:DeleteRolePermissionsBoundary', inAccount('role/hatcheck/Admin')],
  ['change whom the revoker role trusts', 'iam:UpdateAssumeRolePolicy', REVOKER],
  ['give permissions to a role that is lent from another path', 'iam:PutRolePolicy', inAccount('role/apps/Pay'), true],
  ['take the tag off one', 'iam:UntagRole', inAccount('role/apps/Pay'), true],
  ['exchange the keys of our SAML provider', 'iam:UpdateSAMLProvider', inAccount('saml-provider/hatcheck')],
  [
    'add an audience to our issuer’s',
    'iam:AddClientIDToOpenIDConnectProvider',
    inAccount('oidc-provider/sts.example.com'),
  ],
];

describe('what an administrator left behind cannot, even without a boundary,', () => {
  test.each(CHANGES)('%s', (_, action, resource, ...[lent]) => {
    expect(may(LEFT_BEHIND, action, resource, lent)).toBe(false);
  });
});

describe('whoever makes what is ours in the accounts can', () => {
  test.each(CHANGES)('%s', (_, action, resource, ...[lent]) => {
    expect(may(MAKER, action, resource, lent)).toBe(true);
  });
});

test('the revoker role goes on writing boundaries, roles are lent, and read, and whatever is not ours is the account’s', () => {
  expect(may(REVOKER, 'iam:CreatePolicyVersion', BOUNDARY)).toBe(true);
  expect(may(LEFT_BEHIND, 'iam:GetRole', inAccount('role/hatcheck/Admin'))).toBe(true);
  expect(
    may(
      'arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-credentials',
      'sts:AssumeRole',
      inAccount('role/hatcheck/Admin'),
    ),
  ).toBe(true);
  expect(may(LEFT_BEHIND, 'iam:PutRolePolicy', inAccount('role/ci'))).toBe(true);
});

test('it is the runbook’s, and no longer than AWS Organizations takes', async () => {
  const [, json = ''] = /```json scp-guard\n([^`]+)```/.exec(readFileSync('docs/operations.md', 'utf8')) ?? [];
  const { stdout } = await guard('--issuer', 'https://issuer.example.com', '--maker', MAKERS);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(json));
  expect(stdout.length).toBeLessThan(5120);
});

test('another partition has its own ARNs', async () => {
  const { stdout } = await guard(...ISSUER, '--partition', 'aws-cn', '--maker', 'arn:aws-cn:iam::*:role/Accounts');
  expect(stdout).toContain('arn:aws-cn:iam::*:role/hatcheck/hatcheck-revoker');
  expect(stdout).not.toContain('arn:aws:');
});

test.each([
  [['--maker', MAKERS]],
  [ISSUER],
  [[...ISSUER, '--maker', '*']],
  [[...ISSUER, '--maker', 'arn:aws:iam::*:role/*']],
  [[...ISSUER, '--maker', inAccount('user/admin')]],
  [['--issuer', 'https://sts.example.com/path', '--maker', MAKERS]],
])('%j is wrong usage: it would guard nothing', async (options) => {
  expect(await guard(...options)).toMatchObject({ code: 2, stdout: '' });
});
