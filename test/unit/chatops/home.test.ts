import { describe, expect, test } from '@jest/globals';
import { homeCards } from '../../../lib/chatops/home.ts';

const NOW = '2026-03-02T12:00:00.000Z';
const at = (hour: number): string => `2026-03-02T${hour}:30:00.000Z`;
const grant = (state: 'active' | 'scheduled' | 'ended') => ({ state, startsAt: at(10), endsAt: at(14) });
const request = (change: object = {}) => ({
  ...{ id: 'r_A', title: 'Administer production', status: 'approved' as const, accountId: '111122223333' },
  ...change,
});
const factsOf = (...requests: readonly ReturnType<typeof request>[]) =>
  homeCards(requests, NOW)
    .slice(1)
    .map(({ facts }) => facts[1]);

describe('the home of the app shows', () => {
  test('what is held, what will be, and what waits, each with when', () => {
    expect(
      factsOf(
        request({ grant: grant('active') }),
        request({ grant: grant('scheduled') }),
        request({ status: 'pending', pendingUntil: at(13) }),
      ),
    ).toEqual([
      { label: 'Yours until', text: '2026-03-02 14:30 UTC' },
      { label: 'Yours from', text: '2026-03-02 10:30 UTC' },
      { label: 'Waits until', text: '2026-03-02 13:30 UTC' },
    ]);
  });

  test('nothing of what is over', () => {
    const over = ['denied', 'cancelled', 'expired', 'revoked', 'ended'].map((status) => request({ status }));
    expect(homeCards([...over, request({ grant: grant('ended') })], NOW)).toMatchObject([
      { title: 'You hold no role' },
    ]);
  });

  test('a way to ask, and of credentials only the way to the portal', () => {
    const [first, held] = homeCards([request({ grant: grant('active') })], NOW);
    expect(first?.actions.map(({ type }) => type)).toEqual(['form', 'open']);
    expect(held?.actions).toEqual([{ type: 'open', label: 'Get credentials in the portal', path: '/requests/r_A' }]);
  });

  test('twelve of them, and how many more there are', () => {
    const cards = homeCards(
      Array.from({ length: 15 }, () => request({ grant: grant('active') })),
      NOW,
    );
    expect(cards).toHaveLength(13);
    expect(cards[0]?.notes?.join(' ')).toContain('3 more');
  });
});
