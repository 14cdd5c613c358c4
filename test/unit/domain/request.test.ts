import { describe, expect, test } from '@jest/globals';
import type { EventData } from '../../../lib/domain/event.ts';
import { evolve, fold, grantAt, statusAt, yesesToExtensions } from '../../../lib/domain/request.ts';
import {
  approved,
  approver,
  engineer,
  entitlement,
  granted,
  intended,
  noon,
  pending,
  recorded,
  request,
  secondApprover,
  security,
  stage,
  submitted,
  words,
} from '../../support/builders.ts';

const by = { by: security, at: noon(60) };
const byEngineer = { by: engineer, at: noon(60) };

describe('the fold', () => {
  test('of no events is no request', () => {
    expect(fold([])).toBeUndefined();
  });

  test('of a submission is what was asked for', () => {
    const event = submitted({ ticket: 'OPS-1', startAt: noon(600) });
    expect(fold([event])).toEqual({
      id: event.data.requestId,
      requester: engineer.handle,
      entitlementId: 'prod-admin',
      snapshot: event.data.snapshot,
      justification: words('why'),
      ticket: 'OPS-1',
      createdAt: noon(0),
      durationSeconds: 3600,
      grantedSeconds: 3600,
      startAt: noon(600),
      autoApproved: false,
      pendingUntil: noon(1800),
      stages: [stage('sre-leads')],
      approvals: [],
      issues: [],
      seq: 0,
    });
  });

  test('leaves out what was not given', () => {
    const state = request(submitted({}, { of: entitlement({ approval: 'auto' }) }));
    expect(Object.keys(state)).not.toEqual(expect.arrayContaining(['ticket', 'startAt', 'pendingUntil']));
    for (const absent of ['ticket', 'startAt', 'pendingUntil', 'closed']) expect(state).not.toHaveProperty(absent);
    expect(pending()).not.toHaveProperty('approvedAt');
  });

  test('of an automatic approval is approved when it was asked for', () => {
    expect(request(submitted({}, { of: entitlement({ approval: 'auto' }) })).approvedAt).toBe(noon(0));
  });

  test('counts an approval with its approver, instant, stage and comment', () => {
    const state = request(submitted(), approved(approver, noon(5), { comment: words('fine') }));
    expect(state.approvals).toEqual([{ approver: approver.handle, at: noon(5), stage: 0, comment: words('fine') }]);
    expect(granted().approvals[0]).not.toHaveProperty('comment');
  });

  test('is approved with the last approval that was needed, not before', () => {
    const stages = [stage('sre-leads', 2), stage('security')];
    const events = [
      submitted({ stages }),
      approved(approver, noon(1)),
      approved(secondApprover, noon(2)),
      approved(security, noon(3), { stage: 1 }),
    ];
    expect([1, 2, 3, 4].map((length) => fold(events.slice(0, length))?.approvedAt)).toEqual([
      undefined,
      undefined,
      undefined,
      noon(3),
    ]);
  });

  test('takes a shorter time from an approval, and never a longer one, whatever the event says', () => {
    const shorter = approved(approver, noon(1), { durationSeconds: 900 });
    const longer = approved(secondApprover, noon(2), { durationSeconds: 7200 });
    const state = request(submitted({ stages: [stage('sre-leads', 2)] }), shorter, longer);
    expect([state.durationSeconds, state.grantedSeconds]).toEqual([3600, 900]);
  });

  test('takes a later start from an approval, and never an earlier one, whatever the event says', () => {
    const later = approved(approver, noon(1), { startAt: noon(900) });
    const earlier = approved(secondApprover, noon(2), { startAt: noon(300) });
    expect(request(submitted({ startAt: noon(600) }), later, earlier).startAt).toBe(noon(900));
    expect(request(submitted(), earlier).startAt).toBe(noon(300));
    expect(granted()).not.toHaveProperty('startAt');
  });

  test.each([
    ['denied', recorded('request.denied', { reason: words('no') }, by), words('no')],
    ['revoked', recorded('request.revoked', { reason: words('enough') }, by), words('enough')],
    ['cancelled', recorded('request.cancelled', {}, by), undefined],
    ['ended', recorded('request.ended', {}, by), undefined],
  ] as const)('closes it: %s, with who and when', (kind, event, reason) => {
    expect(request(submitted(), event).closed).toEqual({
      kind,
      by: security.handle,
      at: noon(60),
      ...(reason ? { reason } : {}),
    });
  });

  test('keeps the end of a grant that its requester ended and somebody then revoked', () => {
    const ended = recorded('request.ended', {}, byEngineer);
    const revoked = recorded('request.revoked', { reason: words('enough') }, { by: security, at: noon(90) });
    const state = granted(ended, revoked);
    expect(state.closed).toMatchObject({ kind: 'revoked', at: noon(90), endedAt: noon(60) });
    expect(grantAt(state, noon(90))?.endsAt).toBe(noon(60));
    expect(granted(revoked).closed).not.toHaveProperty('endedAt');
    expect(grantAt(granted(revoked), noon(90))?.endsAt).toBe(noon(90));
  });

  test('knows until when the longest of the sessions lasts that were asked for', () => {
    expect(granted(intended(noon(20)), intended(noon(10))).sessionsUntil).toBe(noon(920));
    expect(granted(intended(noon(10)), intended(noon(20))).sessionsUntil).toBe(noon(920));
    expect(granted()).not.toHaveProperty('sessionsUntil');
  });

  test('counts each intent as an issue, its outcomes not again', () => {
    const intent = intended(noon(10));
    const outcomes: readonly (keyof EventData)[] = [
      'credentials.issued',
      'credentials.withheld',
      'credentials.failed',
      'credentials.unknown',
      'console.issued',
    ];
    const data = { intent: intent.eventId, accessKeyId: 'ASIA', expiration: noon(1), reason: '', expiresAt: noon(1) };
    const after = outcomes.map((type) => recorded(type, data as never, byEngineer));
    const state = granted(intent, ...after);
    expect(state.issues).toEqual([{ intent: intent.eventId, at: noon(10), purpose: 'credentials' }]);
    expect(state.sessionsUntil).toBe(noon(910));
    expect(state.seq).toBe(2 + outcomes.length);
  });

  test('remembers of every extension who said yes to it and how often one was asked for, not only of the last', () => {
    const asking = recorded(
      'request.extension_requested',
      { durationSeconds: 60, justification: words('more'), stages: [stage('sre-leads', 2)], pendingUntil: noon(900) },
      byEngineer,
    );
    const yes = approved(approver, noon(61), { extension: true });
    const inPlace = approved(secondApprover, noon(62), { extension: true, onBehalfOf: security.handle });
    const cancelled = recorded('request.cancelled', { extension: true }, byEngineer);
    const first = granted(asking, yes);
    expect([first.extensionsAsked, first.extendedBefore, yesesToExtensions(first)]).toEqual([
      1,
      undefined,
      [{ approver: approver.handle }],
    ]);
    const third = granted(asking, yes, cancelled, asking, inPlace, cancelled, asking);
    expect([third.extensionsAsked, third.extension?.seq, third.extension?.approvals]).toEqual([3, 8, []]);
    expect(yesesToExtensions(third)).toEqual([
      { approver: approver.handle },
      { approver: secondApprover.handle, onBehalfOf: security.handle },
    ]);
    expect(third.autoExtended).toBeUndefined();
  });

  test('remembers that time was given by rule', () => {
    const more = recorded('request.extended', { durationSeconds: 60, justification: words('more') }, byEngineer);
    expect(granted(more, more)).toMatchObject({ autoExtended: true, extensionsAsked: 2, extendedSeconds: 120 });
    expect([granted().extensionsAsked, yesesToExtensions(granted())]).toEqual([undefined, []]);
  });

  test('counts the events by their place', () => {
    expect([pending().seq, granted().seq, granted(intended(noon(1))).seq]).toEqual([0, 1, 2]);
  });

  test('is the same however often it is folded, and leaves the events as they were', () => {
    const events = [submitted(), approved(approver, noon(1)), intended(noon(2))];
    const before = JSON.stringify(events);
    expect(fold(events)).toEqual(fold(events));
    expect(JSON.stringify(events)).toBe(before);
  });
});

