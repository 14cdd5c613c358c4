import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Page, PageOf, Summaries } from '../../lib/broker/ports.ts';
import type { RequestSummary } from '../../lib/broker/summary.ts';
import { pending } from './requests.ts';

export interface SummariesUnderTest {
  readonly summaries: Summaries;
  readonly close: () => Promise<void>;
}

const NOW = '2026-01-12T12:00:00.000Z';
const SECONDS_A_DAY = 86_400;

/** What lists promise, whatever they are made of. */
export const summariesContract = (name: string, make: () => Promise<SummariesUnderTest>): void => {
  describe(`the summaries of ${name}`, () => {
    let summaries: Summaries;
    let close: () => Promise<void>;
    let requests = 0;
    const next = () => (requests += 1);

    beforeAll(async () => {
      ({ summaries, close } = await make());
    });
    afterAll(() => close());

    const put = async (...all: readonly RequestSummary[]) => {
      for (const summary of all) await summaries.put(summary);
    };
    const ofApprovers = async (group: string, open: boolean) =>
      (await summaries.ofApprovers([group], { open, limit: 50 })).items;

    test('what was put is in the list of its requester as it was', async () => {
      const summary = pending(next(), ['g'], { requester: 'p_whole', ticket: 'OPS-1', startAt: NOW, approvedAt: NOW });
      await put(summary);
      expect(await summaries.ofRequester('p_whole', { limit: 10 })).toEqual({ items: [summary] });
      expect(await summaries.ofRequester('p_nobody', { limit: 10 })).toEqual({ items: [] });
    });

    test('so is one with all that a long life brings: an extension, a review, a bundle, people by name', async () => {
      const people = [{ provider: 'okta', issuer: 'https://idp.example.com', subject: 'ada' }];
      const approvals = [{ approver: 'p_a', at: NOW, stage: 0, couldServe: [0, 1], onBehalfOf: 'p_b' }];
      const staged = { stages: [{ from: { groups: [], people }, count: 1 }], parallel: true as const, approvals };
      const summary = pending(next(), ['g'], {
        ...{ requester: 'p_long', ...staged, escalation: { at: NOW, to: { groups: ['managers'], people } } },
        ...{ extendedSeconds: 600, autoExtended: true, extensionsAsked: 3 },
        extendedBefore: [{ approver: 'p_a' }, { approver: 'p_c', onBehalfOf: 'p_d' }],
        extension: {
          ...{ ...staged, seq: 7, at: NOW, pendingUntil: NOW, justification: { id: 'w2', hash: 'h' } },
          ...{ durationSeconds: 600, grantedSeconds: 300, closed: { kind: 'denied' as const, by: 'p_x', at: NOW } },
        },
        breakGlass: { reviewBy: NOW, reviewers: { groups: ['reviewers'] } },
        review: { by: 'p_r', at: NOW, verdict: 'justified', comment: { id: 'w3', hash: 'h' } },
        bundle: { id: 'b_1', requestIds: ['r_1', 'r_2'] },
        ...{ closed: { kind: 'revoked' as const, by: 'p_x', at: NOW, endedAt: NOW }, sessionsUntil: NOW },
      });
      await put(summary);
      expect((await summaries.ofRequester('p_long', { limit: 10 })).items).toEqual([summary]);
      expect(await ofApprovers('reviewers', false)).toEqual([summary]);
      expect(await ofApprovers(JSON.stringify(['https://idp.example.com', 'ada']), false)).toEqual([summary]);
    });

    test('a later summary takes the place of an earlier one', async () => {
      const first = pending(next(), ['later'], { requester: 'p_later' });
      const second = { ...first, seq: 1, ticket: 'OPS-2' };
      await put(first, second);
      expect((await summaries.ofRequester('p_later', { limit: 10 })).items).toEqual([second]);
      expect(await ofApprovers('later', false)).toEqual([second]);
    });

    test('a late writer of an older summary changes nothing, and does not fail', async () => {
      const first = pending(next(), ['late'], { requester: 'p_late' });
      const closed = { ...first, seq: 1, closed: { kind: 'denied' as const, by: 'p_x', at: NOW } };
      await put(first, closed, first);
      expect((await summaries.ofRequester('p_late', { limit: 10 })).items).toEqual([closed]);
      expect(await ofApprovers('late', true)).toStrictEqual([]);
    });

    test('the same summary twice is as good as once', async () => {
      const summary = pending(next(), ['twice'], { requester: 'p_twice' });
      await put(summary, summary);
      expect(await ofApprovers('twice', true)).toEqual([summary]);
    });

    test('each group that a stage asks has it, and no other', async () => {
      const summary = pending(next(), ['one', 'two']);
      await put(summary);
      expect(await ofApprovers('one', false)).toEqual([summary]);
      expect(await ofApprovers('two', false)).toEqual([summary]);
      expect(await ofApprovers('on', false)).toStrictEqual([]);
    });

    test('somebody in several groups sees it once', async () => {
      const summary = pending(next(), ['left', 'right']);
      await put(summary);
      const { items } = await summaries.ofApprovers(['left', 'right', 'left'], { open: true, limit: 10 });
      expect(items).toEqual([summary]);
    });

    test('nobody of no group sees anything', async () => {
      expect(await summaries.ofApprovers([], { open: false, limit: 10 })).toEqual({ items: [] });
    });

    test('it stays open while an approval is missing, and not longer', async () => {
      const first = pending(next(), ['s1', 's2']);
      const half = { ...first, seq: 1, approvals: [{ approver: 'p_a', at: NOW, stage: 0 }] };
      await put(first, half);
      expect([await ofApprovers('s1', true), await ofApprovers('s2', true)]).toEqual([[half], [half]]);
      const whole = {
        ...half,
        seq: 2,
        approvals: [...half.approvals, { approver: 'p_b', at: NOW, stage: 1 }],
        approvedAt: NOW,
      };
      await put(whole);
      expect([await ofApprovers('s1', true), await ofApprovers('s2', true)]).toEqual([[], []]);
      expect(await ofApprovers('s2', false)).toEqual([whole]);
    });

    test('a request closed before its last approval is not open', async () => {
      await put(pending(next(), ['gone'], { closed: { kind: 'cancelled', by: 'p_x', at: NOW } }));
      expect(await ofApprovers('gone', true)).toStrictEqual([]);
      expect(await ofApprovers('gone', false)).toHaveLength(1);
    });

    describe('paging', () => {
      const GROUPS = ['p1', 'p2', 'p3'];
      let all: readonly RequestSummary[];

      beforeAll(async () => {
        // Far apart and close together, some at one instant, each of one or two groups.
        all = Array.from({ length: 40 }, (_, n) =>
          pending(1000 + n, [GROUPS[n % 3]!, GROUPS[(n * n) % 3]!], {
            requester: 'p_pager',
            createdAt: new Date(Date.parse(NOW) - Math.floor(n / 2) ** 3 * 1000 * 977).toISOString(),
          }),
        );
        await put(...all);
        all = all.toSorted((a, b) => (`${a.createdAt}#${a.id}` < `${b.createdAt}#${b.id}` ? 1 : -1));
      });

      const pages: readonly (readonly [string, (page: PageOf) => Promise<Page<RequestSummary>>])[] = [
        ['of a requester', (page) => summaries.ofRequester('p_pager', page)],
        ['of several groups', (page) => summaries.ofApprovers(GROUPS, { ...page, open: true })],
        ['of everybody', (page) => summaries.ofEverybody({ ...page, now: NOW })],
      ];

      test.each(pages)(
        'through the list %s with any limit gives the whole of it, newest first',
        async (_name, page) => {
          await fc.assert(
            fc.asyncProperty(fc.integer({ min: 1, max: 45 }), async (limit) => {
              const seen = await walk(page, limit);
              // Other tests of this file put requests too, of other requesters.
              expect(seen.filter(({ requester }) => requester === 'p_pager')).toEqual(all);
            }),
            { numRuns: 8 },
          );
        },
      );

      test('a request that is made meanwhile shifts nothing', async () => {
        const first = await summaries.ofRequester('p_pager', { limit: 7 });
        await put(pending(2000, ['x'], { requester: 'p_pager', createdAt: '2026-01-12T12:00:01.000Z' }));
        const second = await summaries.ofRequester('p_pager', { limit: 7, after: first.next ?? '' });
        expect([...first.items, ...second.items]).toEqual(all.slice(0, 14));
      });
    });

    test('a month with nothing does not end the list of everybody, nor do nine', async () => {
      const old = pending(3000, ['x'], { requester: 'p_old', createdAt: daysBefore(300) });
      await put(old);
      const seen = await walk((page) => summaries.ofEverybody({ ...page, now: NOW }), 50);
      expect(seen.at(-1)).toEqual(old);
    });

    test('what is older than fourteen months is no longer in the list of everybody, but in that of its requester', async () => {
      const older = pending(3001, ['x'], { requester: 'p_older', createdAt: daysBefore(450) });
      await put(older);
      const seen = await walk((page) => summaries.ofEverybody({ ...page, now: NOW }), 50);
      expect(seen.filter(({ requester }) => requester === 'p_older')).toStrictEqual([]);
      expect((await summaries.ofRequester('p_older', { limit: 1 })).items).toEqual([older]);
    });

    test('what was made a moment ahead of our clock, about midnight, is in the list of everybody', async () => {
      const ahead = pending(3002, ['x'], { requester: 'p_ahead', createdAt: '2026-02-01T00:00:10.000Z' });
      await put(ahead);
      const { items } = await summaries.ofEverybody({ limit: 1, now: '2026-01-31T23:59:59.000Z' });
      expect(items).toEqual([ahead]);
    });

    test('a position that is none is an invalid cursor', async () => {
      await expect(summaries.ofEverybody({ limit: 1, now: NOW, after: 'x' })).rejects.toMatchObject({
        code: 'invalid_cursor',
      });
    });
  });
};

const daysBefore = (days: number): string => new Date(Date.parse(NOW) - days * SECONDS_A_DAY * 1000).toISOString();

/** Each position that a page names must be one that a cursor may hold. */
const POSITION = /^[0-9TZ:.-]{24}#r_[A-Z2-7]{26}$/;

const walk = async (
  page: (page: PageOf) => Promise<Page<RequestSummary>>,
  limit: number,
): Promise<RequestSummary[]> => {
  const seen: RequestSummary[] = [];
  let after: string | undefined;
  do {
    const { items, next } = await page({ limit, ...(after === undefined ? {} : { after }) });
    expect(items.length).toBeLessThanOrEqual(limit);
    if (next !== undefined) expect(next).toMatch(POSITION);
    seen.push(...items);
    after = next;
  } while (after !== undefined);
  return seen;
};
