import { expect, test } from '@jest/globals';
import { MAX_IDENTITIES, link, linkChat, unlink, unlinkChat } from '../../../lib/domain/links.ts';
import { NO_STANDING, type Standing, standingAfter } from '../../../lib/domain/standing.ts';
import { NOON, engineer, handleOf, noon, recorded } from '../../support/builders.ts';

const [ada, bea, cyd] = [handleOf('ada'), handleOf('bea'), handleOf('cyd')];
const standing = (parts: Partial<Standing>): Standing => ({ ...NO_STANDING, ...parts });

const linkedAs = { ...standing({ sameAs: [bea], linked: [bea] }) };

test('a link names the others, not oneself, in both lists', () => {
  expect(link(NO_STANDING, ada, { person: [ada, bea], linked: [ada, bea] }, NOON)).toEqual({
    event: { type: 'link.made', data: { person: [ada, bea], carried: linkedAs } },
  });
});

test('a link that is there already is not made again', () => {
  expect(link(linkedAs, ada, { person: [bea, ada], linked: [ada] }, NOON)).toEqual({ event: undefined });
});

test('a link that was removed, proved again, is shown again', () => {
  expect(link(standing({ sameAs: [bea] }), ada, { person: [ada, bea], linked: [ada, bea] }, NOON)).toMatchObject({
    event: { data: { carried: { linked: [bea] } } },
  });
});

test(`a person has at most ${MAX_IDENTITIES} identities, and the last of them can be linked`, () => {
  const handles = Array.from({ length: MAX_IDENTITIES + 1 }, (_, i) => handleOf(String(i)));
  const outcome = (count: number) => {
    const person = handles.slice(0, count);
    return link(NO_STANDING, handles[0] ?? '', { person, linked: person }, NOON);
  };
  expect(outcome(MAX_IDENTITIES)).toMatchObject({ event: { type: 'link.made' } });
  expect(outcome(MAX_IDENTITIES + 1)).toMatchObject({
    refusal: { code: 'limit_reached', rule: { name: 'identities' } },
  });
});

test('attack: unlinking to approve one’s own request leaves the rules knowing who it is', () => {
  expect(unlink(standing({ sameAs: [bea, cyd], linked: [bea, cyd] }), ada, bea, NOON)).toEqual({
    event: { type: 'link.removed', data: { handle: bea, carried: standing({ sameAs: [bea, cyd], linked: [cyd] }) } },
  });
});

test('whoever is unlinked shows nobody any more', () => {
  expect(unlink(standing({ sameAs: [ada, cyd], linked: [ada, cyd] }), bea, bea, NOON)).toMatchObject({
    event: { data: { carried: { sameAs: [ada, cyd], linked: [] } } },
  });
});

test('an identity that is not shown is not removed', () => {
  expect(unlink(linkedAs, ada, cyd, NOON)).toEqual({ event: undefined });
});

test('what is over by time is left out of what the next event carries, a debt of review is not', () => {
  const reservation = { requestId: 'r', breakGlass: false, at: NOON, until: noon(60) };
  const before = standing({
    reservations: [
      reservation,
      { ...reservation, requestId: 's', until: noon(61) },
      { ...reservation, requestId: 'b', breakGlass: true, reviewBy: noon(30) },
    ],
  });
  expect(link(before, ada, { person: [ada, bea], linked: [] }, noon(60))).toMatchObject({
    event: { data: { carried: { reservations: [{ requestId: 's' }, { requestId: 'b' }] } } },
  });
});

const CHAT = { platform: 'slack', workspace: 'T1', user: 'U1' } as const;
const over = { requestId: 'r', breakGlass: false, at: NOON, until: noon(60) };

test('an account in chat is this identity alone, whoever else is the same person', () => {
  const before = { ...linkedAs, reservations: [over] };
  expect(linkChat(before, ada, CHAT, noon(60))).toEqual({
    event: { type: 'link.made', data: { person: [ada], chat: CHAT, carried: linkedAs } },
  });
});

test('an account in chat that is nobody now takes no identity from the person', () => {
  const before = { ...linkedAs, reservations: [over] };
  expect(unlinkChat(before, ada, CHAT, noon(60))).toEqual({
    event: { type: 'link.removed', data: { handle: ada, chat: CHAT, carried: linkedAs } },
  });
});

test('an event that has no place in the stream of a person is no standing', () => {
  const event = recorded('request.cancelled', {}, { by: engineer, at: NOON });
  const stored = { ...event, stream: 'person#p', seq: 0, prevHash: '', hash: '', v: 1 } as const;
  expect(() => standingAfter(stored)).toThrow(TypeError);
});
