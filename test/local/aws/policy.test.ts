import { describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../../local/aws/policy/document.ts';
import { describeDenial, evaluate, evaluateTrust } from '../../../local/aws/policy/evaluate.ts';
import type { AccessRequest } from '../../../local/aws/policy/evaluate.ts';
import { ALLOW_ALL, policy } from './small-world.ts';
import { CALLER, request, allows } from './access-request.ts';

describe('actions and resources', () => {
  const allow = (rest: object) => policy({ Effect: 'Allow', ...rest });
  test.each([
    ['the exact action', { Action: 's3:GetObject', Resource: '*' }, true],
    ['the action in another case', { Action: 'S3:getobject', Resource: '*' }, true],
    ['a wildcard', { Action: 's3:Get*', Resource: '*' }, true],
    ['a question mark', { Action: 's3:GetObjec?', Resource: '*' }, true],
    ['a question mark too many', { Action: 's3:GetObject?', Resource: '*' }, false],
    ['another service', { Action: 'sts:*', Resource: '*' }, false],
    ['a list that has it', { Action: ['sts:*', 's3:*'], Resource: '*' }, true],
    ['NotAction of another', { NotAction: 's3:Put*', Resource: '*' }, true],
    ['NotAction of this one', { NotAction: 's3:Get*', Resource: '*' }, false],
    ['the exact resource', { Action: '*', Resource: 'arn:aws:s3:::reports/2026/a.csv' }, true],
    ['a resource with a wildcard', { Action: '*', Resource: 'arn:aws:s3:::reports/*' }, true],
    ['two wildcards that must back up', { Action: '*', Resource: 'arn:aws:s3:::*/2*a.csv' }, true],
    ['a resource in another case', { Action: '*', Resource: 'arn:aws:s3:::Reports/*' }, false],
    ['a wildcard in another segment', { Action: '*', Resource: 'arn:aws:s3:*:reports/2026/a.csv:*' }, false],
    ['NotResource of another', { Action: '*', NotResource: 'arn:aws:s3:::invoices/*' }, true],
    ['NotResource of this one', { Action: '*', NotResource: 'arn:aws:s3:::reports/*' }, false],
  ])('%s', (_, rest, expected) => {
    expect(allows(allow(rest), request())).toBe(expected);
  });

  test('a wildcard for the region does not swallow the account', () => {
    const statement = { Action: '*', Resource: 'arn:aws:dynamodb:*:table/ledger' };
    expect(() => parsePolicy(allow(statement), 'identity', 'test')).toThrow('malformed ARN');
    const other = { Action: '*', Resource: 'arn:aws:dynamodb:*:111122223333:table/ledger' };
    const of = (account: string) => `arn:aws:dynamodb:eu-west-1:${account}:table/ledger`;
    expect(allows(allow(other), request({}, { resource: of('111122223333') }))).toBe(true);
    expect(allows(allow(other), request({}, { resource: of('444455556666') }))).toBe(false);
  });

  test('a pattern made of asterisks does not take for ever', () => {
    const document = allow({ Action: '*', Resource: `arn:aws:s3:::${'*a'.repeat(900)}b` });
    expect(allows(document, request({}, { resource: `arn:aws:s3:::${'a'.repeat(2000)}` }))).toBe(false);
  });
});

describe('policy variables', () => {
  const home = policy({ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::reports/${aws:PrincipalTag/team}/*' });
  const asked = (tags: Record<string, string[]>, key: string) =>
    request(tags, { resource: `arn:aws:s3:::reports/${key}` });
  test.each([
    ['is replaced by the value', asked({ 'aws:principaltag/team': ['red'] }, 'red/x'), true],
    ['does not match another value', asked({ 'aws:principaltag/team': ['red'] }, 'blue/x'), false],
    ['matches nothing when it is absent', asked({}, '/x'), false],
    ['matches nothing when it has two values', asked({ 'aws:principaltag/team': ['red', 'blue'] }, 'red/x'), false],
    ['takes an asterisk in the value literally', asked({ 'aws:principaltag/team': ['*'] }, 'blue/x'), false],
  ])('a variable %s', (_, one, expected) => {
    expect(allows(home, one)).toBe(expected);
  });

  test('an escaped asterisk is a character', () => {
    const escaped = policy({ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::reports/${*}' });
    expect(allows(escaped, asked({}, '*'))).toBe(true);
    expect(allows(escaped, asked({}, 'x'))).toBe(false);
  });
});

describe('a policy that is not understood is refused when it is loaded', () => {
  const good = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
  const conditioned = (condition: object) => policy({ ...good, Condition: condition });
  test.each<[string, unknown, string]>([
    ['an older version', { Version: '2008-10-17', Statement: good }, 'Version'],
    ['no version', { Statement: good }, 'Version'],
    ['an unknown element', { ...policy(good), Else: 1 }, 'unknown element Else'],
    ['an unknown element in a statement', policy({ ...good, Resourec: '*' }), 'unknown element Resourec'],
    ['NotPrincipal', policy({ ...good, NotPrincipal: '*' }), 'unknown element NotPrincipal'],
    ['no statement', { Version: '2012-10-17', Statement: [] }, 'Statement'],
    ['text in place of a policy', 'x', 'no object'],
    ['an unknown effect', policy({ ...good, Effect: 'allow' }), 'Statement[0].Effect'],
    ['both Action and NotAction', policy({ ...good, NotAction: 's3:*' }), 'either Action or NotAction'],
    ['no action', policy({ Effect: 'Allow', Resource: '*' }), 'either Action or NotAction'],
    ['no resource', policy(good, { Effect: 'Deny', Action: '*' }), 'Statement[1]'],
    ['an action without a service', policy({ ...good, Action: 'GetObject' }), 'malformed action'],
    ['an empty list', policy({ ...good, Action: [] }), 'one or more strings'],
    ['an action that is no text', policy({ ...good, Action: [1] }), 'one or more strings'],
    ['a malformed ARN', policy({ ...good, Resource: 'arn:aws:s3' }), 'malformed ARN'],
    ['an ARN of an unknown partition', policy({ ...good, Resource: 'arn:was:s3:::x' }), 'malformed ARN'],
    ['a resource that is no ARN', policy({ ...good, Resource: 'reports' }), 'malformed ARN'],
    ['an unclosed variable', policy({ ...good, Resource: 'arn:aws:s3:::${aws:x' }), 'malformed'],
    ['a variable with a default', policy({ ...good, Resource: "arn:aws:s3:::${aws:x, 'y'}" }), 'malformed'],
    ['a principal where none belongs', policy({ ...good, Principal: '*' }), 'Principal'],
    ['an unknown operator', conditioned({ StringEqual: { 'aws:x': 'y' } }), 'unknown condition operator'],
    ['an unknown quantifier', conditioned({ 'ForEach:StringEquals': { 'aws:x': 'y' } }), 'unknown condition operator'],
    [
      'an operator with IfExists twice',
      conditioned({ NullIfExists: { 'aws:x': 'true' } }),
      'unknown condition operator',
    ],
    ['a key without a prefix', conditioned({ StringEquals: { x: 'y' } }), 'malformed condition key'],
    ['a date that is none', conditioned({ DateLessThan: { 'aws:CurrentTime': 'tomorrow' } }), 'DateLessThan'],
    ['a range that is none', conditioned({ IpAddress: { 'aws:SourceIp': '203.0.113.0/33' } }), 'no IP range'],
    ['a truth that is none', conditioned({ Bool: { 'aws:SecureTransport': 'yes' } }), 'not true or false'],
    ['a Null that is neither', conditioned({ Null: { 'aws:x': 'maybe' } }), 'not true or false'],
    ['a number that is none', conditioned({ NumericEquals: { 'aws:x': 'one' } }), 'NumericEquals'],
    ['an ARN condition on no ARN', conditioned({ ArnLike: { 'aws:PrincipalArn': 'Admin' } }), 'malformed ARN'],
    ['a condition value that is an object', conditioned({ StringEquals: { 'aws:x': {} } }), 'plain values'],
    ['a condition without values', conditioned({ StringEquals: { 'aws:x': [] } }), 'plain values'],
  ])('%s', (_, document, place) => {
    expect(() => parsePolicy(document, 'identity', 'P')).toThrow(place);
  });

  test.each<[string, object]>([
    ['a wildcard in a principal', { AWS: 'arn:aws:iam::111122223333:role/*' }],
    ['an unknown kind of principal', { CanonicalUser: 'x' }],
    ['a malformed account', { AWS: '1111' }],
    ['no principal', {}],
    ['a service that is none', { Service: 'lambda' }],
    ['a provider that is none', { Federated: 'https://idp.example.com' }],
  ])('in a trust policy: %s', (_, principal) => {
    const document = policy({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' });
    expect(() => parsePolicy(document, 'trust', 'P')).toThrow('Principal');
  });

  test('a trust policy has no resource', () => {
    const document = policy({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', Resource: '*' });
    expect(() => parsePolicy(document, 'trust', 'P')).toThrow('no Resource');
  });
});

describe('several policies', () => {
  const identity = [parsePolicy(ALLOW_ALL, 'identity', 'identity')];
  const all = (kind: 'boundary' | 'session') => parsePolicy(ALLOW_ALL, kind, kind);
  const other = { Effect: 'Allow', Action: 'sts:*', Resource: '*' };
  const deny = { Sid: 'NoReports', Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::reports/*' };

  test('the control: everybody allows', () => {
    expect(evaluate(request(), { identity, boundary: all('boundary'), session: all('session') }).allowed).toBe(true);
  });

  test.each([
    [
      'identity',
      { identity: [parsePolicy(policy(other), 'identity', 'p')] },
      'because no identity-based policy allows the s3:GetObject action',
    ],
    [
      'boundary',
      { identity, boundary: parsePolicy(policy(other), 'boundary', 'p') },
      'because no permissions boundary allows the s3:GetObject action',
    ],
    [
      'session',
      { identity, session: parsePolicy(policy(other), 'session', 'p') },
      'because no session policy allows the s3:GetObject action',
    ],
    [
      'identity',
      { identity: [...identity, parsePolicy(policy(deny), 'identity', 'p')] },
      'with an explicit deny in an identity-based policy',
    ],
    [
      'boundary',
      { identity, boundary: parsePolicy(policy({ ...other, Action: '*' }, deny), 'boundary', 'p') },
      'with an explicit deny in a permissions boundary',
    ],
    [
      'session',
      { identity, session: parsePolicy(policy({ ...other, Action: '*' }, deny), 'session', 'p') },
      'with an explicit deny in a session policy',
    ],
    [
      'resource',
      { identity, resource: parsePolicy(policy({ ...deny, Principal: '*' }), 'resource', 'p') },
      'with an explicit deny in a resource-based policy',
    ],
  ] as const)('the %s policy says no: %#', (kind, policies, words) => {
    const decision = evaluate(request(), policies);
    expect(decision).toMatchObject({ allowed: false, kind });
    if (decision.allowed) return;
    expect(describeDenial(request(), decision)).toBe(
      `User: ${CALLER.sessionArn} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::reports/2026/a.csv ${words}`,
    );
  });

  test('the reason names the policy and the statement', () => {
    const denying = parsePolicy(policy(deny), 'identity', 'policy 3');
    expect(evaluate(request(), { identity: [denying] }).reason).toBe('explicit deny in policy 3, NoReports');
  });

  test('denies alone grant nothing', () => {
    const session = parsePolicy(policy({ ...deny, Resource: 'arn:aws:s3:::invoices/*' }), 'session', 's');
    expect(evaluate(request(), { identity, session }).allowed).toBe(false);
  });

  test.each<[string, string, boolean]>([
    ['the role', CALLER.roleArn, true],
    ['the session', CALLER.sessionArn, true],
    ['everybody', '*', true],
    ['the account, which leaves it to the account', 'arn:aws:iam::111122223333:root', false],
    ['another role', 'arn:aws:iam::111122223333:role/Other', false],
  ])('a resource policy allows by itself when it names %s: %s -> %s', (_, principal, expected) => {
    const resource = parsePolicy(
      policy({ Effect: 'Allow', Principal: { AWS: principal }, Action: '*', Resource: '*' }),
      'resource',
      'r',
    );
    expect(evaluate(request(), { identity: [], resource }).allowed).toBe(expected);
    const boundary = parsePolicy(policy(other), 'boundary', 'b');
    expect(evaluate(request(), { identity: [], resource, boundary }).allowed).toBe(false);
  });
});

describe('trust policies', () => {
  const asks = request({}, { action: 'sts:AssumeRole', resource: 'arn:aws:iam::444455556666:role/X' });
  test.each<[string, unknown, boolean]>([
    ['the role', { AWS: CALLER.roleArn }, true],
    ['the session', { AWS: CALLER.sessionArn }, true],
    ['the account root', { AWS: 'arn:aws:iam::111122223333:root' }, true],
    ['the account number', { AWS: ['999988887777', '111122223333'] }, true],
    ['everybody', '*', true],
    ['another account', { AWS: '444455556666' }, false],
    ['the role without its path', { AWS: 'arn:aws:iam::111122223333:role/Admin' }, false],
    ['a service', { Service: 'lambda.amazonaws.com' }, false],
    ['a provider', { Federated: 'arn:aws:iam::111122223333:oidc-provider/idp.example.com' }, false],
  ])('%s', (_, principal, expected) => {
    const document = policy({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' });
    expect(evaluateTrust(asks, parsePolicy(document, 'trust', 't')).allowed).toBe(expected);
  });

  test('services and providers are recognised as themselves', () => {
    const provider = 'arn:aws:iam::111122223333:oidc-provider/idp.example.com';
    const document = policy({
      Effect: 'Allow',
      Principal: { Federated: provider, Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    });
    const parsed = parsePolicy(document, 'trust', 't');
    const by = (caller: AccessRequest['caller']) => evaluateTrust({ ...asks, caller }, parsed).allowed;
    expect(by({ kind: 'federated', provider })).toBe(true);
    expect(by({ kind: 'federated', provider: `${provider}/x` })).toBe(false);
    expect(by({ kind: 'service', service: 'lambda.amazonaws.com' })).toBe(true);
    expect(by({ kind: 'service', service: 'ec2.amazonaws.com' })).toBe(false);
  });

  test('an explicit deny wins', () => {
    const allow = { Effect: 'Allow', Principal: '*', Action: 'sts:*' };
    const document = policy(allow, { ...allow, Effect: 'Deny', Principal: { AWS: CALLER.roleArn } });
    expect(evaluateTrust(asks, parsePolicy(document, 'trust', 't'))).toMatchObject({ allowed: false, explicit: true });
  });
});
