import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ListQuery, listRequests } from '../../../lib/broker/list-requests.ts';
import { requestIdFor } from '../../../lib/broker/request-id.ts';
import { type RequestSummary, positionOf, summaryOf } from '../../../lib/broker/summary.ts';
import { approver, auditor, engineer, noon, outsider, pending, principal, security } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk } from '../../support/memory.ts';
import { acted, asked, codeOf, granted } from './story.ts';

const list = (desk: MemoryDesk, who = engineer, query: Partial<ListQuery> = {}) =>
  listRequests(desk, who, { as: 'requester', limit: 50, ...query });
const idsOf = async (desk: MemoryDesk, who = engineer, query: Partial<ListQuery> = {}): Promise<readonly string[]> =>
  (await list(desk, who, query)).requests.map(({ id }) => id);

/** Puts so many summaries of the engineer, a second apart; `change` makes some of them another's or another thing. */
const filled = async (count: number, change: (n: number) => Partial<RequestSummary> = () => ({})) => {
  const desk = memoryDesk();
  const summaries = Array.from({ length: count }, (_, n): RequestSummary => ({
    ...summaryOf(pending()),
    id: requestIdFor(engineer, String(n)),
    createdAt: noon(n),
    ...change(n),
  }));
  for (const summary of summaries) await desk.summaries.put(summary);
  desk.clock.advance(count);
  return { desk, newestFirst: summaries.toReversed().map(({ id }) => id) };
};

describe('a list', () => {
  test('as requester is one’s own, newest first', async () => {
    const desk = memoryDesk();
    const first = await asked(desk);
    desk.clock.advance(1);
    const second = await asked(desk);
    expect(await idsOf(desk)).toEqual([second, first]);
    expect(await idsOf(desk, approver)).toStrictEqual([]);
  });

  test('as approver is what one’s groups are asked for, decided or not', async () => {
    const desk = memoryDesk();
    const done = await granted(desk);
    desk.clock.advance(1);
    const waiting = await asked(desk);
    expect(await idsOf(desk, approver, { as: 'approver' })).toEqual([waiting, done]);
    expect(await idsOf(desk, approver, { as: 'approver', status: 'pending' })).toEqual([waiting]);
    expect(await idsOf(desk, security, { as: 'approver' })).toStrictEqual([]);
  });

  test('as approver and pending reads only what is still open', async () => {
    const desk = memoryDesk();
    const reads: boolean[] = [];
    const summaries = {
      ...desk.summaries,
      ofApprovers: (...of: Parameters<typeof desk.summaries.ofApprovers>) => {
        reads.push(of[1].open);
        return desk.summaries.ofApprovers(...of);
      },
    };
    await list({ ...desk, summaries }, approver, { as: 'approver', status: 'pending' });
    await list({ ...desk, summaries }, approver, { as: 'approver', status: 'approved' });
    await list({ ...desk, summaries }, approver, { as: 'approver' });
    expect(reads).toEqual([true, false, false]);
  });

  test('as auditor is everybody’s, and nobody’s for whoever is none', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    expect(await idsOf(desk, auditor, { as: 'auditor' })).toEqual([id]);
    expect(await idsOf(desk, engineer, { as: 'auditor' })).toStrictEqual([]);
    expect(await idsOf(desk, outsider, { as: 'auditor' })).toStrictEqual([]);
  });

  test('as auditor begins now', async () => {
    const { desk } = await filled(3);
    desk.clock.set(noon(1));
    expect(await idsOf(desk, auditor, { as: 'auditor' })).toHaveLength(2);
  });

  test('attack: an index that lists somebody else’s request does not show it', async () => {
    const desk = memoryDesk();
    await asked(desk);
    const lying = { ...desk.summaries, ofRequester: () => desk.summaries.ofRequester(engineer.handle, { limit: 9 }) };
    expect(await idsOf({ ...desk, summaries: lying }, outsider)).toStrictEqual([]);
  });

  test('attack: a workload of the approvers’ group does not read what people decide', async () => {
    const desk = memoryDesk();
    await asked(desk);
    expect(await idsOf(desk, principal('pipeline', ['sre-leads'], { kind: 'workload' }), { as: 'approver' })).toEqual(
      [],
    );
  });

  test('goes by the status as it is now, not as it was written', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    desk.clock.set(noon(1799.999));
    expect([
      await idsOf(desk, engineer, { status: 'pending' }),
      await idsOf(desk, engineer, { status: 'expired' }),
    ]).toEqual([[id], []]);
    desk.clock.set(noon(1800));
    expect([
      await idsOf(desk, engineer, { status: 'pending' }),
      await idsOf(desk, engineer, { status: 'expired' }),
    ]).toEqual([[], [id]]);
  });

  test('shows what an act came to at once', async () => {
    const desk = memoryDesk();
    const id = await granted(desk);
    await acted(desk, id, security, { type: 'revoke', reason: 'stop' });
    expect(await idsOf(desk, engineer, { status: 'revoked' })).toEqual([id]);
  });
});

