import { expect, test } from '@jest/globals';
import { listDestinations, listEntitlements } from '../../../lib/broker/list-entitlements.ts';
import { engineer, entitlement, outsider, policy, stage } from '../../support/builders.ts';

test('one’s own entitlements are listed by id, with what a requester needs to know and no more', () => {
  const auto = entitlement({ id: 'a-read', title: 'Read', approval: 'auto', requires: { mfa: true } });
  const staged = entitlement({
    id: 'b-admin',
    approval: { stages: [stage('sre-leads', 2)], withinSeconds: 1800 },
    ticket: { pattern: '^OPS-[0-9]+$', required: true },
  });
  const other = entitlement({ id: 'c-other', requesters: { groups: ['okta:payments'] } });
  const common = {
    accountId: '111122223333',
    accountName: 'prod',
    region: 'eu-west-1',
    roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
    maxDurationSeconds: 3600,
    justification: { minLength: 10 },
    via: 'assumeRole',
    scope: false,
    breakGlass: false,
  };
  expect(listEntitlements(policy([staged, auto, other]), engineer)).toEqual([
    { id: 'a-read', title: 'Read', approval: 'auto', requires: { mfa: true }, ...common },
    {
      id: 'b-admin',
      title: 'Administer production',
      approval: {
        stages: [{ from: { groups: ['okta:sre-leads'], people: [] }, count: 2 }],
        withinSeconds: 1800,
      },
      requires: { mfa: false },
      ticket: { pattern: '^OPS-[0-9]+$', required: true },
      ...common,
    },
  ]);
});

test('what the role can do is shown where access.yml says it', () => {
  const [shown] = listEntitlements(policy([entitlement({ description: 'Everything in production.' })]), engineer);
  expect(shown?.description).toBe('Everything in production.');
});

test('who is eligible for nothing sees nothing', () => {
  expect(listEntitlements(policy(), outsider)).toStrictEqual([]);
});

test('who is asked, in which way and what of them, is shown as access.yml writes it', () => {
  const person = { provider: 'okta', issuer: 'https://idp.example.com', subject: '00u1' };
  const of = entitlement({
    approval: {
      stages: [{ from: { groups: [], people: [person] }, count: 1 }],
      parallel: true,
      withinSeconds: 1800,
      escalation: { afterSeconds: 900, to: { groups: ['okta:managers'] } },
    },
    approverRequires: { mfa: true, channel: 'portal' },
  });
  expect(listEntitlements(policy([of]), engineer)).toMatchObject([
    {
      approval: {
        stages: [{ from: { groups: [], people: ['okta:00u1'] }, count: 1 }],
        parallel: true,
        withinSeconds: 1800,
        escalation: { afterSeconds: 900, to: { groups: ['okta:managers'], people: [] } },
      },
      approverRequires: { mfa: true, channel: 'portal' },
    },
  ]);
});

test('what an extension needs is shown where it is written, and whether this person may break the glass', () => {
  const glass = {
    requesters: { groups: ['okta:sre'] },
    ...{ maxDurationSeconds: 1800, issuesPerHour: 6, reviewWithinSeconds: 3600, notify: [] },
    reviewers: { groups: ['okta:security'] },
  };
  const hours = { timezone: 'Europe/Berlin', days: ['mon'] as const, from: '08:00', to: '20:00' };
  const of = entitlement({ breakGlass: glass, hours, extension: { maxTotalSeconds: 7200, approval: 'auto' } });
  expect(listEntitlements(policy([of]), engineer)).toMatchObject([
    {
      hours,
      breakGlass: true,
      breakGlassTerms: { maxDurationSeconds: 1800 },
      extension: { maxTotalSeconds: 7200, approval: 'auto' },
    },
  ]);
  const others = entitlement({ breakGlass: { ...glass, requesters: { groups: ['okta:sre-oncall'] } } });
  const [shown] = listEntitlements(policy([others]), engineer);
  expect(shown).toMatchObject({ breakGlass: false });
  expect(shown).not.toHaveProperty('breakGlassTerms');
  const only = entitlement({ breakGlass: glass, requesters: { groups: ['okta:payments'] } });
  expect(listEntitlements(policy([only]), engineer)).toMatchObject([
    { breakGlassTerms: { maxDurationSeconds: 1800, only: true } },
  ]);
});

test('destinations of the console are listed by name, without the paths of those that are paths', () => {
  const destinations = {
    logs: { path: '/cloudwatch/home#logs' },
    's3-us': { service: 's3', region: 'us-east-1' },
    ec2: { service: 'ec2', region: 'eu-central-1' },
  } as const;
  const listed = listDestinations({ destinations });
  expect(listed.slice(0, 1)).toEqual([{ name: 'console', service: 'console' }]);
  expect(listed.filter(({ name }) => name === 'ec2')).toEqual([
    { name: 'ec2', service: 'ec2', region: 'eu-central-1' },
  ]);
  expect(listed.slice(-2)).toEqual([{ name: 'logs' }, { name: 's3-us', service: 's3', region: 'us-east-1' }]);
  expect(listDestinations({})).toHaveLength(9);
});
