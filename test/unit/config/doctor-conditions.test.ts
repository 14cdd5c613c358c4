import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holds } from '../../../lib/config/doctor/conditions.ts';
import { compileCondition } from '../../../local/aws/policy/conditions.ts';

const KEY = 'sts:ExternalId';
const call = (...values: readonly string[]) => new Map([[KEY.toLowerCase(), values]]);

const operators = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
]
  .concat('StringNotLike')
  .flatMap((name) => [name, `${name}IfExists`, `ForAnyValue:${name}`, `ForAllValues:${name}`]);
const texts = fc.array(fc.constantFrom('a', 'A', 'ab', 'b', 'a.c', 'a*', '?', '*b'), { minLength: 1, maxLength: 3 });

describe('a condition', () => {
  test('holds of our call where the evaluator of the local AWS says so, for each operator that is known', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operators),
        texts,
        fc.array(fc.constantFrom('a', 'A', 'ab', 'abc', 'a.c'), { maxLength: 2 }),
        (operator, values, found) => {
          // One value only where the operator is of no set: AWS refuses to compare several otherwise.
          const given = operator.includes(':') ? found : found.slice(0, 1);
          const theirs = compileCondition(
            operator,
            KEY,
            values,
          )(new Map(given.length > 0 ? [[KEY.toLowerCase(), given]] : []));
          expect(holds({ operator, key: KEY, values }, call(...given))).toBe(theirs);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each<readonly [string, readonly string[], readonly string[], boolean | undefined]>([
    ['Null', ['true'], [], true],
    ['Null', ['true'], ['a'], false],
    ['Null', ['false'], ['a'], true],
    ['Null', ['false'], [], false],
    ['Bool', ['true'], ['true'], true],
    ['Bool', ['false'], ['true'], false],
    ['ArnLike', ['arn:aws:iam::*:role/x'], ['arn:aws:iam::111122223333:role/x'], true],
    ['ArnNotEquals', ['arn:aws:iam::111122223333:role/x'], ['arn:aws:iam::111122223333:role/x'], false],
    ['DateLessThan', ['2030-01-01T00:00:00Z'], ['a'], undefined],
    ['IpAddress', ['203.0.113.0/24'], ['203.0.113.1'], undefined],
    ['???', ['a'], ['a'], undefined],
  ])('%s %j of %j: %s', (operator, values, found, outcome) => {
    expect(holds({ operator, key: KEY, values }, call(...found))).toBe(outcome);
  });

  test('of a key that nobody knows from here cannot be said', () => {
    expect(holds({ operator: 'StringEquals', key: 'aws:SourceIp', values: ['x'] }, call('a'))).toBeUndefined();
  });
});