describe('pages', () => {
  const allPages = async (desk: MemoryDesk, who: typeof engineer, query: ListQuery) => {
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const { requests, nextCursor } = await list(desk, who, { ...query, ...(cursor === undefined ? {} : { cursor }) });
      pages.push(requests.map(({ id }) => id));
      cursor = nextCursor;
    } while (cursor !== undefined && pages.length < 1000);
    return pages;
  };

  test('of any size, one after another, are the whole list, each item once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 350 }),
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom(1, 2, 7, 400),
        async (count, limit, every) => {
          const { desk, newestFirst } = await filled(count, (n) =>
            n % every === 0 ? {} : { closed: { kind: 'cancelled', by: engineer.handle, at: noon(n) } },
          );
          const pages = await allPages(desk, engineer, { as: 'requester', status: 'pending', limit });
          const wanted = newestFirst.filter((_id, index) => (count - 1 - index) % every === 0);
          expect(pages.flat()).toEqual(wanted);
          for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('are as full as they can be, and the last has no next', async () => {
    const { desk, newestFirst } = await filled(5);
    const pages = await allPages(desk, engineer, { as: 'requester', limit: 2 });
    expect(pages).toEqual([newestFirst.slice(0, 2), newestFirst.slice(2, 4), newestFirst.slice(4)]);
  });

  test('that end with the list have no next, also when they are full', async () => {
    const { desk } = await filled(4);
    const { nextCursor } = await list(desk, engineer, { limit: 2 });
    expect(await list(desk, engineer, { limit: 2, cursor: nextCursor! })).not.toHaveProperty('nextCursor');
    expect(await list(desk, engineer, { limit: 4 })).not.toHaveProperty('nextCursor');
  });

  test('are not moved by what is asked for meanwhile', async () => {
    const { desk, newestFirst } = await filled(4);
    const { nextCursor } = await list(desk, engineer, { limit: 2 });
    await asked(desk);
    expect(await idsOf(desk, engineer, { limit: 2, cursor: nextCursor! })).toEqual(newestFirst.slice(2));
  });

  test('of a list that leaves nearly all out read five times a hundred, and go on from there', async () => {
    const { desk, newestFirst } = await filled(700, (n) =>
      n === 0 ? {} : { closed: { kind: 'denied', by: approver.handle, at: noon(n) } },
    );
    const limits: number[] = [];
    const ofRequester: typeof desk.summaries.ofRequester = (...of) => {
      limits.push(of[1].limit);
      return desk.summaries.ofRequester(...of);
    };
    const counting = { ...desk, summaries: { ...desk.summaries, ofRequester } };
    const first = await list(counting, engineer, { status: 'pending', limit: 10 });
    expect([first.requests, limits]).toEqual([[], [100, 100, 100, 100, 100]]);
    expect(await idsOf(desk, engineer, { status: 'pending', limit: 10, cursor: first.nextCursor! })).toEqual([
      newestFirst.at(-1),
    ]);
  });

  test('read no further than they need', async () => {
    const { desk } = await filled(300);
    let reads = 0;
    const ofRequester: typeof desk.summaries.ofRequester = (...of) => {
      reads += 1;
      return desk.summaries.ofRequester(...of);
    };
    const counting = { ...desk, summaries: { ...desk.summaries, ofRequester } };
    for (const limit of [10, 100]) {
      reads = 0;
      expect((await list(counting, engineer, { limit })).requests).toHaveLength(limit);
      expect(reads).toBe(1);
    }
  });

  test('of more than a hundred read as many at once', async () => {
    const { desk } = await filled(200);
    expect(await idsOf(desk, engineer, { limit: 200 })).toHaveLength(200);
  });
});

describe('a cursor', () => {
  const cursorAt = async (): Promise<{ desk: MemoryDesk; cursor: string }> => {
    const { desk } = await filled(4);
    return { desk, cursor: (await list(desk, engineer, { limit: 2 })).nextCursor! };
  };
  const forged = (...parts: readonly unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const partsOf = (cursor: string): readonly string[] =>
    JSON.parse(Buffer.from(cursor, 'base64url').toString()) as readonly string[];

  test('is good for the same caller and query, whatever the limit', async () => {
    const { desk, cursor } = await cursorAt();
    expect(await idsOf(desk, engineer, { cursor, limit: 1 })).toHaveLength(1);
  });

  test.each<readonly [string, typeof engineer, Partial<ListQuery>]>([
    ['caller', auditor, {}],
    ['list', engineer, { as: 'approver' }],
    ['status', engineer, { status: 'pending' }],
  ])('of another %s is invalid', async (_what, who, query) => {
    const { desk, cursor } = await cursorAt();
    expect(await codeOf(list(desk, who, { ...query, cursor }))).toBe('invalid_cursor');
  });

  test('of one’s own making is invalid', async () => {
    const { desk, cursor } = await cursorAt();
    const [position, binding] = partsOf(cursor);
    expect(
      await codeOf(list(desk, engineer, { cursor: forged(position, binding) })).catch(() => 'as good as ours'),
    ).toBe('as good as ours');
    const invalid = [
      '',
      'x',
      '%%%',
      forged(),
      forged(position),
      forged(position, binding, 'more'),
      forged(position, 'other'),
      forged(position, [binding]),
      forged('', binding),
      forged(7, binding),
      forged([position], binding),
      forged(`${position} `, binding),
      forged(` ${position}`, binding),
      forged(position?.replace('#r_', '#x_'), binding),
      forged(position?.replace('2026-03-02T', ''), binding),
      forged(`2026-03-02T12:00:00.000Z0000000#r_${'A'.repeat(26)}`, binding),
      forged(`2026-03-02T12:00:00.000Z#r_${'A'.repeat(25)}`, binding),
      forged(`2026-03-02T12:00:00.000Z#r_${'a'.repeat(26)}`, binding),
      Buffer.from('null').toString('base64url'),
      Buffer.from(JSON.stringify({ 0: position, 1: binding, length: 2 })).toString('base64url'),
    ];
    for (const cursor of invalid)
      expect([cursor, await codeOf(list(desk, engineer, { cursor }))]).toEqual([cursor, 'invalid_cursor']);
  });

  test('whatever it says is an answer or invalid, never a fault', async () => {
    const { desk } = await cursorAt();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => forged(value)),
        ),
        async (cursor) => {
          expect(await codeOf(list(desk, engineer, { cursor }))).toBe('invalid_cursor');
        },
      ),
    );
  });

  test('tells nothing but a position and a short mark of whose it is', async () => {
    const { cursor } = await cursorAt();
    const [position, binding] = partsOf(cursor);
    expect(position).toBe(positionOf({ createdAt: noon(2), id: requestIdFor(engineer, '2') }));
    expect(binding).toMatch(/^[A-Za-z0-9_-]{16}$/);
  });
});
