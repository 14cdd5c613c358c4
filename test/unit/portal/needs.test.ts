import { expect, test } from '@jest/globals';
import { listEntitlements } from '../../../lib/broker/list-entitlements.ts';
import { needsOf } from '../../../portal/src/ask/needs.ts';
import { approversText } from '../../../portal/src/parts/approvers-text.ts';
import { engineer, entitlement, policy, stage } from '../../support/builders.ts';

type Parts = Parameters<typeof entitlement>[0];
const needsFor = (parts: Parts) => {
  const [view] = listEntitlements(policy([entitlement(parts)]), engineer);
  return needsOf(view!).map((need) => need.replaceAll('\u00a0', ' '));
};

test('what is granted at once says so first', () => {
  expect(needsFor({ approval: 'auto', justification: { minLength: 1 } })).toEqual(['Granted at once.']);
});

test('stages are told in their order, with how many and by when', () => {
  const stages = [stage('sre-leads', 2), stage('security', 1)];
  expect(needsFor({ approval: { stages, withinSeconds: 1800 } })[0]).toBe(
    'A yes of 2 of sre-leads, then of one of security, within 30 min.',
  );
  expect(needsFor({ approval: { stages, parallel: true, withinSeconds: 1800 } })[0]).toBe(
    'A yes of 2 of sre-leads and one of security, within 30 min.',
  );
});

test('ticket, words, second factor, age of the sign-in and hours are told before anybody asks', () => {
  const needs = needsFor({
    approval: 'auto',
    ticket: { pattern: '^OPS-[0-9]+$', required: true },
    justification: { minLength: 20 },
    requires: { mfa: true, authenticatedWithinSeconds: 900 },
    hours: { timezone: 'Europe/Berlin', days: ['mon', 'fri'], from: '08:00', to: '20:00' },
  });
  expect(needs.slice(1)).toEqual([
    'A ticket of the form OPS-[0-9]+.',
    'A reason of 20 characters or more.',
    'A sign-in with a second factor.',
    'A sign-in of the last 15 min.',
    'mon, fri, 08:00 to 20:00 (Europe/Berlin).',
  ]);
});

test('a group that two providers have is named once', () => {
  expect(approversText({ groups: ['okta:leads', 'adfs:leads'], people: ['okta:00u1'] })).toBe('leads or 00u1');
});
