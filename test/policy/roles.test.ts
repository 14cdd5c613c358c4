import { beforeAll, expect, test } from '@jest/globals';
import { shown, written } from './page.ts';
import { changed, packaged, statement } from './template.ts';

let template: unknown;
beforeAll(async () => {
  ({ template } = await packaged());
});

test('the page is what the roles say, row by row', () => {
  expect(shown(template).toSorted()).toEqual(written().toSorted());
});

test.each([
  ['an action more', 'Action', ['dynamodb:PutItem', 'dynamodb:Scan']],
  ['another resource', 'Resource', '*'],
  ['other keys', 'Condition', { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['*'] } }],
  ['keys that need not be', 'Condition', { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['request#*'] } }],
  ['no condition', 'Condition', undefined],
  ['a deny', 'Effect', 'Deny'],
])('with %s it is another page', (_what, member, value) => {
  const other = changed(template, statement('RequestsRole', 'Sid=AppendToRequests', member), value);
  expect(shown(other).toSorted()).not.toEqual(written().toSorted());
});