describe('a stream that Hatcheck did not write', () => {
  test('begins with something else', () => {
    expect(() => fold([approved(approver, noon(1))])).toThrow(TypeError);
  });

  test('is submitted twice', () => {
    expect(() => fold([submitted(), submitted()])).toThrow(TypeError);
  });

  test('holds what has no place in a request', () => {
    const refused = recorded(
      'credentials.refused',
      { requestId: 'r_1', purpose: 'credentials', code: 'revoked', reason: '' },
      byEngineer,
    );
    expect(() => evolve(pending(), refused)).toThrow(TypeError);
  });
});

test('that a request lapsed changes nothing: its status said so before', () => {
  const lapsed = request(
    submitted(),
    recorded('request.lapsed', { pendingUntil: noon(1800) }, { by: security, at: noon(1801) }),
  );
  expect(lapsed).toEqual({ ...pending(), seq: 1 });
});

test('what was asked for together shares its bundle', () => {
  const bundle = { id: 'b_1', requestIds: ['r_1', 'r_2'] };
  expect(pending({ bundle }).bundle).toEqual(bundle);
});

describe('the grant', () => {
  test('is none while an approval is missing, also when it was closed then', () => {
    expect(grantAt(pending(), noon(1))).toBeUndefined();
    const denied = request(submitted(), recorded('request.denied', { reason: words('no') }, by));
    expect(grantAt(denied, noon(100))).toBeUndefined();
  });

  test('runs from the last approval for as long as was granted, to the millisecond', () => {
    const state = request(submitted(), approved(approver, noon(60)));
    const window = { startsAt: noon(60), endsAt: noon(3660) };
    expect(grantAt(state, noon(60))).toEqual({ state: 'active', ...window });
    expect(grantAt(state, noon(3659.999))).toEqual({ state: 'active', ...window });
    expect(grantAt(state, noon(3660))).toEqual({ state: 'ended', ...window });
  });

  test('runs from the start that was asked for, when that is later than the approval', () => {
    const state = request(submitted({ startAt: noon(600) }), approved(approver, noon(60)));
    const window = { startsAt: noon(600), endsAt: noon(4200) };
    expect(grantAt(state, noon(599.999))).toEqual({ state: 'scheduled', ...window });
    expect(grantAt(state, noon(600))).toEqual({ state: 'active', ...window });
  });

  test('is whole when the approval came after the start that was asked for', () => {
    const state = request(submitted({ startAt: noon(600) }), approved(approver, noon(900)));
    expect(grantAt(state, noon(900))).toEqual({ state: 'active', startsAt: noon(900), endsAt: noon(4500) });
  });

  test('is cut short by a revoke, from that very instant on', () => {
    const revoked = granted(recorded('request.revoked', { reason: words('no') }, by));
    expect(grantAt(revoked, noon(60))).toEqual({ state: 'ended', startsAt: noon(0), endsAt: noon(60) });
    expect(grantAt(revoked, noon(59))?.state).toBe('ended');
  });

  test('is not made longer by an act that comes after its end', () => {
    const late = granted(recorded('request.ended', {}, { by: engineer, at: noon(7200) }));
    expect(grantAt(late, noon(7200))?.endsAt).toBe(noon(3600));
  });

  test('over the change to summer time is as long as any other', () => {
    const night = '2026-03-29T00:30:00.000Z';
    const state = request(submitted({}, { at: night }), approved(approver, night));
    expect(grantAt(state, night)?.endsAt).toBe('2026-03-29T01:30:00.000Z');
  });
});

