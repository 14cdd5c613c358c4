import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { foundEvent } from '../../../../lib/broker/search/find.ts';
import {
  NOON,
  approved,
  approver,
  engineer,
  noon,
  outsider,
  recorded,
  submitted,
  words,
} from '../../../support/builders.ts';
import { LATE, auto, ids, lived, searched } from './scene.ts';

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
    const page = await find();
    expect([page.events.length, page.nextCursor]).toEqual([1, undefined]);
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

  test('a page that is full is read no further, and the next one begins behind it', async () => {
    const { index, find, asked } = searched();
    for (let n = 0; n < 101; n += 1) await lived(index, auto(noon(n)));
    const first = await find({ limit: 100 });
    expect([first.events.length, asked.length]).toEqual([100, 1]);
    const second = await find({ limit: 100, cursor: first.nextCursor! });
    expect([second.events.map(({ at }) => at), second.nextCursor]).toEqual([[NOON], undefined]);
  });

  test('a page that has just the last of them is the last page', async () => {
    const { index, find } = searched();
    await lived(index, auto(NOON));
    const { events, nextCursor } = await find({ limit: 1 });
    expect([events.length, nextCursor]).toEqual([1, undefined]);
  });

  test('whose request it is has their name, whoever acted on it', async () => {
    const { index, find } = searched();
    await lived(index, submitted(), approved(approver, noon(1)));
    const [event] = (await find()).events;
    expect(event).toMatchObject({
      requester: { handle: engineer.handle, displayName: 'Ada' },
      actor: { handle: approver.handle, kind: 'person' },
      people: [{ handle: approver.handle }, { handle: engineer.handle, displayName: 'Ada' }],
    });
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
