import { describe, expect, test } from '@jest/globals';
import { duesOf } from '../../../lib/domain/due.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import {
  approved,
  approver,
  engineer,
  entitlement,
  intended,
  noon,
  recorded,
  request,
  security,
  submitted,
  words,
} from '../../support/builders.ts';

const dues = (...events: readonly RecordedEvent[]) => duesOf(request(...events)).map(({ kind, at }) => [kind, at]);
const auto = entitlement({ approval: 'auto' });

describe('what will be due', () => {
  test('while a request waits: a reminder at half of its time, and its lapse', () => {
    expect(dues(submitted())).toEqual([
      ['approval_reminder', noon(900)],
      ['lapse', noon(1800)],
    ]);
  });

  test('while it waits, and others are asked later: that too', () => {
    const escalation = { at: noon(600), to: { groups: ['okta:managers'] } };
    expect(dues(submitted({ escalation }))).toContainEqual(['escalated', noon(600)]);
  });

  test('when it was decided or taken back: nothing', () => {
    const reason = { reason: words('no') };
    expect(dues(submitted(), approved(approver, noon(1)))).toStrictEqual([]);
    expect(dues(submitted(), recorded('request.denied', reason, { by: approver, at: noon(1) }))).toStrictEqual([]);
    expect(dues(submitted(), recorded('request.cancelled', {}, { by: engineer, at: noon(1) }))).toStrictEqual([]);
  });

  test('after a break-glass: a reminder of the review at half of its time, and that it is overdue', () => {
    const broken = submitted({ breakGlass: { reviewBy: noon(7200), reviewers: { groups: [] } } }, { of: auto });
    expect(dues(broken)).toEqual([
      ['review_reminder', noon(3600)],
      ['review_overdue', noon(7200)],
    ]);
    const data = { verdict: 'justified', comment: words('ok') } as const;
    expect(dues(broken, recorded('request.reviewed', data, { by: security, at: noon(9) }))).toStrictEqual([]);
  });

  test('of a grant with a ticket: a look at the ticket, until the grant is closed', () => {
    const granted = submitted({ ticket: 'OPS-1' }, { of: auto });
    expect(dues(granted)).toEqual([['ticket', noon(300)]]);
    expect(dues(granted, recorded('request.ended', {}, { by: engineer, at: noon(9) }))).toStrictEqual([]);
    expect(dues(submitted({}, { of: auto }))).toStrictEqual([]);
  });

  test('of a request with a ticket that waits: no look at the ticket', () => {
    expect(dues(submitted({ ticket: 'OPS-1' }))).toEqual(dues(submitted()));
  });

  describe('of sessions that are to be ended', () => {
    const live = [submitted(), approved(approver, noon(1)), intended(noon(2))] as const;
    const revoked = recorded('request.revoked', { reason: words('no') }, { by: security, at: noon(60) });
    const ended = recorded('request.ended', {}, { by: engineer, at: noon(60) });
    const wanted = [['boundary', noon(120)]];

    test('a minute after the close: that they are, unless it is on record by then', () => {
      expect(dues(...live, revoked)).toEqual(wanted);
      const denied = recorded('sessions.ended', { tookMs: 1, by: 'boundary' }, { by: security, at: noon(61) });
      expect(dues(...live, revoked, denied)).toStrictEqual([]);
      expect(dues(submitted(), approved(approver, noon(1)), revoked)).toStrictEqual([]);
    });

    test('the same when their requester ended it, where access.yml says that this ends them', () => {
      expect(dues(...live, ended)).toStrictEqual([]);
      const { session } = entitlement();
      const [, yes, intent] = live;
      const strict = submitted({}, { of: entitlement({ session: { ...session, revokeOnEnd: true } }) });
      expect(dues(strict, yes, intent, ended)).toEqual(wanted);
    });
  });

  describe('while more time is asked for', () => {
    const escalation = { at: noon(600), to: { groups: ['okta:managers'] } };
    const asking = (pendingUntil = noon(1300)): RecordedEvent =>
      recorded(
        'request.extension_requested',
        { durationSeconds: 600, justification: words('more'), stages: [], escalation, pendingUntil },
        { by: engineer, at: noon(100) },
      );
    const live = [submitted(), approved(approver, noon(1))] as const;
    const waiting = [
      ['approval_reminder', noon(700), 2],
      ['escalated', noon(600), 2],
    ];
    const duesWithPlace = (...events: readonly RecordedEvent[]) =>
      duesOf(request(...events)).map(({ kind, at, extension }) => [kind, at, extension]);

    test('a reminder at half of its time, and that others are asked: each of that extension', () => {
      expect(duesWithPlace(...live, asking())).toEqual(waiting);
    });

    test('that others are asked, only where it still waits then', () => {
      expect(duesWithPlace(...live, asking(noon(600)))).toEqual([['approval_reminder', noon(350), 2]]);
    });

    test.each<[string, RecordedEvent]>([
      ['approved', approved(approver, noon(200), { extension: true })],
      ['denied', recorded('request.denied', { extension: true, reason: words('no') }, { by: approver, at: noon(200) })],
      ['taken back', recorded('request.cancelled', { extension: true }, { by: engineer, at: noon(200) })],
      [
        'of a grant that was revoked',
        recorded('request.revoked', { reason: words('no') }, { by: security, at: noon(2) }),
      ],
    ])('nothing, once it is %s', (_what, event) => {
      expect(dues(...live, asking(), event)).toStrictEqual([]);
    });

    test('another extension has others of its own', () => {
      const cancelled = recorded('request.cancelled', { extension: true }, { by: engineer, at: noon(200) });
      const places = duesOf(request(...live, asking(), cancelled, asking())).map(({ extension }) => extension);
      expect(places).toEqual([4, 4]);
    });
  });

  test('is of this request', () => {
    const state = request(submitted());
    expect(new Set(duesOf(state).map(({ requestId }) => requestId))).toEqual(new Set([state.id]));
  });
});
