import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SearchIndex, Span } from '../../lib/broker/ports.ts';
import { type FoundEvent, type FoundGrant, type Under, positionOfEvent } from '../../lib/broker/search/found.ts';

export interface SearchUnderTest {
  readonly search: SearchIndex;
  readonly close: () => Promise<void>;
}

const JANUARY = '2026-01-01T00:00:00.000Z';
const person = (handle: string): Under => ({ facet: 'person', value: handle });

let events = 0;
/** A sign-in, of an id that sorts as it was made. */
export const foundSignIn = (by: string, at: string, more: Partial<FoundEvent> = {}): FoundEvent => {
  events += 1;
  const eventId = `e${String(events).padStart(6, '0')}`;
  const actor = { kind: 'person', handle: by } as const;
  return { eventId, stream: `signin#${events}`, seq: 0, type: 'signin.succeeded', at, actor, people: [by], ...more };
};

const grant = (requester: string, more: Partial<FoundGrant> = {}): FoundGrant => ({
  ...{
    requestId: 'r_1',
    requester,
    entitlementId: 'prod-admin',
    accountId: '111122223333',
    roleArn: 'arn:aws:iam::1:role/A',
  },
  ...{ people: [requester], startsAt: '2026-02-01T00:00:00.000Z', endsAt: '2026-02-01T01:00:00.000Z' },
  ...{ liveUntil: '2026-02-01T01:00:00.000Z', sessions: 0, seq: 1 },
  ...more,
});

/** What whoever searches relies on, whatever it is made of. */
export const searchContract = (name: string, make: () => Promise<SearchUnderTest>): void => {
  describe(`the search index of ${name}`, () => {
    let search: SearchIndex;
    let close: () => Promise<void>;

    beforeAll(async () => {
      ({ search, close } = await make());
    });
    afterAll(() => close());

    const put = async (...all: readonly FoundEvent[]) => {
      for (const found of all) await search.putEvent(found);
    };

    /** All pages, as a caller turns them. */
    const allOf = async (under: Under, span: Omit<Span, 'limit'>, limit = 2): Promise<readonly FoundEvent[]> => {
      const found: FoundEvent[] = [];
      let { before } = span as { before: string | undefined };
      while (before !== undefined) {
        const page = await search.events(under, { ...span, before, limit });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        found.push(...page.items);
        before = page.next;
      }
      return found;
    };

    test('an event comes back as it was put, with all that it may hold, under each value that it has', async () => {
      const found = foundSignIn('p_whole', '2026-02-03T00:00:00.000Z', {
        ...{ requestId: 'r_1', requester: 'p_whole', entitlementId: 'prod-admin', accountId: '111122223333' },
        ...{ roleArn: 'arn:aws:iam::1:role/A', ticket: 'OPS-whole', breakGlass: true, refused: 'on_hold' },
        words: { id: 'w', hash: 'h' },
      });
      await put(found);
      const span = { from: JANUARY, before: '2026-03-01T00:00:00.000Z', limit: 9 };
      for (const under of [
        person('p_whole'),
        { facet: 'ticket', value: 'OPS-whole' },
        { facet: 'breakGlass', value: '' },
      ] as const)
        expect(await search.events(under, span)).toEqual({ items: [found] });
      expect(await search.events(person('p_who'), span)).toEqual({ items: [] });
      expect(await search.grants(person('p_whole'), span)).toEqual({ items: [] });
    });

    test('the same event twice is as good as once', async () => {
      const found = foundSignIn('p_twice', '2026-02-03T00:00:00.000Z');
      await put(found, found);
      expect(await allOf(person('p_twice'), { from: JANUARY, before: '2026-02-04T00:00:00.000Z' })).toEqual([found]);
    });

    test('pages go back over months and years, newest first, each event once', async () => {
      const days = ['2026-01-31', '2026-02-01', '2026-02-02', '2026-02-02', '2026-06-30', '2027-12-31', '2029-07-01'];
      const all = days.map((day) => foundSignIn('p_long', `${day}T00:00:00.000Z`));
      await put(...all);
      for (const limit of [1, 2, 3, 100])
        expect(await allOf(person('p_long'), { from: JANUARY, before: '2030-01-01T00:00:00.000Z' }, limit)).toEqual(
          all.toReversed(),
        );
    });

    test('the first instant is in the span, its end is not, also where a month begins or ends', async () => {
      const [before, first, last, end] = [
        '2026-03-31T23:59:59.999Z',
        '2026-04-01T00:00:00.000Z',
        '2026-04-30T23:59:59.999Z',
        '2026-05-01T00:00:00.000Z',
      ].map((at) => foundSignIn('p_edge', at));
      await put(before!, first!, last!, end!);
      expect(await allOf(person('p_edge'), { from: first!.at, before: end!.at })).toEqual([last, first]);
      const after = positionOfEvent(last!);
      expect(await allOf(person('p_edge'), { from: first!.at, before: after })).toEqual([first]);
    });

    test('a value that looks like the rest of a key finds nothing of another', async () => {
      const found = foundSignIn('p_key', '2026-02-03T00:00:00.000Z', { ticket: 'OPS#1' });
      await put(found);
      const span = { from: JANUARY, before: '2026-03-01T00:00:00.000Z', limit: 9 };
      expect(await search.events({ facet: 'ticket', value: 'OPS#1' }, span)).toEqual({ items: [found] });
      for (const value of ['OPS', 'OPS%231', 'OPS#1#2026-02', '', '#'])
        expect(await search.events({ facet: 'ticket', value }, span)).toEqual({ items: [] });
    });

    test('a grant is replaced by a newer one, and by no older', async () => {
      const span = { from: JANUARY, before: '2026-03-01T00:00:00.000Z', limit: 9 };
      const [first, second] = [grant('p_grant'), grant('p_grant', { endsAt: '2026-02-01T00:30:00.000Z', seq: 2 })];
      for (const one of [first, second, first]) await search.putGrant(one);
      expect(await search.grants(person('p_grant'), span)).toEqual({ items: [second] });
      expect(await search.events(person('p_grant'), span)).toEqual({ items: [] });
    });
  });
};
