import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { listDestinations, listEntitlements } from '../../../lib/broker/list-entitlements.ts';
import type { RequestView } from '../../../portal/src/api/calls.ts';
import { waitsFor } from '../../../portal/src/parts/waits.ts';
import { choicesOf } from '../../../portal/src/waiting/destinations.ts';
import { formsOf } from '../../../portal/src/waiting/forms.ts';
import { secondsLeftFor } from '../../../portal/src/waiting/more-time.ts';
import { openOnes } from '../../../portal/src/waiting/open.ts';
import { engineer, entitlement, policy } from '../../support/builders.ts';

const id = `r_${'A'.repeat(26)}`;
const hostile = `a'b"$(echo no)\`echo no\`\\`;
const credentials = {
  AccessKeyId: 'ASIAEXAMPLE',
  SecretAccessKey: hostile,
  SessionToken: `${hostile}=`,
  Expiration: '2026-11-22T16:00:00Z',
};
const textFor = (name: string): string => formsOf(credentials, { id }).find((form) => form.name === name)!.text;

test('what a shell reads of it is what was given, whatever is in it', () => {
  const script = `${textFor('Shell')}\nprintf '%s\\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"`;
  const read = execFileSync('sh', ['-c', script]).toString();
  expect(read).toBe(`ASIAEXAMPLE\n${hostile}\n${hostile}=\n`);
});

test('PowerShell takes what is between single quotes as it is, but for the quote', () => {
  expect(textFor('PowerShell')).toContain(`$env:AWS_SECRET_ACCESS_KEY = '${hostile.replace("'", "''")}'`);
});

test('the config is a profile of its own', () => {
  expect(textFor('Config').split('\n').slice(0, 2)).toEqual(['[hatcheck]', 'aws_access_key_id = ASIAEXAMPLE']);
});

test('the command has no secret in it', () => {
  expect(textFor('CLI')).toBe(`eval "$(hatcheck credentials ${id} --format env)"`);
});

test('destinations are offered by region, the account’s own first', () => {
  const destinations = {
    'ec2-us': { service: 'ec2', region: 'us-east-1' },
    dashboards: { path: '/cloudwatch/home#dashboards' },
  } as const;
  const choices = choicesOf(listDestinations({ destinations }), 'eu-west-1');
  expect(choices.map(({ where }) => where)).toEqual(['eu-west-1', 'Elsewhere', 'us-east-1']);
  expect(choices[0]?.choices[0]).toEqual({ name: 'console', text: 'Console home' });
  expect(choices[2]?.choices).toEqual([{ name: 'ec2-us', text: 'ec2-us' }]);
});

const requestOf = (parts: Partial<RequestView>) =>
  ({ breakGlass: false, durationSeconds: 3600, ...parts }) as RequestView;

test('more time is offered as far as the entitlement has it', () => {
  const glass = {
    requesters: { groups: ['okta:sre'] },
    ...{ maxDurationSeconds: 1800, issuesPerHour: 6, reviewWithinSeconds: 3600, notify: [] },
    reviewers: { groups: ['okta:security'] },
  };
  const views = listEntitlements(
    policy([
      entitlement({ id: 'a', maxDurationSeconds: 3600, breakGlass: glass }),
      entitlement({ id: 'b', maxDurationSeconds: 3600, extension: { maxTotalSeconds: 7200, approval: 'auto' } }),
    ]),
    engineer,
  );
  const [plain, extended] = [views[0]!, views[1]!];
  expect(secondsLeftFor(plain, requestOf({ grantedSeconds: 900 }))).toBe(2700);
  expect(secondsLeftFor(plain, requestOf({ durationSeconds: 600 }))).toBe(3000);
  expect(secondsLeftFor(extended, requestOf({ grantedSeconds: 3600 }))).toBe(3600);
  expect(secondsLeftFor(plain, requestOf({ grantedSeconds: 900, breakGlass: true }))).toBe(900);
  expect(secondsLeftFor(plain, requestOf({ grantedSeconds: 7200 }))).toBe(0);
});

test('whose yes it waits for is told: of stages in order the first, of others all that are open', () => {
  const stageOf = (group: string, count: number, said: number) => ({
    ...{ from: { groups: [`okta:${group}`], people: [] }, count },
    approvals: Array.from({ length: said }, () => ({ approver: { handle: 'p_1' }, at: '2026-11-22T16:00:00Z' })),
  });
  const stages = [stageOf('sre-leads', 1, 1), stageOf('security', 2, 1), stageOf('owners', 1, 0)];
  expect(waitsFor({ approvalsNeeded: 2, stages })).toBe('2 more yeses, now of security');
  expect(waitsFor({ approvalsNeeded: 2, stages, parallel: true })).toBe('2 more yeses, now of security, and of owners');
  expect(waitsFor({ approvalsNeeded: 1, stages: [] })).toBe('one more yes');
});

test('what is had stands before what begins later, and that before what waits; what is over stands elsewhere', () => {
  const grantIn = (state: 'scheduled' | 'active') => ({ state, startsAt: '', endsAt: '' });
  const requests = [
    requestOf({ id: 'waits', status: 'pending' }),
    requestOf({ id: 'later', status: 'approved', grant: grantIn('scheduled') }),
    requestOf({ id: 'over', status: 'ended' }),
    requestOf({ id: 'newer', status: 'approved', grant: grantIn('active') }),
    requestOf({ id: 'older', status: 'approved', grant: grantIn('active') }),
  ];
  expect(openOnes(requests).map((each) => each.id)).toEqual(['newer', 'older', 'later', 'waits']);
});
