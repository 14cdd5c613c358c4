import { describe, expect, test } from '@jest/globals';
import type { EventData } from '../../../lib/domain/event.ts';
import { eventWords } from '../../../portal/src/see/event-words.ts';
import { filterFrom, isFound, queryOf } from '../../../portal/src/see/filter.ts';
import { peopleIn, wordsOf } from '../../../portal/src/see/words-of.ts';
import { snapshotOf } from '../../../lib/domain/entitlement.ts';
import { entitlement, words } from '../../support/builders.ts';
import { ari, erin, requestView } from './request-view.ts';

const AT = '2026-03-02T12:10:00.000Z';
const submitted: EventData['request.submitted'] = {
  ...{ requestId: 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA', entitlementId: 'prod-admin', justification: words('why') },
  ...{ snapshot: snapshotOf(entitlement()), durationSeconds: 3600, stages: [], autoApproved: false },
};

describe('what happened, in words', () => {
  test.each([
    ['request.submitted', submitted, 'asked for 1 h'],
    ['request.submitted', { ...submitted, autoApproved: true }, 'asked for 1 h, which was approved by rule'],
    ['request.approved', { stage: 0 }, 'said yes'],
    [
      'request.approved',
      { stage: 0, extension: true, durationSeconds: 60, startAt: AT },
      `said yes to more time, for 1 min only, not before ${AT}`,
    ],
    ['request.denied', { extension: true, reason: words('no') }, 'said no to more time'],
    ['request.revoked', { reason: words('no') }, 'revoked it'],
    [
      'credentials.refused',
      { requestId: 'r', purpose: 'console', code: 'revoked', reason: '' },
      'was refused the console: revoked',
    ],
    ['sessions.ended', { tookMs: 1200, by: 'boundary' }, 'ended what was out, 2 s after the close'],
    ['signin.ended', { via: 'cookie', reason: 'removed' }, 'signin.ended'],
  ] as const)('%s: %j', (type, data, text) => {
    expect(eventWords({ type, data }).replaceAll('\u00a0', ' ')).toBe(text);
  });
});

describe('whose words go with it', () => {
  const by = (handle: string) => ({ at: AT, actor: { kind: 'person' as const, handle } });
  const approvals = [{ approver: ari, at: AT, comment: 'be careful' }];
  const request = requestView({
    stages: [{ from: { groups: [], people: [] }, count: 1, approvals }],
    closed: { kind: 'revoked', by: ari, at: AT, reason: 'it is over' },
  });

  test('are the requester’s where they asked, and whose decision it was where one was taken', () => {
    expect(wordsOf({ type: 'request.submitted', ...by('p_erin') }, request)).toBe('restore the queue');
    expect(wordsOf({ type: 'request.approved', ...by('p_ari') }, request)).toBe('be careful');
    expect(wordsOf({ type: 'request.revoked', ...by('p_ari') }, request)).toBe('it is over');
  });

  test('are nobody’s where somebody else decided at that time', () => {
    expect(wordsOf({ type: 'request.approved', ...by('p_other') }, request)).toBeUndefined();
    expect(
      wordsOf({ type: 'request.revoked', ...by('p_ari'), at: '2026-03-02T12:11:00.000Z' }, request),
    ).toBeUndefined();
    expect(wordsOf({ type: 'credentials.issued', ...by('p_erin') }, request)).toBeUndefined();
  });

  test('are of people whom the request names', () => {
    expect([...peopleIn(request).keys()]).toEqual([erin.handle, ari.handle]);
  });
});

describe('a filter', () => {
  test('comes back from the address that it makes', () => {
    const filter = { status: 'revoked', text: 'queue & ops' } as const;
    expect(filterFrom(new URLSearchParams(queryOf(filter)))).toEqual(filter);
    expect(queryOf({ status: undefined, text: '' })).toBe('');
  });

  test('knows no other status', () => {
    expect(filterFrom(new URLSearchParams('status=<script>'))).toEqual({ status: undefined, text: '' });
  });

  test.each([
    ['', true],
    ['QUEUE erin', true],
    ['111122223333 admin', true],
    ['OPS-7', true],
    ['queue nobody', false],
  ])('finds %p: %p', (text, found) => {
    expect(isFound({ status: undefined, text }, requestView({ ticket: 'OPS-7' }))).toBe(found);
  });
});
