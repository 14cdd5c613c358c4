import { describe, expect, test } from '@jest/globals';
import { GetCallerIdentityCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { assume, brokerWith, clientOf, startWith, targetWith } from './assume-role-scene.ts';
import {
  BROKER,
  BROKER_ACCOUNT,
  TARGET,
  TARGET_ACCOUNT,
  codeOf,
  messageOf,
  offsetTo,
  policy,
  role,
  trust,
  world,
} from './small-world.ts';

describe('a role session', () => {
  test('is answered as AWS does, and works', async () => {
    const now = new Date('2026-11-22T10:00:00.900Z');
    const aws = await startWith([], { clock: () => now });
    const answer = await assume(aws, { SourceIdentity: 'p_x', Tags: [{ Key: 'hatcheck-request', Value: 'r_1' }] }, now);
    expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${TARGET_ACCOUNT}:assumed-role/Admin/engineer@example.com`);
    expect(answer.AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[A-Z2-7]{17}:engineer@example.com$/);
    expect(answer.Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(answer.Credentials?.Expiration).toEqual(new Date('2026-11-22T11:00:00Z'));
    expect(answer.SourceIdentity).toBe('p_x');
    expect(answer).toMatchObject({ PackedPolicySize: expect.any(Number), SessionTokenSize: expect.any(Number) });
    const client = clientOf(aws, answer);
    client.config.systemClockOffset = offsetTo(now);
    expect((await client.send(new GetCallerIdentityCommand({}))).Arn).toBe(answer.AssumedRoleUser?.Arn);
    expect(aws.calls.at(-2)).toMatchObject({ action: 'sts:AssumeRole', resource: TARGET, decision: 'allowed' });
  });

  test('without policy and tags has no packed size', async () => {
    expect(await assume(await startWith())).not.toHaveProperty('PackedPolicySize');
  });
});

describe('the members are checked as the service model says', () => {
  const tags = (count: number) => Array.from({ length: count }, (_, i) => ({ Key: `k${i}`, Value: 'v' }));
  test.each<[string, Partial<AssumeRoleCommandInput>, string]>([
    ['a session name of 64 characters', { RoleSessionName: 'a'.repeat(64) }, 'none'],
    ['a session name of 65 characters', { RoleSessionName: 'a'.repeat(65) }, 'ValidationError'],
    ['a session name of one character', { RoleSessionName: 'a' }, 'ValidationError'],
    ['a session name with a line end', { RoleSessionName: 'ab\n' }, 'ValidationError'],
    ['a session name with an umlaut', { RoleSessionName: 'jürgen' }, 'ValidationError'],
    ['no session name', { RoleSessionName: undefined }, 'ValidationError'],
    ['no role', { RoleArn: undefined }, 'ValidationError'],
    ['a role ARN that is too short', { RoleArn: 'arn:aws:iam::1:role' }, 'ValidationError'],
    ['a source identity with a colon', { SourceIdentity: 'aws:x' }, 'ValidationError'],
    ['a source identity of 65 characters', { SourceIdentity: 'a'.repeat(65) }, 'ValidationError'],
    ['an external id', { ExternalId: 'a:/b=,.@+-' }, 'none'],
    ['an external id with a space', { ExternalId: 'a b' }, 'ValidationError'],
    ['899 seconds', { DurationSeconds: 899 }, 'ValidationError'],
    ['900 seconds', { DurationSeconds: 900 }, 'none'],
    ['43201 seconds', { DurationSeconds: 43_201 }, 'ValidationError'],
    ['50 tags', { Tags: tags(50) }, 'none'],
    ['51 tags', { Tags: tags(51) }, 'ValidationError'],
    ['a tag key of 128 characters', { Tags: [{ Key: 'k'.repeat(128), Value: '' }] }, 'none'],
    ['a tag key of 129 characters', { Tags: [{ Key: 'k'.repeat(129), Value: '' }] }, 'ValidationError'],
    ['an empty tag key', { Tags: [{ Key: '', Value: 'v' }] }, 'ValidationError'],
    ['a tag value in Greek', { Tags: [{ Key: 'k', Value: 'αβγ' }] }, 'none'],
    ['a tag value with an asterisk', { Tags: [{ Key: 'k', Value: '*' }] }, 'ValidationError'],
    ['a tag value of 257 characters', { Tags: [{ Key: 'k', Value: 'v'.repeat(257) }] }, 'ValidationError'],
    [
      'a tag key twice, without case',
      {
        Tags: [
          { Key: 'k', Value: 'a' },
          { Key: 'K', Value: 'b' },
        ],
      },
      'InvalidParameterValue',
    ],
    ['a tag key of AWS', { Tags: [{ Key: 'aws:k', Value: 'a' }] }, 'InvalidParameterValue'],
    ['a transitive key without its tag', { Tags: tags(1), TransitiveTagKeys: ['other'] }, 'InvalidParameterValue'],
    [
      'a managed policy, which is not known here',
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] },
      'ValidationError',
    ],
  ])('%s', async (_, input, code) => {
    expect(await codeOf(assume(await startWith(), input))).toBe(code);
  });

  test('every fault is told at once, in the words of AWS', async () => {
    const input = { RoleSessionName: 'a b', DurationSeconds: 60 };
    expect(await messageOf(assume(await startWith(), input))).toBe(
      "2 validation errors detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@\\-]*; Value '60' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    );
  });
});

describe('both sides must allow', () => {
  test('the caller without sts:AssumeRole is refused', async () => {
    const aws = await brokerWith({ policies: [policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' })] });
    expect(await codeOf(assume(aws))).toBe('AccessDenied');
    expect(await messageOf(assume(aws))).toBe(
      `User: arn:aws:sts::${BROKER_ACCOUNT}:assumed-role/credentials/session is not authorized to perform: sts:AssumeRole on resource: ${TARGET}`,
    );
    expect(aws.calls.at(-1)).toMatchObject({ decision: 'denied', reason: expect.stringContaining('implicit deny') });
  });

  test('the caller may assume only what its policy names', async () => {
    const Resource = 'arn:aws:iam::*:role/hatcheck/*';
    const aws = await brokerWith({ policies: [policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource })] });
    const other = `arn:aws:iam::${TARGET_ACCOUNT}:role/other`;
    aws.addRole(role(other));
    expect(await codeOf(assume(aws))).toBe('none');
    expect(await codeOf(assume(aws, { RoleArn: other }))).toBe('AccessDenied');
  });

  test("the caller's boundary limits it", async () => {
    const boundary = `arn:aws:iam::${BROKER_ACCOUNT}:policy/boundary`;
    const managedPolicies = { [boundary]: policy({ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }) };
    const aws = await startWith([], { world: { ...world(role(BROKER, { boundary })), managedPolicies } });
    expect(await codeOf(assume(aws))).toBe('AccessDenied');
  });

  test('a role that does not exist is refused like one that may not be assumed', async () => {
    const missing = TARGET.replace('Admin', 'Missing');
    const aws = await startWith([role(TARGET, { trustPolicy: trust('999988887777') })]);
    expect(await codeOf(assume(aws))).toBe('AccessDenied');
    const [there, notThere] = [await messageOf(assume(aws)), await messageOf(assume(aws, { RoleArn: missing }))];
    expect(notThere).toBe(there.replace(TARGET, missing));
  });

  test.each<[string, string, string]>([
    ['the caller itself', BROKER, 'none'],
    ["the caller's account", `arn:aws:iam::${BROKER_ACCOUNT}:root`, 'none'],
    ['another role', `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/other`, 'AccessDenied'],
    ['another account', 'arn:aws:iam::999988887777:root', 'AccessDenied'],
  ])('a trust policy that names %s', async (_, principal, code) => {
    expect(await codeOf(assume(await targetWith({ trustPolicy: trust(principal) })))).toBe(code);
  });

  test.each<[string, Partial<AssumeRoleCommandInput>, string]>([
    ['the right one', { ExternalId: '5f0c9a1e' }, 'none'],
    ['none', {}, 'AccessDenied'],
    ['a wrong one', { ExternalId: '5f0c9a1f' }, 'AccessDenied'],
    ['one in another case', { ExternalId: '5F0C9A1E' }, 'AccessDenied'],
  ])('the confused deputy: ExternalId, %s', async (_, input, code) => {
    const trustPolicy = trust(BROKER, { StringEquals: { 'sts:ExternalId': '5f0c9a1e' } });
    expect(await codeOf(assume(await targetWith({ trustPolicy }), input))).toBe(code);
  });

  const onlyAssume = { Effect: 'Allow', Action: 'sts:AssumeRole' };
  const trusting = policy({ ...onlyAssume, Principal: { AWS: BROKER } });
  const allowing = policy({ ...onlyAssume, Resource: '*' });
  const Tags = [{ Key: 'k', Value: 'v' }];
  test.each<[string, Partial<AssumeRoleCommandInput>, string]>([
    ['neither source identity nor tags', {}, 'none'],
    ['a source identity', { SourceIdentity: 'p_x' }, 'AccessDenied'],
    ['tags', { Tags }, 'AccessDenied'],
  ])('with sts:AssumeRole alone on either side: %s', async (_, input, code) => {
    expect(await codeOf(assume(await targetWith({ trustPolicy: trusting }), input))).toBe(code);
    expect(await codeOf(assume(await brokerWith({ policies: [allowing] }), input))).toBe(code);
  });

  test('the trust policy sees what is asked for', async () => {
    const trustPolicy = trust(BROKER, {
      StringEquals: { 'aws:RequestTag/hatcheck-entitlement': 'prod-admin' },
      StringLike: { 'sts:SourceIdentity': 'p_*', 'sts:RoleSessionName': '*@example.com' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['hatcheck-entitlement'] },
      'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': 'hatcheck-entitlement' },
      ArnEquals: { 'aws:PrincipalArn': BROKER },
    });
    const aws = await targetWith({ trustPolicy });
    const right = {
      SourceIdentity: 'p_x',
      Tags: [{ Key: 'hatcheck-entitlement', Value: 'prod-admin' }],
      TransitiveTagKeys: ['hatcheck-entitlement'],
    };
    expect(await codeOf(assume(aws, right))).toBe('none');
    expect(await codeOf(assume(aws, { ...right, SourceIdentity: 'q_x' }))).toBe('AccessDenied');
    expect(await codeOf(assume(aws, { ...right, TransitiveTagKeys: [] }))).toBe('AccessDenied');
    expect(await codeOf(assume(aws, { ...right, RoleSessionName: 'someone' }))).toBe('AccessDenied');
    expect(await codeOf(assume(aws, { ...right, Tags: [...right.Tags, { Key: 'k', Value: 'v' }] }))).toBe(
      'AccessDenied',
    );
  });

  test('within one account AWS tells why', async () => {
    const neighbour = `arn:aws:iam::${BROKER_ACCOUNT}:role/neighbour`;
    const aws = await startWith([role(neighbour, { trustPolicy: trust('999988887777') })]);
    expect(await messageOf(assume(aws, { RoleArn: neighbour }))).toMatch(
      /because no resource-based policy allows the sts:AssumeRole action$/,
    );
  });
});

describe('durations', () => {
  test.each([
    [3600, 3600, 'none', ''],
    [3601, 3600, 'ValidationError', 'exceeds the MaxSessionDuration set for this role.'],
    [3600, 43_200, 'none', ''],
    [3601, 43_200, 'ValidationError', 'exceeds the 1 hour session limit for roles assumed by role chaining'],
  ])('%d seconds of a role with at most %d: %s', async (DurationSeconds, maxSessionSeconds, code, words) => {
    const aws = await targetWith({ maxSessionSeconds });
    expect(await codeOf(assume(aws, { DurationSeconds }))).toBe(code);
    expect(await messageOf(assume(aws, { DurationSeconds }))).toContain(words);
  });
});

test('a role that is not understood is not added', async () => {
  const aws = await startWith();
  expect(() => {
    aws.addRole(role(TARGET, { policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Alow' }] }] }));
  }).toThrow('Effect');
  expect(() => {
    aws.addRole(role('arn:aws:iam::1:role/x'));
  }).toThrow('no role ARN');
  expect(() => {
    aws.addRole(role(TARGET, { maxSessionSeconds: 900 }));
  }).toThrow('maxSessionSeconds');
  expect(await codeOf(assume(aws))).toBe('none');
});
