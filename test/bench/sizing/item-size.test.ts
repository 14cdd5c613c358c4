import { describe, expect, test } from '@jest/globals';
import { itemBytes, storedBytes, writeUnits } from './item-size.ts';

const S = (text: string) => ({ S: text });
const byOwner = { hash: 'owner', range: 'at' };
const item = { pk: S('a'), owner: S('p_1'), at: S('2026') };
const large = { ...item, text: S('x'.repeat(1500)) };

describe('an item', () => {
  test.each([
    ['names and texts by their bytes in UTF-8', { pk: S('é') }, 4],
    ['numbers by half their digits and one', { n: { N: '12345' } }, 5],
    ['bytes by what they decode to', { b: { B: Buffer.alloc(32).toString('base64') } }, 33],
    ['sets by their texts', { s: { SS: ['ab', 'c'] } }, 4],
    ['lists and maps with what they are wrapped in', { m: { M: { a: { L: [{ BOOL: true }] } } } }, 1 + 3 + 2 + 3 + 2],
    ['nothing', undefined, 0],
  ])('is %s', (_what, given, bytes) => {
    expect(itemBytes(given)).toBe(bytes);
  });

  test('of a type that we do not write is a mistake', () => {
    expect(() => itemBytes({ odd: { BS: [] } })).toThrow(TypeError);
  });

  test('is stored once in the table and once in each index that it is in', () => {
    expect(storedBytes(item, [byOwner, { hash: 'group', range: 'at' }])).toBe(2 * (itemBytes(item) + 100));
    expect(storedBytes(undefined, [byOwner])).toBe(0);
  });
});

describe('a write takes', () => {
  test.each([
    ['one unit of each KB', undefined, large, [], 2],
    ['the larger of what was and what is', large, item, [], 2],
    ['as much again in an index that it is in', undefined, large, [byOwner], 4],
    ['nothing in an index that it is not in', undefined, { pk: S('a') }, [byOwner], 1],
    ['two in an index whose keys change', item, { ...item, at: S('2027') }, [byOwner], 3],
    ['one in an index that it leaves', item, { pk: S('a') }, [byOwner], 2],
    ['nothing in an index when nothing changes', item, item, [byOwner], 1],
    ['a unit when what is deleted was not there', undefined, undefined, [byOwner], 1],
  ])('%s', (_what, before, after, indexes, units) => {
    expect(writeUnits(before, after, indexes)).toBe(units);
  });
});
