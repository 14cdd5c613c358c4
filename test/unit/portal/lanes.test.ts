import { expect, test } from '@jest/globals';
import type { RequestView } from '../../../lib/broker/request-view.ts';
import { barsByAccount } from '../../../portal/src/see/lanes.ts';
import { requestView } from './request-view.ts';

const at = (hour: number): string => new Date(Date.UTC(2026, 2, 2, hour)).toISOString();
const span = { fromMs: Date.parse(at(0)), toMs: Date.parse(at(10)) };

const granted = (id: string, from: number, to: number, accountId = '111122223333'): RequestView =>
  requestView({ id, accountId, grant: { state: 'ended', startsAt: at(from), endsAt: at(to) } });

test('a grant stands where its time is in the span, cut where it reaches beyond', () => {
  const [account] = barsByAccount([granted('a', 1, 2), granted('b', -5, 1), granted('c', 9, 12)], span);
  expect(account?.bars.map(({ request, from, to }) => [request.id, from, to])).toEqual([
    ['b', 0, 0.1],
    ['a', 0.1, 0.2],
    ['c', 0.9, 1],
  ]);
});

test('what is over before the span, or begins after it, and what was never granted, is not in it', () => {
  expect(barsByAccount([granted('a', -2, 0), granted('b', 10, 11), requestView({ id: 'c' })], span)).toStrictEqual([]);
});

test('grants that overlap stand in lanes of their own, others share one', () => {
  const [account] = barsByAccount(
    [granted('a', 1, 4), granted('b', 2, 3), granted('c', 3, 5), granted('d', 4, 6)],
    span,
  );
  expect(account?.bars.map(({ request, lane }) => [request.id, lane])).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 1],
    ['d', 0],
  ]);
  expect(account?.lanes).toBe(2);
});

test('accounts with the most grants come first, then by number', () => {
  const accounts = barsByAccount(
    [granted('a', 1, 2, '3'), granted('b', 1, 2, '2'), granted('c', 1, 2, '1'), granted('d', 3, 4, '3')],
    span,
  );
  expect(accounts.map(({ accountId }) => accountId)).toEqual(['3', '1', '2']);
});
