import { expect, test } from '@jest/globals';
import { listEntitlements } from '../../../lib/broker/list-entitlements.ts';
import { choicesUpTo, usualSeconds } from '../../../portal/src/ask/choices.ts';
import { askOf, draftFrom, emptyDraft, localOf } from '../../../portal/src/ask/draft.ts';
import { wrongIn } from '../../../portal/src/ask/scope-lines.ts';
import { durationText } from '../../../portal/src/parts/duration.ts';
import { engineer, entitlement, policy } from '../../support/builders.ts';

type Parts = Parameters<typeof entitlement>[0];
const viewOf = (parts: Parts = {}) => listEntitlements(policy([entitlement(parts)]), engineer)[0]!;
const ticket = { pattern: '^OPS-[0-9]+$', required: false };

test('durations are offered up to the longest there is, and an hour is chosen', () => {
  expect(choicesUpTo(5400)).toEqual([900, 1800, 3600, 5400]);
  expect(choicesUpTo(600)).toEqual([600]);
  expect([usualSeconds(600), usualSeconds(43_200)]).toEqual([600, 3600]);
});

test('what is empty is not asked for', () => {
  const view = viewOf({ scope: true, ticket });
  expect(askOf(view, { ...emptyDraft(view), justification: 'x', ticket: '  ', actions: ' \n', resources: '' })).toEqual(
    {
      ...{ entitlementId: view.id, justification: 'x', durationSeconds: 3600 },
    },
  );
});

test('a scope is asked for line by line, where the role is lent in parts', () => {
  const draft = {
    ...emptyDraft(viewOf()),
    justification: 'x',
    actions: 's3:GetObject\n s3:ListBucket',
    resources: '*',
  };
  const scope = { actions: ['s3:GetObject', 's3:ListBucket'], resources: ['*'] };
  expect(askOf(viewOf({ scope: true }), draft)).toMatchObject({ scope });
  expect(askOf(viewOf(), draft)).not.toHaveProperty('scope');
});

test('a later start is asked for in UTC, and never of break-glass', () => {
  const at = Date.parse('2026-11-22T15:30:00Z');
  const draft = { ...emptyDraft(viewOf()), startAt: localOf(at) };
  expect(askOf(viewOf(), draft)).toMatchObject({ startAt: '2026-11-22T15:30:00.000Z' });
  const emergency = askOf(viewOf(), { ...draft, breakGlass: true });
  expect(emergency).toMatchObject({ breakGlass: true });
  expect(emergency).not.toHaveProperty('startAt');
});

test('a draft that a browser kept is taken only if it is one', () => {
  const draft = emptyDraft(viewOf());
  expect(draftFrom(JSON.stringify(draft))).toEqual(draft);
  for (const kept of [undefined, '', '[]', 'null', '{}', JSON.stringify({ ...draft, ticket: 7 })])
    expect(draftFrom(kept)).toBeUndefined();
});

test('lines of a scope that the broker would not take are named', () => {
  expect(wrongIn('actions', ['s3:GetObject', 'ec2:Describe*'])).toStrictEqual([]);
  expect(wrongIn('actions', ['*', 's3', 'S3:Get', 's3:GetObject', 's3:GetObject'])).toHaveLength(4);
  expect(
    wrongIn('resources', ['*', 'arn:aws:s3:::reports/*', 'arn:aws-cn:ec2:cn-north-1:111122223333:instance/*']),
  ).toStrictEqual([]);
  expect(wrongIn('resources', ['reports/*', 'arn:aws:*:::x'])).toHaveLength(2);
});

test.each([
  [-5, '0 s'],
  [59.9, '59 s'],
  [150, '2 min 30 s'],
  [9000, '2 h 30 min'],
  [90_000, '1 d 1 h'],
])('%d s is %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text.replaceAll(/(\d) /g, '$1\u00a0'));
});
