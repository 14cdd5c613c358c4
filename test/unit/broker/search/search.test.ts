import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { foundEvent, foundGrant } from '../../../../lib/broker/search/find.ts';
import type { Under } from '../../../../lib/broker/search/found.ts';
import { type SearchQuery, searchLedger } from '../../../../lib/broker/search/search.ts';
import type { SearchIndex } from '../../../../lib/broker/ports.ts';
import type { EventData, RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import type { Instant, Principal } from '../../../../lib/domain/principal.ts';
import { fold } from '../../../../lib/domain/request.ts';
import { requestId } from '../../../contract/requests.ts';
import {
  NOON,
  approver,
  auditor,
  engineer,
  handleOf,
  intended,
  noon,
  outsider,
  principal,
  recorded,
  security,
  submitted,
  words,
} from '../../../support/builders.ts';
import { memoryDesk, memoryPeople, memoryClock } from '../../../support/memory.ts';
import { memorySearchIndex } from '../../../support/memory-search.ts';

const HOUR = 3600;
const LATE = noon(400 * 86_400);

/** A desk of whose index it is known under what it was asked, and how often. */
const searched = (now: Instant = noon(100 * HOUR)) => {
  const index = memorySearchIndex();
  const asked: { readonly what: 'events' | 'grants'; readonly under: Under }[] = [];
  const search: Pick<SearchIndex, 'events' | 'grants'> = {
    events: (under, span) => {
      asked.push({ what: 'events', under });
      return index.events(under, span);
    },
    grants: (under, span) => {
      asked.push({ what: 'grants', under });
      return index.grants(under, span);
    },
  };
  const people = memoryPeople(new Map([[engineer.handle, { displayName: 'Ada' }]]));
  const desk = { ...memoryDesk({ clock: memoryClock(now), people }), search };
  const find = (query: Partial<SearchQuery> = {}, caller: Principal = auditor) =>
    searchLedger(desk, caller, { limit: 50, ...query });
  return { desk, index, asked, find };
};

let requests = 0;

/** What the index has of a request that lived so. */
const lived = async (index: SearchIndex, ...events: readonly RecordedEvent[]): Promise<readonly StoredEvent[]> => {
  requests += 1;
  const id = requestId(requests);
  const all: StoredEvent[] = [];
  for (const event of events) {
    const own = event.type === 'request.submitted' ? { ...event, data: { ...event.data, requestId: id } } : event;
    all.push(seal(all.at(-1), `request#${id}`, own));
    const request = fold(all)!;
    await index.putEvent(foundEvent(all.at(-1)!, request)!);
    const grant = foundGrant(all.at(-1)!, request);
    if (grant) await index.putGrant(grant);
  }
  return all;
};

const auto = (at: Instant, data: Partial<EventData['request.submitted']> = {}, by = engineer): RecordedEvent =>
  submitted({ autoApproved: true, stages: [], ...data }, { at, by });

const ids = (found: readonly { readonly eventId: string }[]) => found.map(({ eventId }) => eventId);

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
    expect((await find(window)).grants).toEqual([]);
    await lived(index, auto(noon(3 * HOUR)));
    expect((await find({ ...window, account: '444455556666' })).grants).toEqual([]);
    expect((await find(window)).grants).toHaveLength(1);
  });

  test('by whoever said yes too', async () => {
    const { index, find } = searched();
    const yes = recorded('request.approved', { stage: 0 }, { by: approver, at: noon(HOUR) });
    await lived(index, submitted({ durationSeconds: 4 * HOUR }), yes);
    expect((await find({ ...window, person: approver.handle })).grants).toHaveLength(1);
    expect((await find({ ...window, person: outsider.handle })).grants).toEqual([]);
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
      const { index, find } = searched();
      await lived(index, auto(noon(3 * HOUR)));
      expect((await find({ ...window, ...filter })).grants).toEqual([]);
    },
  );

  test('as many grants as a page holds leave the events to the next', async () => {
    const { index, find } = searched();
    const all = [...(await lived(index, auto(noon(2 * HOUR)))), ...(await lived(index, auto(noon(3 * HOUR))))];
    const first = await find({ ...window, limit: 2 });
    expect([first.grants.length, first.events.length]).toEqual([2, 0]);
    const { grants, events } = await find({ ...window, limit: 2, cursor: first.nextCursor! });
    expect([grants, ids(events)]).toEqual([[], ids(all.toReversed())]);
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

describe('filters', () => {
  test('all must hold; the most selective is looked under, and the others are checked on what it has', async () => {
    const { index, find, asked } = searched();
    const [wanted] = await lived(index, auto(NOON, { ticket: 'OPS-1' }));
    await lived(index, auto(NOON, { ticket: 'OPS-1' }, outsider));
    await lived(index, auto(NOON, { ticket: 'OPS-2' }));
    const query = {
      account: '111122223333',
      type: 'request.submitted',
      person: engineer.handle,
      ticket: 'OPS-1',
    } as const;
    expect(ids((await find(query)).events)).toEqual([wanted?.eventId]);
    expect(asked).toEqual([{ what: 'events', under: { facet: 'ticket', value: 'OPS-1' } }]);
  });

  test('nothing at all is everything, and one read', async () => {
    const { index, find, asked } = searched();
    await lived(index, auto(NOON));
    expect((await find()).events).toHaveLength(1);
    expect(asked).toEqual([{ what: 'events', under: { facet: 'everything', value: '' } }]);
  });

  test('a call reads five pages at the most, and says where it goes on', async () => {
    const { index, find, asked } = searched(LATE);
    for (let n = 0; n < 620; n += 1) await lived(index, auto(noon(n), { ticket: n === 0 ? 'OPS-1' : 'OPS-2' }));
    const filters = { person: engineer.handle, account: '111122223333' };
    const first = await find({ ...filters, entitlement: 'another', limit: 10 });
    expect([first.events, asked.length]).toEqual([[], 5]);
    expect(first.nextCursor).toBeDefined();
    const second = await find({ ...filters, entitlement: 'another', limit: 10, cursor: first.nextCursor! });
    expect([second.events, second.nextCursor]).toEqual([[], undefined]);
  });

  test('what is of no request, and has no words, has neither', async () => {
    const { index, find } = searched();
    const event = recorded(
      'signin.refused',
      { provider: 'okta', method: 'browser', reason: 'replayed' },
      { by: outsider, at: NOON },
    );
    await index.putEvent(foundEvent(seal(undefined, 'signin#1', event), undefined)!);
    const [found] = (await find({ refusals: true })).events;
    expect(found).toMatchObject({ refused: 'replayed', actor: { handle: outsider.handle } });
    for (const member of ['requester', 'requestId', 'words']) expect(found).not.toHaveProperty(member);
  });

  test('whoever was forgotten is a handle, and what they wrote is gone', async () => {
    const { desk, index, find } = searched();
    await desk.texts.put(outsider.handle, words('why'), { salt: 's', text: 'because' });
    await lived(index, auto(NOON, {}, outsider));
    expect((await find()).events[0]).toMatchObject({ actor: { handle: outsider.handle }, words: 'because' });
    desk.texts.forget(outsider.handle);
    const [event] = (await find()).events;
    expect(event).toMatchObject({ actor: { kind: 'person', handle: outsider.handle } });
    expect(event).not.toHaveProperty('words');
    expect(event?.actor).not.toHaveProperty('displayName');
  });
});

describe('an attack on the search', () => {
  test.each([engineer, approver, security, outsider, principal('auditors', ['auditor'])])(
    'by whoever is no auditor: nothing is even looked up, for %#',
    async (caller) => {
      const { find, asked } = searched();
      await expect(find({}, caller)).rejects.toMatchObject({ code: 'not_an_auditor' });
      expect(asked).toEqual([]);
    },
  );

  const CURSOR = async () => {
    const { index, find } = searched();
    for (let n = 0; n < 3; n += 1) await lived(index, auto(noon(n)));
    return { find, cursor: (await find({ limit: 1 })).nextCursor! };
  };

  test('with a cursor of another auditor, or of another query', async () => {
    const { find, cursor } = await CURSOR();
    expect((await find({ limit: 2, cursor })).events).toHaveLength(2);
    const other = principal('other', ['auditors']);
    await expect(find({ cursor }, other)).rejects.toMatchObject({ code: 'invalid_cursor' });
    for (const changed of [
      { person: engineer.handle },
      { from: NOON },
      { to: LATE },
      { refusals: true as const },
      { type: 'signin.refused' as const },
    ])
      await expect(find({ cursor, ...changed })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  test.each([
    '',
    'x',
    'bnVsbA',
    Buffer.from('["e1",""]').toString('base64url'),
    Buffer.from('[1,2,3]').toString('base64url'),
  ])('with the cursor %j, made by hand', async (cursor) => {
    const { find } = await CURSOR();
    await expect(find({ cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  test('with a cursor whose place was moved before the beginning: there is nothing', async () => {
    const { find, cursor } = await CURSOR();
    const [, binding] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as string[];
    const moved = (place: string) => Buffer.from(JSON.stringify([place, binding])).toString('base64url');
    expect(await find({ cursor: moved('e1999-01-01T00:00:00.000Z') })).toEqual({ grants: [], events: [] });
    await expect(find({ cursor: moved(`e${NOON}#"`) })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  test('with a window that ends before it begins', async () => {
    const { find } = searched();
    await expect(find({ from: noon(1), to: NOON })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(find({ from: NOON, to: NOON })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('by a handle that is nobody’s finds nothing', async () => {
    const { index, find } = searched();
    await lived(index, auto(NOON));
    expect((await find({ person: handleOf('nobody') })).events).toEqual([]);
  });
});
