import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonObject, memberOf } from '../../../lib/identity/strict-json.ts';

const LIMITS = { maxDepth: 8, maxMembers: 1000 };
const parse = (text: string) => jsonObject(Buffer.from(text), LIMITS);

describe('an object as JSON', () => {
  test('comes out as JSON.parse reads it, whatever its white space', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), fc.nat(4), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('is refused with any member written twice, wherever it stands', () => {
    const names = fc.constantFrom('a', 'b"', 'c\\', 'd:', '__proto__', '');
    fc.assert(
      fc.property(
        names,
        fc.jsonValue({ maxDepth: 2 }),
        fc.jsonValue({ maxDepth: 2 }),
        fc.boolean(),
        (name, one, two, deep) => {
          const member = JSON.stringify(name);
          const inner = `{${member}:${JSON.stringify(one)},${member}:${JSON.stringify(two)}}`;
          expect(parse(deep ? `{"list":[1,${inner}]}` : inner)).toBeUndefined();
          expect(parse(`{${member}:${JSON.stringify(one)},"another":${JSON.stringify(two)}}`)).toBeDefined();
        },
      ),
    );
  });

  test('never makes it throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(() => jsonObject(bytes, LIMITS)).not.toThrow();
      }),
    );
  });

  test('is counted in depth and members, to the one', () => {
    const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    expect(parse(nested(8))).toBeDefined();
    expect(parse(nested(9))).toBeUndefined();
    const wide = (members: number): string =>
      JSON.stringify(Object.fromEntries(Array.from({ length: members }, (_, i) => [i, 0])));
    expect(parse(wide(1000))).toBeDefined();
    expect(parse(wide(1001))).toBeUndefined();
  });

  test('of sixteen thousand brackets is refused without an overflow', () => {
    expect(parse(`{"a":${'['.repeat(8000)}${']'.repeat(8000)}}`)).toBeUndefined();
  });

  test.each(['', 'null', '[]', '1', '"a"', '{', '{"a":1}x', "{'a':1}", '{"a":NaN}', '\ufeff{}'])(
    'is not %j',
    (text) => {
      expect(parse(text)).toBeUndefined();
    },
  );
});

test('a member is an own one', () => {
  expect(memberOf({ a: 1 }, 'a')).toBe(1);
  expect(memberOf({}, 'toString')).toBeUndefined();
  expect(memberOf(parse('{"__proto__":{"a":1}}') ?? {}, 'a')).toBeUndefined();
});
