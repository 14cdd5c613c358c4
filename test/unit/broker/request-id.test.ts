import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomRequestId, requestIdFor } from '../../../lib/broker/request-id.ts';
import { approver, engineer } from '../../support/builders.ts';
import { seededChance } from '../../support/memory.ts';

const FORM = /^r_[A-Z2-7]{26}$/;

test('the same principal and key name the same request', () => {
  expect(requestIdFor(engineer, 'key')).toBe(requestIdFor({ ...engineer, groups: [] }, 'key'));
});

test('another principal or another key names another', () => {
  const ids = [requestIdFor(engineer, 'key'), requestIdFor(approver, 'key'), requestIdFor(engineer, 'key2')];
  expect(new Set(ids).size).toBe(3);
});

test('an id is r_ and 26 base32 characters, whatever the key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer(), (key, seed) => {
      expect(requestIdFor(engineer, key)).toMatch(FORM);
      expect(randomRequestId(seededChance(seed))).toMatch(FORM);
    }),
  );
});

test('an id spells the first 130 bits, five a character (RFC 4648, section 6)', () => {
  const from = (bytes: readonly number[]): string =>
    randomRequestId({ ...seededChance(), token: () => Buffer.from(bytes).toString('base64url') });
  const zeros = Array<number>(16).fill(0);
  expect(from([...zeros, 0])).toBe(`r_${'A'.repeat(26)}`);
  expect(from([...Array<number>(16).fill(255), 255])).toBe(`r_${'7'.repeat(26)}`);
  // 'fooba' is MZXW6YTB there.
  expect(from([...Buffer.from('fooba'), ...zeros.slice(5), 0])).toBe(`r_MZXW6YTB${'A'.repeat(18)}`);
  // Of the seventeenth byte two bits count; what is beyond it does not.
  expect(from([...zeros, 0b0100_0000])).toBe(`r_${'A'.repeat(25)}B`);
  expect(from([...zeros, 0b0011_1111])).toBe(`r_${'A'.repeat(26)}`);
  expect(from([...zeros, 0b0100_0000, 255])).toBe(`r_${'A'.repeat(25)}B`);
});

test('a random id takes all of its bytes from chance', () => {
  const asked: number[] = [];
  const chance = seededChance();
  randomRequestId({
    ...chance,
    token: (bytes) => {
      asked.push(bytes);
      return chance.token(bytes);
    },
  });
  expect(asked).toEqual([17]);
});

test('of many random ids none is like another', () => {
  const chance = seededChance();
  const ids = Array.from({ length: 2000 }, () => randomRequestId(chance));
  expect(new Set(ids).size).toBe(ids.length);
});
