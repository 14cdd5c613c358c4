import { describe, expect, test } from '@jest/globals';
import { parse, errorOf, faultsOf, withMember } from './broken-access-file.ts';

describe('a session policy of its own', () => {
  const text = withMember('session: { policy: ./policies/own.json }');
  const own = (statement: string) => ({
    '/access/policies/own.json': `{\n  "Version": "2012-10-17",\n  "Statement": [\n    ${statement}\n  ]\n}`,
  });

  test('that denies is taken, with its lists written out', () => {
    const files = own(
      '{ "Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": { "Bool": { "aws:SecureTransport": "false" } } }',
    );
    expect(parse(text, files).entitlements[0]?.session.denies).toEqual([
      { Effect: 'Deny', Action: ['iam:*'], Resource: ['*'], Condition: { Bool: { 'aws:SecureTransport': ['false'] } } },
    ]);
  });

  test.each<[what: string, statement: string, fault: string]>([
    ['allows', '{ "Effect": "Allow", "Action": "*", "Resource": "*" }', '4:7 Statement[0].Effect invalid_value'],
    [
      'names a principal',
      '{ "Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": { "AWS": "*" } }',
      '4:57 Statement[0].NotPrincipal unknown_key',
    ],
    ['has no action', '{ "Effect": "Deny", "Resource": "*" }', '4:5 Statement[0] one_of'],
    [
      'has both kinds of action',
      '{ "Effect": "Deny", "Action": "*", "NotAction": "*", "Resource": "*" }',
      '4:5 Statement[0] one_of',
    ],
    ['has no resource', '{ "Effect": "Deny", "Action": "*" }', '4:5 Statement[0] one_of'],
    [
      'has an action that is none',
      '{ "Effect": "Deny", "Action": ["iam"], "Resource": "*" }',
      '4:25 Statement[0].Action invalid_list',
    ],
    [
      'has a resource that is none',
      '{ "Effect": "Deny", "Action": "*", "Resource": "bucket" }',
      '4:40 Statement[0].Resource invalid_list',
    ],
    [
      'has an operator that IAM does not know',
      '{ "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": { "StringIs": { "a": "b" } } }',
      '4:72 Statement[0].Condition.StringIs invalid_name',
    ],
    [
      'has letters that STS does not take',
      '{ "Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::\u0416" }',
      '4:40 Statement[0].Resource invalid_list',
    ],
    [
      'says one thing twice',
      '{ "Effect": "Deny", "Action": "*", "Action": "iam:*", "Resource": "*" }',
      '4:40 Statement[0].Action duplicate_key',
    ],
    ['is YAML', '{ Effect: Deny, Action: "*", Resource: "*" }', '1:1  invalid_json'],
  ])('that %s is refused where that stands', (_what, statement, fault) => {
    const error = errorOf(text, own(statement));
    expect(error.faults.map(({ line, column, path, code }) => `${line}:${column} ${path} ${code}`)).toEqual([fault]);
    expect(error.faults[0]?.file).toBe('policies/own.json');
  });

  test('that makes the whole too long for STS is refused, with the excess', () => {
    const resources = JSON.stringify(Array.from({ length: 60 }, (_, i) => `arn:aws:s3:::bucket-of-ours-${i}/*`));
    const error = errorOf(text, own(`{ "Effect": "Deny", "Action": "*", "Resource": ${resources} }`));
    expect(error.faults).toMatchObject([
      { line: 12, path: 'entitlements.read.session.policy', code: 'policy_too_long' },
    ]);
  });

  test('that has one of our own Sids is refused', () => {
    const files = own('{ "Sid": "GrantEnd", "Effect": "Deny", "Action": "*", "Resource": "*" }');
    expect(faultsOf(text, files)).toEqual(['12:16 entitlements.read.session.policy duplicate_sid']);
  });
});
