import { describe, expect, test } from '@jest/globals';
import { policy } from './small-world.ts';
import { CALLER, request, allows } from './access-request.ts';

describe('conditions', () => {
  const NOW = '2026-11-22T10:00:00.000Z';
  const tag = (...values: string[]) => ({ 'aws:requesttag/t': values });
  const T = 'aws:RequestTag/t';
  const cases: [string, object, Record<string, string[]>, boolean][] = [
    ['StringEquals', { StringEquals: { [T]: 'a' } }, tag('a'), true],
    ['StringEquals another', { StringEquals: { [T]: 'a' } }, tag('A'), false],
    ['StringEquals absent', { StringEquals: { [T]: 'a' } }, {}, false],
    ['StringEquals of a list', { StringEquals: { [T]: ['b', 'a'] } }, tag('a'), true],
    ['StringEquals takes no wildcards', { StringEquals: { [T]: 'a*' } }, tag('ab'), false],
    ['StringEquals with an asterisk in it', { StringEquals: { [T]: 'a*' } }, tag('a*'), true],
    [
      'StringEquals with a variable',
      { StringEquals: { [T]: '${aws:SourceIdentity}' } },
      { ...tag('x'), 'aws:sourceidentity': ['x'] },
      true,
    ],
    ['StringEquals with an absent variable', { StringEquals: { [T]: '${aws:SourceIdentity}' } }, tag(''), false],
    ['StringEqualsIfExists absent', { StringEqualsIfExists: { [T]: 'a' } }, {}, true],
    ['StringEqualsIfExists another', { StringEqualsIfExists: { [T]: 'a' } }, tag('b'), false],
    ['StringNotEquals another', { StringNotEquals: { [T]: 'a' } }, tag('b'), true],
    ['StringNotEquals the same', { StringNotEquals: { [T]: ['b', 'a'] } }, tag('a'), false],
    ['StringNotEquals absent', { StringNotEquals: { [T]: 'a' } }, {}, true],
    ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { [T]: 'aB' } }, tag('Ab'), true],
    [
      'StringEqualsIgnoreCase with a variable',
      { StringEqualsIgnoreCase: { [T]: '${aws:SourceIdentity}' } },
      { ...tag('X'), 'aws:sourceidentity': ['x'] },
      true,
    ],
    ['StringNotEqualsIgnoreCase', { StringNotEqualsIgnoreCase: { [T]: 'aB' } }, tag('Ab'), false],
    ['StringLike', { StringLike: { [T]: 'a?c*' } }, tag('abcdef'), true],
    ['StringLike another', { StringLike: { [T]: 'a?c' } }, tag('ac'), false],
    ['StringNotLike', { StringNotLike: { [T]: 'a*' } }, tag('abc'), false],
    ['Null true, absent', { Null: { [T]: 'true' } }, {}, true],
    ['Null true, present', { Null: { [T]: 'true' } }, tag('a'), false],
    ['Null false, present', { Null: { [T]: 'false' } }, tag('a'), true],
    ['Null false, absent', { Null: { [T]: false } }, {}, false],
    ['Bool', { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:securetransport': ['true'] }, true],
    ['Bool another', { Bool: { 'aws:SecureTransport': false } }, { 'aws:securetransport': ['true'] }, false],
    ['Bool absent', { Bool: { 'aws:SecureTransport': 'false' } }, {}, false],
    ['BoolIfExists absent', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } }, {}, true],
    [
      'DateLessThan before',
      { DateLessThan: { 'aws:CurrentTime': '2026-11-22T10:00:01Z' } },
      { 'aws:currenttime': [NOW] },
      true,
    ],
    ['DateLessThan at the instant', { DateLessThan: { 'aws:CurrentTime': NOW } }, { 'aws:currenttime': [NOW] }, false],
    [
      'DateLessThanEquals at the instant',
      { DateLessThanEquals: { 'aws:CurrentTime': NOW } },
      { 'aws:currenttime': [NOW] },
      true,
    ],
    [
      'DateGreaterThanEquals at the instant',
      { DateGreaterThanEquals: { 'aws:CurrentTime': NOW } },
      { 'aws:currenttime': [NOW] },
      true,
    ],
    [
      'DateGreaterThan at the instant',
      { DateGreaterThan: { 'aws:CurrentTime': NOW } },
      { 'aws:currenttime': [NOW] },
      false,
    ],
    [
      'DateEquals in epoch seconds',
      { DateEquals: { 'aws:CurrentTime': '1795341600' } },
      { 'aws:currenttime': [NOW] },
      true,
    ],
    ['DateNotEquals', { DateNotEquals: { 'aws:CurrentTime': NOW } }, { 'aws:currenttime': [NOW] }, false],
    [
      'dates are instants, not texts',
      { DateLessThan: { 'aws:CurrentTime': '2026-11-22T11:30:00+02:00' } },
      { 'aws:currenttime': [NOW] },
      false,
    ],
    ['NumericLessThan', { NumericLessThan: { 'aws:EpochTime': '10' } }, { 'aws:epochtime': ['9'] }, true],
    [
      'NumericGreaterThanEquals',
      { NumericGreaterThanEquals: { 'aws:EpochTime': 10 } },
      { 'aws:epochtime': ['9'] },
      false,
    ],
    ['NumericEquals of what is no number', { NumericEquals: { [T]: '0' } }, tag('x'), false],
    ['NumericNotEquals', { NumericNotEquals: { [T]: '5' } }, tag('5.0'), false],
    [
      'IpAddress in the range',
      { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
      { 'aws:sourceip': ['203.0.113.9'] },
      true,
    ],
    [
      'IpAddress outside',
      { IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '198.51.100.1'] } },
      { 'aws:sourceip': ['198.51.100.2'] },
      false,
    ],
    [
      'IpAddress of version 6',
      { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } },
      { 'aws:sourceip': ['2001:db8::1'] },
      true,
    ],
    [
      'NotIpAddress in the range',
      { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
      { 'aws:sourceip': ['203.0.113.9'] },
      false,
    ],
    [
      'ArnLike',
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/hatcheck/*' } },
      { 'aws:principalarn': [CALLER.roleArn] },
      true,
    ],
    [
      'ArnEquals another account',
      { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/*' } },
      { 'aws:principalarn': [CALLER.roleArn] },
      false,
    ],
    [
      'ArnNotLike',
      { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/hatcheck/*' } },
      { 'aws:principalarn': [CALLER.roleArn] },
      false,
    ],
    [
      'ArnNotEquals',
      { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/other' } },
      { 'aws:principalarn': [CALLER.roleArn] },
      true,
    ],
    [
      'ForAllValues all of them',
      { 'ForAllValues:StringLike': { 'aws:TagKeys': ['a*', 'b'] } },
      { 'aws:tagkeys': ['a1', 'b'] },
      true,
    ],
    [
      'ForAllValues not all of them',
      { 'ForAllValues:StringLike': { 'aws:TagKeys': ['a*', 'b'] } },
      { 'aws:tagkeys': ['a1', 'c'] },
      false,
    ],
    ['ForAllValues absent', { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } }, { 'aws:tagkeys': [] }, true],
    [
      'ForAllValues, negated',
      { 'ForAllValues:StringNotEquals': { 'aws:TagKeys': 'a' } },
      { 'aws:tagkeys': ['b', 'a'] },
      false,
    ],
    [
      'ForAnyValue one of them',
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } },
      { 'aws:tagkeys': ['b', 'a'] },
      true,
    ],
    [
      'ForAnyValue none of them',
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } },
      { 'aws:tagkeys': ['b'] },
      false,
    ],
    ['ForAnyValue absent', { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': 'a' } }, {}, false],
    [
      'ForAnyValue, negated',
      { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': 'a' } },
      { 'aws:tagkeys': ['a', 'b'] },
      true,
    ],
    [
      'several values without a quantifier, negated',
      { StringNotEquals: { 'aws:TagKeys': 'a' } },
      { 'aws:tagkeys': ['a', 'b'] },
      false,
    ],
    ['keys in another case', { StringEquals: { 'AWS:requesttag/T': 'a' } }, tag('a'), true],
    ['all operators must hold', { StringEquals: { [T]: 'a' }, Null: { 'aws:TagKeys': 'false' } }, tag('a'), false],
    ['all keys must hold', { StringEquals: { [T]: 'a', 'aws:SourceIdentity': 'x' } }, tag('a'), false],
  ];
  test.each(cases)('%s', (_, condition, context, expected) => {
    const document = policy({ Effect: 'Allow', Action: '*', Resource: '*', Condition: condition });
    expect(allows(document, request(context))).toBe(expected);
  });
});
