import { describe, expect, test } from '@jest/globals';
import { AssertionRefused } from '../../../lib/identity/assertion-refused.ts';
import { checkTimes } from '../../../lib/identity/id-token-times.ts';
import { NOON } from '../../support/builders.ts';

const NOW = Date.parse(NOON) / 1000;

const times = (
  claims: Record<string, number>,
  expected: { maxAgeSeconds?: number; authenticatedSince?: string } = {},
) =>
  checkTimes({ iat: NOW - 5, exp: NOW + 300, ...claims }, { now: NOON, maxAgeSeconds: 600, ...expected }, (fault) => {
    throw new AssertionRefused(fault);
  });

const at = (seconds: number): string => new Date((NOW + seconds) * 1000).toISOString();

describe('the times of a token', () => {
  test('are instants; it is useless from its end or its greatest age on, whichever is earlier, and the skew', () => {
    expect(times({})).toEqual({ issuedAt: at(-5), uselessFrom: at(360) });
    expect(times({}, { maxAgeSeconds: 100 })).toEqual({ issuedAt: at(-5), uselessFrom: at(155) });
    expect(times({ exp: NOW + 10.2 }).uselessFrom).toBe(at(71));
  });

  test('say when the person proved who they are, if the provider says so', () => {
    expect(times({ auth_time: NOW - 60 }).authenticatedAt).toBe(at(-60));
    expect(times({ auth_time: 0 }).authenticatedAt).toBe('1970-01-01T00:00:00.000Z');
    expect(times({ auth_time: NOW + 60 }).authenticatedAt).toBe(at(60));
    expect(times({ auth_time: NOW - 160 }, { authenticatedSince: at(-100) }).authenticatedAt).toBe(at(-160));
    expect(() => times({ auth_time: NOW - 161 }, { authenticatedSince: at(-100) })).toThrow(AssertionRefused);
  });

  test('end with the last second that an instant is written with', () => {
    expect(times({ exp: 253_402_300_799 }, { maxAgeSeconds: 10 }).uselessFrom).toBe(at(65));
    expect(() => times({ exp: 253_402_300_800 })).toThrow(AssertionRefused);
  });
});
