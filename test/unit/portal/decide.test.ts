import { describe, expect, test } from '@jest/globals';
import type { RequestView } from '../../../lib/broker/request-view.ts';
import { approvalOf, pendingOf, plainYes, yesFrom } from '../../../portal/src/decide/draft.ts';
import { lastDecision } from '../../../portal/src/decide/last-decision.ts';
import { sortedQueue } from '../../../portal/src/decide/sorted-queue.ts';
import { standingOfTicket } from '../../../portal/src/decide/ticket-words.ts';
import { ari, erin, requestView } from './request-view.ts';

const extension: NonNullable<RequestView['extension']> = {
  ...{
    status: 'pending' as const,
    justification: 'not done',
    durationSeconds: 600,
    createdAt: '2026-03-02T12:40:00.000Z',
  },
  ...{ pendingUntil: '2026-03-02T13:00:00.000Z', stages: [], approvalsNeeded: 1 },
};
const withExtension = requestView({ status: 'approved', extension, actions: ['approve', 'deny'] });

describe('a yes', () => {
  const pending = pendingOf(requestView());

  test('is to what was asked for, and says what was shown', () => {
    expect(pending).toEqual({ what: 'request', seconds: 3600 });
    expect(approvalOf(pending, plainYes(pending), 4)).toEqual({ seq: 4 });
  });

  test('may be to less, later, in words, and to what was asked for with it', () => {
    const yes = { seconds: 900, startAt: '2026-03-02T15:00', comment: ' be careful ', bundle: true };
    expect(approvalOf(pending, yes, 4)).toEqual({
      seq: 4,
      durationSeconds: 900,
      startAt: new Date('2026-03-02T15:00').toISOString(),
      comment: ' be careful ',
      bundle: true,
    });
  });

  test('is never to more: what a browser kept of it is nothing when less is left', () => {
    const kept = JSON.stringify({ ...plainYes(pending), comment: 'hm' });
    expect(yesFrom(kept, pending)?.comment).toBe('hm');
    expect(yesFrom(kept, { what: 'request', seconds: 600 })).toBeUndefined();
  });

  test.each([undefined, '', '{', 'null', '[]', '{"seconds":"900"}', '{"seconds":900,"startAt":1}'])(
    'is not made of what is none: %p',
    (kept) => {
      expect(yesFrom(kept, pending)).toBeUndefined();
    },
  );

  test('is to more time where that is what waits, and then it begins when it does', () => {
    const more = pendingOf(withExtension);
    expect(more).toEqual({ what: 'extension', seconds: 600 });
    expect(approvalOf(more, { ...plainYes(more), startAt: '2026-03-02T15:00' }, 7)).toEqual({ seq: 7 });
  });
});

describe('who decided last', () => {
  const approvals = [{ approver: ari, at: '2026-03-02T12:10:00.000Z' }];
  const stages = [{ from: { groups: [], people: [] }, count: 1, approvals }];

  test('is nobody while it waits', () => {
    expect(lastDecision(requestView())).toBeUndefined();
  });

  test('is whoever said yes, until somebody ends it', () => {
    expect(lastDecision(requestView({ stages }))).toEqual({ said: 'approved', by: ari, at: approvals[0]?.at });
    const closed = { kind: 'ended', by: erin, at: '2026-03-02T12:20:00.000Z' };
    expect(lastDecision(requestView({ stages, closed }))).toEqual({ said: 'ended', by: erin, at: closed.at });
  });

  test('is whoever said no to more time, or reviewed it', () => {
    const closed = { kind: 'denied', by: ari, at: '2026-03-02T12:50:00.000Z' };
    expect(lastDecision({ ...withExtension, extension: { ...extension, closed } })?.said).toBe('denied');
    const review = { reviewBy: '2026-03-03T12:00:00.000Z', reviewers: { groups: [], people: [] }, overdue: false };
    const reviewed = { ...review, verdict: 'justified', by: ari, at: '2026-03-02T14:00:00.000Z' };
    expect(lastDecision(requestView({ review: reviewed }))?.said).toBe('reviewed');
    expect(lastDecision(requestView({ review }))).toBeUndefined();
  });
});

describe('the queue', () => {
  const waits = (id: string, pendingUntil?: string) =>
    requestView({ id, actions: ['approve', 'deny'], ...(pendingUntil === undefined ? {} : { pendingUntil }) });

  test('has each once, what is soonest over first', () => {
    const late = waits('late', '2026-03-02T13:00:00.000Z');
    const soon = waits('soon', '2026-03-02T12:05:00.000Z');
    expect(sortedQueue([late, soon, late]).waiting.map(({ request }) => request.id)).toEqual(['soon', 'late']);
  });

  test('has more time and reviews, and not what waits for others', () => {
    const review = { reviewBy: '2026-03-03T12:00:00.000Z', reviewers: { groups: [], people: [] }, overdue: false };
    const glass = requestView({ id: 'glass', status: 'expired', breakGlass: true, review, actions: ['review'] });
    const { waiting, live } = sortedQueue([{ ...withExtension, id: 'more' }, glass, requestView({ id: 'others' })]);
    expect(waiting.map(({ request, what, until }) => [request.id, what, until])).toEqual([
      ['more', 'extension', '2026-03-02T13:00:00.000Z'],
      ['glass', 'review', '2026-03-03T12:00:00.000Z'],
    ]);
    expect(live).toStrictEqual([]);
  });

  test('has apart what is out and may be revoked', () => {
    const grant = {
      state: 'active',
      startsAt: '2026-03-02T12:00:00.000Z',
      endsAt: '2026-03-02T13:00:00.000Z',
    } as const;
    const out = requestView({ id: 'out', status: 'approved', grant, actions: ['revoke'] });
    const over = requestView({ id: 'over', status: 'ended', grant: { ...grant, state: 'ended' }, actions: ['revoke'] });
    expect(sortedQueue([out, over]).live.map(({ id }) => id)).toEqual(['out']);
  });
});

test.each([
  [{ state: 'open' as const }, '.'],
  [{ state: 'open' as const, ofRequester: true }, ', and the requester’s.'],
  [{ state: 'open' as const, ofRequester: false }, ', but not the requester’s.'],
])('whose ticket it is: %j', (ticket, text) => {
  expect(standingOfTicket(ticket)).toBe(text);
});
