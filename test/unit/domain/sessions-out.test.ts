import { describe, expect, test } from '@jest/globals';
import { areToBeDenied, nextSecond } from '../../../lib/domain/sessions-out.ts';
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

const { session } = entitlement();
const revoked = recorded('request.revoked', { reason: words('stop') }, { by: security, at: noon(60) });
const ended = recorded('request.ended', {}, { by: engineer, at: noon(60) });
const lent = (more: Partial<typeof session>, ...events: readonly RecordedEvent[]) =>
  request(
    submitted({}, { of: entitlement({ session: { ...session, ...more } }) }),
    approved(approver, noon(0)),
    intended(noon(1)),
    ...events,
  );

/** The last second at which they are, of some that are looked at. */
const until = (state: ReturnType<typeof lent>, ...seconds: readonly number[]): number | undefined =>
  seconds.findLast((now) => areToBeDenied(state, noon(now)));

describe('sessions are to be denied', () => {
  test('from a revoke until a quarter of an hour after the longest of them', () => {
    expect(until(lent({}, revoked), 60, 1800, 1800.999, 1801)).toBe(1800.999);
  });

  test('an hour longer where they may chain, from whenever the deny was there', () => {
    expect(until(lent({ chaining: true }, revoked), 60, 5400.999, 5401)).toBe(5400.999);
    const late = recorded('sessions.ended', { tookMs: 1, by: 'boundary' }, { by: security, at: noon(5000) });
    expect(until(lent({ chaining: true }, revoked, late), 9499.999, 9500)).toBe(9499.999);
    expect(until(lent({}, revoked, late), 1800.999, 1801)).toBe(1800.999);
  });

  test('after an end only where access.yml says so, and never of a grant that goes on', () => {
    expect(until(lent({}, ended), 60, 61)).toBeUndefined();
    expect(until(lent({ revokeOnEnd: true }, ended), 60, 61)).toBe(61);
    expect(until(lent({ revokeOnEnd: true }), 60, 61)).toBeUndefined();
  });

  test('of a request that opened one only', () => {
    expect(areToBeDenied(request(submitted(), approved(approver, noon(0)), revoked), noon(61))).toBe(false);
  });
});

test('the next second is one that STS has not begun to issue in', () => {
  expect([nextSecond(noon(0)), nextSecond(noon(0.999))]).toEqual(['2026-03-02T12:00:01Z', '2026-03-02T12:00:01Z']);
});
