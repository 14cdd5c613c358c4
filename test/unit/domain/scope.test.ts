import { describe, expect, test } from '@jest/globals';
import { submit } from '../../../lib/domain/decide-submit.ts';
import type { InputFault } from '../../../lib/domain/errors.ts';
import { policyCharactersOver } from '../../../lib/domain/role-session.ts';
import { type Scope, sameScope, scopeForm, scopeInWords } from '../../../lib/domain/scope.ts';
import { NOON, ask, context, engineer, entitlement } from '../../support/builders.ts';

const own = entitlement({ scope: true });
const OBJECTS = 'arn:aws:s3:::prod-reports/*';
const narrow: Scope = { actions: ['s3:GetObject'], resources: [OBJECTS] };

const faultsOf = (scope: Scope, of = own): readonly InputFault[] => scopeForm(of, scope)?.faults ?? [];
const pointersOf = (scope: Scope, of = own): readonly string[] => faultsOf(scope, of).map(({ pointer }) => pointer);

describe('the form of a scope', () => {
  test.each([
    's3:GetObject',
    's3:*',
    'ec2:Describe*',
    'dynamodb:?etItem',
    'execute-api:Invoke',
    'a4b:Get',
    `s3:${'a'.repeat(128)}`,
  ])('%s is an action', (action) => {
    expect(faultsOf({ actions: [action], resources: ['*'] })).toStrictEqual([]);
  });

  test.each([
    '*',
    '*:*',
    's3',
    's3:',
    ':GetObject',
    'S3:GetObject',
    's*:GetObject',
    's3:Get Object',
    's3:Get:x',
    's3:${aws:username}',
    `s3:${'a'.repeat(129)}`,
    's3:Gеt',
    '',
  ])('attack: %j is none', (action) => {
    expect(faultsOf({ actions: ['s3:PutObject', action], resources: ['*'] })).toMatchObject([
      { pointer: '/scope/actions/1', code: 'invalid_format' },
    ]);
  });

  test.each([
    '*',
    OBJECTS,
    'arn:aws:s3:::*',
    'arn:aws:dynamodb:eu-west-1:111122223333:table/orders',
    'arn:aws:logs:*:111122223333:log-group:/aws/lambda/*:*',
    'arn:aws:iam::aws:policy/ReadOnlyAccess',
    'arn:aws:lambda:eu-west-?:111122223333:function:pay-*',
  ])('%s is a resource', (resource) => {
    expect(faultsOf({ actions: ['s3:*'], resources: [resource] })).toStrictEqual([]);
  });

  test.each([
    ['another account', 'arn:aws:dynamodb:eu-west-1:444455556666:table/orders'],
    ['any account', 'arn:aws:dynamodb:eu-west-1:*:table/orders'],
    ['another partition', 'arn:aws-cn:s3:::prod-reports/*'],
    ['any partition', 'arn:*:s3:::prod-reports/*'],
    ['any service', 'arn:aws:*:::prod-reports'],
    ['no service', 'arn:aws::::x'],
    ['too few parts', 'arn:aws:s3:::'],
    ['a policy variable', 'arn:aws:s3:::home/${aws:PrincipalTag/team}'],
    ['a quote', 'arn:aws:s3:::a"b'],
    ['a space', 'arn:aws:s3:::a b'],
    ['a letter that looks like another', 'arn:aws:s3:::prоd'],
    ['more than fits', `arn:aws:s3:::${'a'.repeat(513)}`],
    ['a bucket by its name', 'prod-reports'],
  ])('attack: %s is no resource', (_what, resource) => {
    expect(pointersOf({ actions: ['s3:*'], resources: [resource] })).toEqual(['/scope/resources/0']);
  });

  test('goes by the partition of the account', () => {
    const chinese = { ...own, account: { ...own.account, partition: 'aws-cn' as const } };
    expect(pointersOf({ ...narrow, resources: ['arn:aws-cn:s3:::x', 'arn:aws:s3:::x'] }, chinese)).toEqual([
      '/scope/resources/1',
    ]);
  });

  test('names nothing twice, actions in whatever letters', () => {
    const twice = { actions: ['s3:GetObject', 's3:getobject'], resources: [OBJECTS, OBJECTS] };
    expect(faultsOf(twice)).toMatchObject([
      { pointer: '/scope/actions/1', code: 'duplicate' },
      { pointer: '/scope/resources/1', code: 'duplicate' },
    ]);
  });
});

describe('asking for a part of a role', () => {
  const decideOn = (scope: Scope | undefined, of = own) =>
    submit(ask(scope ? { scope } : {}), context(engineer, NOON, [of]));

  test('is on record as it was asked for', () => {
    expect(decideOn(narrow)).toMatchObject({ event: { data: { scope: narrow } } });
    expect(decideOn(undefined)).not.toHaveProperty('event.data.scope');
  });

  test('is refused where the entitlement is asked for whole', () => {
    expect(decideOn(narrow, entitlement())).toMatchObject({
      refusal: { code: 'invalid_input', faults: [{ pointer: '/scope', code: 'not_allowed' }] },
    });
  });

  test('is refused with the characters that AWS would not take, before AWS is asked', () => {
    const sized = (length: number): Scope => ({
      actions: ['s3:GetObject'],
      resources: ['a', 'b'].map((bucket) => `arn:aws:s3:::${bucket}${'x'.repeat(length)}`),
    });
    const lengths = Array.from({ length: 500 }, (_, length) => length);
    const longest = lengths.findLast((length) => policyCharactersOver(own, sized(length)) === 0) ?? 0;
    expect(longest).toBeGreaterThan(100);
    expect(decideOn(sized(longest))).toHaveProperty('event');
    expect(decideOn(sized(longest + 1))).toMatchObject({
      refusal: { code: 'invalid_input', faults: [{ pointer: '/scope', code: 'too_long' }] },
    });
  });
});

test('in words, nothing of it is left out', () => {
  const actions = ['s3:GetObject', 's3:List*', 'ec2:*', 'ec2:Describe?nstances'];
  const resources = [OBJECTS, '*', 'arn:aws:logs:eu-west-1:111122223333:log-group:x:*', 'arn:aws:sqs:*:111122223333:q'];
  expect(scopeInWords({ actions, resources })).toEqual([
    's3: GetObject, everything that begins with List',
    'ec2: everything, Describe?nstances',
    'on prod-reports/* of s3',
    'on every resource',
    'on log-group:x:* of logs in eu-west-1',
    'on q of sqs in every region',
  ]);
});

test('two are the same in the same words and order', () => {
  expect(sameScope(narrow, { ...narrow })).toBe(true);
  expect(sameScope(undefined, undefined)).toBe(true);
  expect(sameScope(narrow, undefined)).toBe(false);
  expect(sameScope(narrow, { ...narrow, actions: ['s3:*'] })).toBe(false);
});
