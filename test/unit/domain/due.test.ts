import { describe, expect, test } from '@jest/globals';
import { duesOf } from '../../../lib/domain/due.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import {
  approved,
  approver,
  engineer,
  entitlement,
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
    expect(dues(submitted(), approved(approver, noon(1)))).toEqual([]);
    expect(dues(submitted(), recorded('request.denied', reason, { by: approver, at: noon(1) }))).toEqual([]);
    expect(dues(submitted(), recorded('request.cancelled', {}, { by: engineer, at: noon(1) }))).toEqual([]);
  });

  test('after a break-glass: a reminder of the review at half of its time, and that it is overdue', () => {
    const broken = submitted({ breakGlass: { reviewBy: noon(7200), reviewers: { groups: [] } } }, { of: auto });
    expect(dues(broken)).toEqual([
      ['review_reminder', noon(3600)],
      ['review_overdue', noon(7200)],
    ]);
    const data = { verdict: 'justified', comment: words('ok') } as const;
    expect(dues(broken, recorded('request.reviewed', data, { by: security, at: noon(9) }))).toEqual([]);
  });

  test('of a grant with a ticket: a look at the ticket, until the grant is closed', () => {
    const granted = submitted({ ticket: 'OPS-1' }, { of: auto });
    expect(dues(granted)).toEqual([['ticket', noon(300)]]);
    expect(dues(granted, recorded('request.ended', {}, { by: engineer, at: noon(9) }))).toEqual([]);
    expect(dues(submitted({}, { of: auto }))).toEqual([]);
  });

  test('is of this request', () => {
    const state = request(submitted());
    expect(new Set(duesOf(state).map(({ requestId }) => requestId))).toEqual(new Set([state.id]));
  });
});