describe('the status', () => {
  test('of a pending request is expired from the instant that it waits until', () => {
    expect(statusAt(pending(), noon(1799.999))).toBe('pending');
    expect(statusAt(pending(), noon(1800))).toBe('expired');
  });

  test('of an approved one is approved before its window and in it, and expired after', () => {
    const scheduled = request(submitted({ startAt: noon(600) }), approved(approver, noon(1)));
    expect([noon(1), noon(600), noon(4199.999), noon(4200)].map((now) => statusAt(scheduled, now))).toEqual([
      'approved',
      'approved',
      'approved',
      'expired',
    ]);
  });

  test('of an approved one does not care how long it would have waited', () => {
    expect(statusAt(granted(), noon(1800))).toBe('approved');
  });

  test('of a closed one is how it was closed, for ever', () => {
    const ended = granted(recorded('request.ended', {}, { by: engineer, at: noon(60) }));
    const denied = request(submitted(), recorded('request.denied', { reason: words('no') }, by));
    expect([ended, denied].map((state) => statusAt(state, noon(1_000_000)))).toEqual(['ended', 'denied']);
  });

  test('of one that says nothing of how long it waits is pending', () => {
    const timeless = request(submitted({ autoApproved: false }, { of: entitlement({ approval: 'auto' }) }));
    expect(statusAt(timeless, noon(1_000_000))).toBe('pending');
  });
});
