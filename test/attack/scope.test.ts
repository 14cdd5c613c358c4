import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Entitlement } from '../../lib/domain/entitlement.ts';
import { sessionPolicy } from '../../lib/domain/role-session.ts';
import { type Scope, scopeForm } from '../../lib/domain/scope.ts';
import { parsePolicy } from '../../local/aws/policy/document.ts';
import { type AccessRequest, evaluate } from '../../local/aws/policy/evaluate.ts';
import { entitlement, noon } from '../support/builders.ts';

const own = entitlement({ scope: true });
const administrator = parsePolicy(
  { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
  'identity',
  'administrator',
);

interface Call {
  readonly action: string;
  readonly resource: string;
  readonly sourceIp?: string;
  readonly viaAwsService?: string;
}

const SESSION = 'arn:aws:sts::111122223333:assumed-role/Admin/engineer';

const asked = ({ action, resource, sourceIp = '203.0.113.9', viaAwsService = 'false' }: Call): AccessRequest => ({
  caller: { kind: 'role', account: '111122223333', roleArn: own.roleArn, sessionArn: SESSION },
  ...{ action, resource },
  context: new Map([
    ['aws:currenttime', [noon(60)]],
    ...(sourceIp === '' ? [] : [['aws:sourceip', [sourceIp]] as const]),
    ['aws:viaawsservice', [viaAwsService]],
  ]),
});

/** A bucket's policy that names the session itself: a session policy that is merely silent does not hold it back. */
const generousBucket = parsePolicy(
  {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: SESSION }, Action: '*', Resource: '*' }],
  },
  'resource',
  'bucket policy',
);

const mayWith = (of: Entitlement, scope: Scope | undefined, call: Call): boolean => {
  const session = parsePolicy(sessionPolicy(of, noon(3600), scope), 'session', 'session policy');
  return evaluate(asked(call), { identity: [administrator], session }).allowed;
};
const may = (scope: Scope | undefined, call: Call): boolean => mayWith(own, scope, call);

const ACTIONS = [
  's3:GetObject',
  's3:PutObject',
  's3:ListBucket',
  'ec2:DescribeInstances',
  'iam:CreateUser',
  'sts:AssumeRole',
];
const RESOURCES = [
  '*',
  'arn:aws:s3:::prod-reports',
  'arn:aws:s3:::prod-reports/hello.txt',
  'arn:aws:s3:::prod-payments/ledger.csv',
  'arn:aws:iam::111122223333:role/app',
  'arn:aws:iam::111122223333:role/hatcheck/Admin',
];
const PATTERNS = {
  actions: [...ACTIONS, 's3:*', 's3:Get*', 'ec2:Describe*', 'iam:*', 'sts:*', 's3:?etObject'],
  resources: [...RESOURCES, 'arn:aws:s3:::prod-*', 'arn:aws:s3:::prod-reports/*', 'arn:aws:iam::111122223333:role/*'],
};

const scopes = fc.record({
  actions: fc.subarray(PATTERNS.actions, { minLength: 1, maxLength: 4 }),
  resources: fc.subarray(PATTERNS.resources, { minLength: 1, maxLength: 4 }),
});
const calls = fc.record({ action: fc.constantFrom(...ACTIONS), resource: fc.constantFrom(...RESOURCES) });

/** IAM's wildcards, said once more and otherwise. */
const matches = (patterns: readonly string[], text: string, flags = ''): boolean =>
  patterns.some((pattern) => {
    const escaped = pattern.replaceAll(/[.+^$()|[\]\\{}]/g, String.raw`\$&`);
    return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, flags).test(text);
  });

describe('a session of a part of a role', () => {
  test('attack: nothing that the scope does not name is allowed, whatever the role, or a resource’s own policy, allows', () => {
    fc.assert(
      fc.property(scopes, calls, (scope, call) => {
        expect(scopeForm(own, scope)).toBeUndefined();
        const inScope = matches(scope.actions, call.action, 'i') && matches(scope.resources, call.resource);
        if (inScope) return;
        expect(may(scope, call)).toBe(false);
        // In so many words: silence would not hold back a resource's own policy.
        const session = parsePolicy(sessionPolicy(own, noon(3600), scope), 'session', 'session policy');
        const decision = evaluate(asked(call), { identity: [administrator], session, resource: generousBucket });
        expect(decision).toMatchObject({ allowed: false, explicit: true, kind: 'session' });
      }),
      { numRuns: 2000 },
    );
  });

  test('attack: no scope allows what the whole role would not be allowed', () => {
    fc.assert(
      fc.property(scopes, calls, (scope, call) => {
        if (!may(undefined, call)) expect(may(scope, call)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('what it names is allowed, unless the whole role would not be', () => {
    fc.assert(
      fc.property(scopes, calls, (scope, call) => {
        const inScope = matches(scope.actions, call.action, 'i') && matches(scope.resources, call.resource);
        if (inScope) expect(may(scope, call)).toBe(may(undefined, call));
      }),
      { numRuns: 2000 },
    );
  });

  test('attack: a scope of iam:* on everything reaches none of Hatcheck’s own', () => {
    const all = { actions: ['iam:*', 'sts:*'], resources: ['*'] };
    expect(may(all, { action: 'iam:CreateUser', resource: 'arn:aws:iam::111122223333:role/app' })).toBe(true);
    expect(may(all, { action: 'iam:CreateUser', resource: own.roleArn })).toBe(false);
    expect(may(all, { action: 'sts:AssumeRole', resource: 'arn:aws:iam::111122223333:role/app' })).toBe(false);
  });
});

describe('a session that is to be used from some addresses only', () => {
  const fromOffice = entitlement({ session: { ...own.session, sourceIps: ['203.0.113.0/24', '2001:db8::/32'] } });
  const read = { action: 's3:GetObject', resource: 'arn:aws:s3:::prod-reports/hello.txt' };

  test.each([
    ['the office', '203.0.113.9', 'false', true],
    ['the office, by IPv6', '2001:db8::1', 'false', true],
    ['elsewhere', '198.51.100.7', 'false', false],
    ['a VPC endpoint, where there is no address', '', 'false', false],
    ['AWS itself, in answer to a call of the session', '198.51.100.7', 'true', true],
  ])('from %s', (_where, sourceIp, viaAwsService, allowed) => {
    expect(mayWith(fromOffice, undefined, { ...read, sourceIp, viaAwsService })).toBe(allowed);
    const scope = { actions: ['s3:GetObject'], resources: ['*'] };
    expect(mayWith(fromOffice, scope, { ...read, sourceIp, viaAwsService })).toBe(allowed);
  });
});
