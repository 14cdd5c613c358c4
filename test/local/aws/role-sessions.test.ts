import { describe, expect, test } from '@jest/globals';
import { AssumeRoleCommand, GetCallerIdentityCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { INPUT, assume, clientOf, startWith } from './assume-role-scene.ts';
import {
  ALLOW_ALL,
  BROKER_ACCOUNT,
  TARGET,
  TARGET_ACCOUNT,
  codeOf,
  offsetTo,
  policy,
  role,
  trust,
} from './small-world.ts';

describe('session policies', () => {
  const filled = (length: number) => {
    const empty = JSON.stringify(ALLOW_ALL);
    return empty + ' '.repeat(length - empty.length);
  };
  test.each([
    ['2048 characters', filled(2048), 'none'],
    ['2049 characters', filled(2049), 'ValidationError'],
    ['a character beyond Latin-1', JSON.stringify(ALLOW_ALL).replace('*', 'Ω'), 'ValidationError'],
    ['no JSON', '{"Version"', 'MalformedPolicyDocumentException'],
    ['an unknown element', JSON.stringify({ ...ALLOW_ALL, Foo: 1 }), 'MalformedPolicyDocumentException'],
    ['an older version', JSON.stringify({ ...ALLOW_ALL, Version: '2008-10-17' }), 'MalformedPolicyDocumentException'],
    [
      'a principal',
      JSON.stringify(policy({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' })),
      'MalformedPolicyDocumentException',
    ],
  ])('%s', async (_, text, code) => {
    expect(await codeOf(assume(await startWith(), { Policy: text }))).toBe(code);
  });

  test('the session may do no more than its policy says, and may always ask who it is', async () => {
    const aws = await startWith([role(`arn:aws:iam::${BROKER_ACCOUNT}:role/next`, { trustPolicy: trust(TARGET) })]);
    const into = { ...INPUT, RoleArn: `arn:aws:iam::${BROKER_ACCOUNT}:role/next` };
    const free = clientOf(aws, await assume(aws));
    expect(await codeOf(free.send(new AssumeRoleCommand(into)))).toBe('none');
    const denyAll = { Effect: 'Deny', Action: '*', Resource: '*' };
    const limited = clientOf(aws, await assume(aws, { Policy: JSON.stringify(policy(denyAll)) }));
    expect(await codeOf(limited.send(new AssumeRoleCommand(into)))).toBe('AccessDenied');
    expect(await codeOf(limited.send(new GetCallerIdentityCommand({})))).toBe('none');
  });

  test('a deny from a point in time on ends the permissions to the second', async () => {
    let now = new Date('2026-11-22T10:00:00Z');
    const next = `arn:aws:iam::${BROKER_ACCOUNT}:role/next`;
    const aws = await startWith([role(next, { trustPolicy: trust(TARGET) })], { clock: () => now });
    const until = { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-11-22T10:05:00Z' } };
    const session = policy(
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: '*', Resource: '*', Condition: until },
    );
    const answer = await assume(aws, { Policy: JSON.stringify(session), DurationSeconds: 900 }, now);
    const client = clientOf(aws, answer);
    const attempt = () => {
      client.config.systemClockOffset = offsetTo(now);
      return codeOf(client.send(new AssumeRoleCommand({ ...INPUT, RoleArn: next })));
    };
    now = new Date('2026-11-22T10:04:59Z');
    expect(await attempt()).toBe('none');
    now = new Date('2026-11-22T10:05:00Z');
    expect(await attempt()).toBe('AccessDenied');
  });

  test('what does not fit when packed is refused', async () => {
    const Tags = Array.from({ length: 50 }, (_, i) => ({
      Key: `${i}-${crypto.randomUUID()}`,
      Value: `${crypto.randomUUID()}${crypto.randomUUID()}`,
    }));
    expect(await codeOf(assume(await startWith(), { Tags }))).toBe('PackedPolicyTooLargeException');
  });
});

describe('role chaining', () => {
  const NEXT = `arn:aws:iam::${TARGET_ACCOUNT}:role/next`;
  const first = {
    SourceIdentity: 'p_x',
    Tags: [
      { Key: 'Team', Value: 'red' },
      { Key: 'local', Value: 'only' },
    ],
    TransitiveTagKeys: ['team'],
  };
  async function chain(input: Partial<AssumeRoleCommandInput>, trustPolicy = trust(TARGET)) {
    const aws = await startWith([role(NEXT, { trustPolicy })]);
    const client = clientOf(aws, await assume(aws, first));
    return client.send(new AssumeRoleCommand({ ...INPUT, RoleArn: NEXT, ...input }));
  }

  test('the source identity stays, without being sent', async () => {
    expect((await chain({})).SourceIdentity).toBe('p_x');
  });

  test.each([
    ['the same source identity', { SourceIdentity: 'p_x' }, 'none'],
    ['another source identity', { SourceIdentity: 'p_y' }, 'AccessDenied'],
    ['a tag of its own', { Tags: [{ Key: 'local', Value: 'other' }] }, 'none'],
    ['a transitive tag with another value', { Tags: [{ Key: 'Team', Value: 'blue' }] }, 'InvalidParameterValue'],
    ['a transitive tag in another case', { Tags: [{ Key: 'TEAM', Value: 'red' }] }, 'InvalidParameterValue'],
  ])('%s', async (_, input, code) => {
    expect(await codeOf(chain(input))).toBe(code);
  });

  test.each(['sts:SetSourceIdentity', 'sts:TagSession'])('what is inherited needs %s too', async (missing) => {
    const Action = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'].filter((one) => one !== missing);
    const trustPolicy = policy({ Effect: 'Allow', Principal: { AWS: TARGET }, Action });
    expect(await codeOf(chain({}, trustPolicy))).toBe('AccessDenied');
  });

  test('transitive tags go on, also a second time, others do not', async () => {
    const last = `arn:aws:iam::${TARGET_ACCOUNT}:role/last`;
    const wants = (condition: object) => role(last, { trustPolicy: trust(NEXT, condition) });
    const aws = await startWith([role(NEXT, { trustPolicy: trust(TARGET) })]);
    const second = await clientOf(aws, await assume(aws, first)).send(
      new AssumeRoleCommand({ ...INPUT, RoleArn: NEXT }),
    );
    const third = () => clientOf(aws, second).send(new AssumeRoleCommand({ ...INPUT, RoleArn: last }));
    aws.addRole(wants({ StringEquals: { 'aws:PrincipalTag/Team': 'red' } }));
    expect(await codeOf(third())).toBe('none');
    aws.addRole(wants({ Null: { 'aws:PrincipalTag/local': 'false' } }));
    expect(await codeOf(third())).toBe('AccessDenied');
  });
});

test("a session tag hides the role's own tag of that key", async () => {
  const next = `arn:aws:iam::${TARGET_ACCOUNT}:role/next`;
  const aws = await startWith([
    role(TARGET, { tags: { team: 'of-the-role' } }),
    role(next, { trustPolicy: trust(TARGET, { StringEquals: { 'aws:PrincipalTag/team': 'of-the-role' } }) }),
  ]);
  const go = async (input: Partial<AssumeRoleCommandInput>) =>
    clientOf(aws, await assume(aws, input)).send(new AssumeRoleCommand({ ...INPUT, RoleArn: next }));
  expect(await codeOf(go({}))).toBe('none');
  expect(await codeOf(go({ Tags: [{ Key: 'Team', Value: 'mine' }] }))).toBe('AccessDenied');
});
