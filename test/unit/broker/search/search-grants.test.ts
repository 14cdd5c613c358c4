import { describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../../../lib/domain/event.ts';
import {
  approver,
  engineer,
  intended,
  noon,
  outsider,
  recorded,
  security,
  submitted,
  words,
} from '../../../support/builders.ts';
import { HOUR, auto, ids, lived, searched } from './scene.ts';

describe('who could do what in that account between two and four', () => {
  const window = { account: '111122223333', from: noon(2 * HOUR), to: noon(4 * HOUR) };

  test('a grant whose events all lie before the window, and that was live in it', async () => {
    const { index, find } = searched();
    await lived(index, auto(noon(-4 * HOUR), { durationSeconds: 8 * HOUR }));
    expect(await find(window)).toMatchObject({
      events: [],
      grants: [
        {
          requester: { handle: engineer.handle, displayName: 'Ada' },
          startsAt: noon(-4 * HOUR),
          endsAt: noon(4 * HOUR),
        },
      ],
    });
  });

  test('one that was given days before, and began only in the window', async () => {
    const { index, find } = searched();
    await lived(index, auto(noon(-50 * HOUR), { startAt: noon(3 * HOUR) }));
    expect((await find(window)).grants).toMatchObject([{ startsAt: noon(3 * HOUR) }]);
  });

  test('one of twelve hours that was extended to a day, in its last minute', async () => {
    const { index, find } = searched();
    const began = noon(2 * HOUR + 60 - 24 * HOUR);
    const more = recorded(
      'request.extended',
      { durationSeconds: 12 * HOUR, justification: words('w') },
      { by: engineer, at: noon(-20 * HOUR) },
    );
    await lived(index, auto(began, { durationSeconds: 12 * HOUR }), more);
    expect((await find(window)).grants).toMatchObject([{ startsAt: began, endsAt: noon(2 * HOUR + 60) }]);
  });

  test('one that was revoked before, while its sessions were still out', async () => {
    const { index, find } = searched();
    const revoked = recorded('request.revoked', { reason: words('stop') }, { by: security, at: noon(2 * HOUR - 60) });
    await lived(index, auto(noon(HOUR + 1800), { durationSeconds: 2 * HOUR }), intended(noon(2 * HOUR - 600)), revoked);
    expect((await find(window)).grants).toMatchObject([
      { endsAt: noon(2 * HOUR - 60), liveUntil: noon(2 * HOUR + 300) },
    ]);
  });

  test('none that was over before, or began after, or is of another account', async () => {
    const { index, find } = searched();
    await lived(index, auto(noon(HOUR), { durationSeconds: HOUR }));
    await lived(index, auto(noon(4 * HOUR)));
    expect((await find(window)).grants).toStrictEqual([]);
    await lived(index, auto(noon(3 * HOUR)));
    expect((await find({ ...window, account: '444455556666' })).grants).toStrictEqual([]);
    expect((await find(window)).grants).toHaveLength(1);
  });

  test('by whoever said yes too', async () => {
    const { index, find } = searched();
    const yes = recorded('request.approved', { stage: 0 }, { by: approver, at: noon(HOUR) });
    await lived(index, submitted({ durationSeconds: 4 * HOUR }), yes);
    expect((await find({ ...window, person: approver.handle })).grants).toHaveLength(1);
    expect((await find({ ...window, person: outsider.handle })).grants).toStrictEqual([]);
  });

  test('without a beginning no grants are said: their events are all there', async () => {
    const { index, find } = searched();
    await lived(index, auto(noon(HOUR)));
    const { grants, events } = await find({ account: window.account, to: window.to });
    expect([grants.length, events.length]).toEqual([0, 1]);
  });

  test.each([{ type: 'request.submitted' as const }, { refusals: true as const }])(
    'nor with %j: no grant is one',
    async (filter) => {
      const { index, find, asked } = searched();
      await lived(index, auto(noon(3 * HOUR)));
      expect((await find({ ...window, ...filter })).grants).toStrictEqual([]);
      expect(asked.map(({ what }) => what)).toEqual(['events']);
    },
  );

  test('as many grants as a page holds leave the events to the next', async () => {
    const { index, find, asked } = searched();
    const all = [...(await lived(index, auto(noon(2 * HOUR)))), ...(await lived(index, auto(noon(3 * HOUR))))];
    const first = await find({ ...window, limit: 2 });
    expect([first.grants.length, first.events.length]).toEqual([2, 0]);
    expect(asked.map(({ what }) => what)).toEqual(['grants']);
    const { grants, events } = await find({ ...window, limit: 2, cursor: first.nextCursor! });
    expect([grants, ids(events)]).toEqual([[], ids(all.toReversed())]);
  });

  test('where filters leave out more grants than one call reads, no event comes before the last of them', async () => {
    const { index, find, asked } = searched();
    const breakGlass = { reviewBy: noon(9 * HOUR), reviewers: { groups: ['okta:security'] } };
    const [wanted] = await lived(index, auto(noon(2 * HOUR), { breakGlass }));
    for (let n = 1; n <= 500; n += 1) await lived(index, auto(noon(2 * HOUR + n)));
    const query = { ...window, breakGlass: true, limit: 10 } as const;
    const first = await find(query);
    expect([first.grants, first.events]).toEqual([[], []]);
    expect(asked.map(({ what }) => what)).toEqual(Array.from({ length: 5 }, () => 'grants'));
    const second = await find({ ...query, cursor: first.nextCursor! });
    expect(second.grants.map(({ requestId: id }) => `request#${id}`)).toEqual([wanted?.stream]);
  });

  test('break-glass alone', async () => {
    const { index, find } = searched();
    const breakGlass = { reviewBy: noon(9 * HOUR), reviewers: { groups: ['okta:security'] } };
    await lived(index, auto(noon(3 * HOUR)));
    await lived(index, auto(noon(3 * HOUR), { breakGlass }));
    const { grants, events } = await find({ ...window, breakGlass: true });
    expect([grants.length, events.length]).toEqual([1, 1]);
  });

  test('grants come first, then events, over as many pages as it takes', async () => {
    const { index, find } = searched();
    const all: StoredEvent[] = [];
    for (let n = 0; n < 5; n += 1) all.push(...(await lived(index, auto(noon(2 * HOUR + n)))));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await find({ ...window, limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.grants.length + page.events.length).toBeLessThanOrEqual(2);
      seen.push(...page.grants.map(({ requestId: id }) => id), ...ids(page.events));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    const newest = all.toReversed();
    expect(seen).toEqual([...newest.map(({ stream }) => stream.replace('request#', '')), ...ids(newest)]);
  });
});
