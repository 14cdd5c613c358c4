import { expect, test } from '@jest/globals';
import { againAfterMs } from '../../../portal/src/api/again.ts';

const full = { status: 429, retryAfterSeconds: undefined };

test('a reading that found the door full is tried twice more, the second time later, and not with everybody else', () => {
  expect([0, 1].map((tries) => againAfterMs('GET', full, tries, 0))).toEqual([200, 600]);
  expect([0, 1].map((tries) => againAfterMs('GET', full, tries, 1))).toEqual([600, 1800]);
  expect(againAfterMs('GET', full, 2, 0)).toBeUndefined();
});

test('Retry-After is heeded, and what would take longer than anybody waits is told at once', () => {
  expect(againAfterMs('GET', { ...full, retryAfterSeconds: 3 }, 0, 0.5)).toBe(3000);
  expect(againAfterMs('GET', { ...full, retryAfterSeconds: 60 }, 0, 0.5)).toBeUndefined();
});

test.each([
  ['an act', 'POST', full],
  ['another refusal', 'GET', { ...full, status: 403 }],
  ['a failure, which the page’s own readings come back to', 'GET', { ...full, status: 503 }],
])('%s is not tried again by itself', (_what, method, answered) => {
  expect(againAfterMs(method, answered, 0, 0.5)).toBeUndefined();
});
