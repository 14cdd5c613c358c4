import { expect, test } from '@jest/globals';
import { listEntitlements } from '../../../lib/broker/list-entitlements.ts';
import { find } from '../../../portal/src/ask/find.ts';
import { engineer, entitlement, policy } from '../../support/builders.ts';

const named = (id: string, title: string) => entitlement({ id, title });
const all = listEntitlements(
  policy([
    named('a', 'Read the payments database'),
    named('b', 'Payments: administer'),
    named('c', 'Administer staging'),
    named('prod-repair', 'Repair'),
  ]),
  engineer,
);
const idsFor = (text: string) => find(all, text).map(({ id }) => id);

test('without words, all of them are found as they came', () => {
  expect(find(all, '  ')).toBe(all);
});

test('titles that begin with it come before those in which a word does', () => {
  expect(idsFor('payments')).toEqual(['b', 'a']);
});

test('each word has to occur, in any order and case', () => {
  expect(idsFor('ADMINISTER pay')).toEqual(['b']);
  expect(idsFor('staging zebra')).toStrictEqual([]);
});

test('ids, accounts and roles count too, and the middle of a word', () => {
  expect(idsFor('prod-rep')).toEqual(['prod-repair']);
  expect(idsFor('111122223333')).toHaveLength(4);
  expect(idsFor('ministe')).toEqual(['b', 'c']);
});

test('what would be a pattern is text', () => {
  expect(idsFor('.*')).toStrictEqual([]);
});
