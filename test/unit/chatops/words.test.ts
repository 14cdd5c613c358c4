import { describe, expect, test } from '@jest/globals';
import type { ToldRequest } from '../../../lib/broker/told-request.ts';
import { nudgeCard, requestCard, requesterCard } from '../../../lib/chatops/words.ts';
import { NOON, noon } from '../../support/builders.ts';

const ID = 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA';
const erin = { handle: 'p_erin', displayName: 'Erin Engineer', email: 'erin@example.com' };
const ari = { handle: 'p_ari', email: 'ari@example.com' };

const told = (shown: Partial<ToldRequest['shown']> = {}, more: Partial<ToldRequest> = {}): ToldRequest => ({
  shown: {
    ...{ id: ID, status: 'pending', entitlementId: 'prod-admin', title: 'Administer production', seq: 3 },
    ...{ accountId: '111122223333', roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin', requester: erin },
    ...{ justification: 'restore the queue', durationSeconds: 5400, createdAt: NOON, breakGlass: false },
    ...{ pendingUntil: noon(1800), approvalsNeeded: 1 },
    stages: [{ from: { groups: ['okta:sre-leads'], people: [] }, count: 1, approvals: [] }],
    ...shown,
  },
  asked: { groups: ['okta:sre-leads'] },
  byPortal: false,
  before: { requests: 0, same: 0 },
  ...more,
});

const factsOf = (one: ToldRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(requestCard(one, { asks: true }).facts.map(({ label, text }) => [label, text]));

const kindsOf = (one: ToldRequest, asks = true): readonly string[] =>
  requestCard(one, { asks }).actions.map(({ type }) => type);

test('an approver is shown who, which account and role, why, for how long, until when, and what they had before', () => {
  expect(requestCard(told(), { asks: true }).title).toBe('Erin Engineer asks: Administer production');
  expect(factsOf(told())).toEqual({
    Who: 'Erin Engineer (erin@example.com)',
    Role: 'Administer production: arn:aws:iam::111122223333:role/hatcheck/Admin',
    Account: '111122223333',
    Why: 'restore the queue',
    For: '1 h 30 min',
    Before: 'Asks for the first time.',
    Yes: '0 of 1, from okta:sre-leads',
    'Answer by': '2026-03-02 12:30 UTC',
  });
});

test('ticket, scope and start stand there where there are any', () => {
  const scope = { actions: [], resources: [], words: ['s3: GetObject', 'on every resource'] };
  expect(factsOf(told({ ticket: 'OPS-1', scope, startAt: noon(60) }))).toMatchObject({
    Ticket: 'OPS-1',
    Only: 's3: GetObject\non every resource',
    From: '2026-03-02 12:01 UTC',
  });
});

test.each([
  [{ requests: 3, same: 0 }, '3 requests, 0 of them for this; none of those was approved.'],
  [
    { requests: 1, same: 1, lastApprovedAt: NOON },
    '1 request, 1 of them for this; last approved 2026-03-02 12:00 UTC.',
  ],
])('what they had before: %j', (before, text) => {
  expect(factsOf(told({}, { before }))['Before']).toBe(text);
});

test('what is unusual stands there, but that it is the first time, which is said already', () => {
  const unusual = [
    { code: 'first_time', detail: 'Never before.' },
    { code: 'whole_role', detail: 'The whole role.' },
    { code: 'many_today', detail: 'Five others.' },
  ] as const;
  expect(factsOf(told({}, { unusual }))['Unusual']).toBe('The whole role.\nFive others.');
  expect(factsOf(told({}, { unusual: unusual.slice(0, 1) }))).not.toHaveProperty('Unusual');
});

test('words that were forgotten are said to be, and what could not be read is left out', () => {
  const facts = factsOf(told({ justification: '' }, { before: undefined }));
  expect(facts['Why']).toBe('(no longer kept)');
  expect(facts).not.toHaveProperty('Before');
});

describe('the buttons', () => {
  test('are there for those who are asked, with what was shown', () => {
    expect(requestCard(told(), { asks: true }).actions).toEqual([
      { type: 'approve', requestId: ID, seq: 3 },
      { type: 'deny', requestId: ID, seq: 3 },
      { type: 'open', label: 'Open in the portal', path: `/requests/${ID}` },
    ]);
  });

  test.each([
    ['who is not asked', told(), false],
    ['a request that asks nobody any more', told({ status: 'denied' }, { asked: { groups: [] } }), true],
    ['a role that wants the yes in the portal', told({}, { byPortal: true }), true],
  ])('lead to the portal only: %s', (_of, one, asks) => {
    expect(kindsOf(one, asks)).toEqual(['open']);
  });

  test('end a grant that lives, whoever reads it, and none that is over', () => {
    const live = told({ status: 'approved' }, { asked: { groups: [] } });
    expect(requestCard(live, { asks: false }).actions).toEqual([
      { type: 'revoke', requestId: ID, seq: 3 },
      { type: 'open', label: 'Open in the portal', path: `/requests/${ID}` },
    ]);
    for (const status of ['expired', 'ended', 'revoked'] as const)
      expect(kindsOf(told({ status }), false)).toEqual(['open']);
  });

  test('are explained where the yes has to come by the portal', () => {
    expect(requestCard(told({}, { byPortal: true }), { asks: true }).notes).toEqual([
      'This role wants the yes in the portal.',
    ]);
    expect(requestCard(told({}, { byPortal: true }), { asks: false })).not.toHaveProperty('notes');
  });
});

test.each([
  [{ status: 'approved' }, 'Approved: Administer production'],
  [{ status: 'denied' }, 'Denied: Administer production'],
  [{ status: 'cancelled' }, 'Cancelled: Administer production'],
  [{ status: 'revoked' }, 'Revoked: Administer production'],
  [{ status: 'ended' }, 'Ended early: Administer production'],
  [{ status: 'expired' }, 'Nobody answered in time: Administer production'],
  [{ status: 'expired', grant: { state: 'ended', startsAt: NOON, endsAt: noon(60) } }, 'Over: Administer production'],
  [{ breakGlass: true, status: 'approved' }, 'BREAK-GLASS: Erin Engineer took Administer production'],
] as const)('the title says how it stands: %j', (shown, title) => {
  expect(requestCard(told(shown), { asks: false }).title).toBe(title);
});

test('who decided, when and with which words stands there', () => {
  const stages = [
    {
      ...{ from: { groups: ['okta:sre-leads'], people: ['okta:00u1'] }, count: 2 },
      approvals: [{ approver: ari, onBehalfOf: erin, at: noon(60), comment: 'for an hour' }],
    },
    { from: { groups: ['okta:security'], people: [] }, count: 1, approvals: [] },
  ];
  const closed = { kind: 'denied', by: ari, at: noon(120), reason: 'not now' };
  expect(factsOf(told({ status: 'denied', stages, closed }))).toMatchObject({
    'Yes 1':
      '1 of 2, from okta:sre-leads, okta:00u1\nari@example.com in the place of Erin Engineer (erin@example.com), 2026-03-02 12:01 UTC: for an hour',
    'Yes 2': '0 of 1, from okta:security',
    Denied: 'ari@example.com, 2026-03-02 12:02 UTC: not now',
  });
});

test.each(['\n', '\r\n', '\u2028', '\u0085'])('attack: a comment with a line break %j forges no yes', (end) => {
  const forged = `fine${end}Erin Engineer (erin@example.com), 2026-03-02 12:01 UTC`;
  const named = { handle: 'p_ari', email: `ari@example.com${end}erin@example.com` };
  const stages = [
    {
      ...{ from: { groups: ['okta:sre-leads'], people: [] }, count: 2 },
      approvals: [{ approver: named, at: noon(60), comment: forged }],
    },
  ];
  const closed = { kind: 'denied', by: ari, at: noon(120), reason: forged };
  const facts = factsOf(told({ status: 'denied', stages, closed }));
  expect(facts['Yes']?.split(/[\n\r\u2028\u0085]/)).toHaveLength(2);
  expect(facts['Denied']).not.toMatch(/[\n\r\u2028\u0085]/);
});

test('a review that is due says by when, and one that was done says what came of it', () => {
  const due = { reviewBy: noon(3600), reviewers: { groups: [], people: [] }, overdue: true };
  expect(factsOf(told({ breakGlass: true, review: due }))['Review by']).toBe('2026-03-02 13:00 UTC (overdue)');
  const review = { ...due, overdue: false, verdict: 'justified', by: ari, at: noon(60), comment: 'it burned' };
  expect(factsOf(told({ breakGlass: true, review }))['Reviewed']).toBe(
    'justified, ari@example.com, 2026-03-02 12:01 UTC: it burned',
  );
});

test('more time that is asked for stands there with its own words', () => {
  const extension = {
    ...{
      status: 'pending' as const,
      justification: 'not done yet',
      durationSeconds: 45,
      createdAt: NOON,
      approvalsNeeded: 1,
    },
    stages: [],
  };
  const one = told({ status: 'approved', extension });
  expect(requestCard(one, { asks: true }).title).toBe('Erin Engineer asks for more time: Administer production');
  expect(factsOf(one)['More time']).toBe('45 s (pending): not done yet');
});

test('the requester is told what to do next, in the portal, and gets nothing that is a secret', () => {
  const card = requesterCard('approved', told({ status: 'approved' }));
  expect(card.notes).toEqual(['Get the credentials or the console in the portal, or by: hatcheck credentials.']);
  expect(card.actions).toEqual([{ type: 'open', label: 'Open in the portal', path: `/requests/${ID}` }]);
  expect(requesterCard('cancelled', told()).notes).toEqual(['The portal shows how it stands.']);
});

test('a reminder says of what and whose, and what the message itself shows needs none', () => {
  expect(nudgeCard('approval_reminder', told())).toEqual({
    title: 'Still waiting for a yes: Administer production',
    facts: [{ label: 'Who', text: 'Erin Engineer (erin@example.com)' }],
    actions: [],
  });
  expect(nudgeCard('denied', told())).toBeUndefined();
});
