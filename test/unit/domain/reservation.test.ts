import { describe, expect, test } from '@jest/globals';
import {
  MAX_UNREVIEWED,
  type Reservation,
  asSeen,
  breakGlassFree,
  openRequestsLeft,
  reserve,
} from '../../../lib/domain/reservation.ts';
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import { NOON, noon } from '../../support/builders.ts';
import { eventOf, outcome } from './outcome.ts';

const open = (requestId: string, until = noon(1800)): Reservation => ({
  requestId,
  breakGlass: false,
  at: NOON,
  until,
});
const broken = (reviewBy = noon(86_400)): Reservation => ({ ...open('b', noon(600)), breakGlass: true, reviewBy });
const holding = (...reservations: readonly Reservation[]) => reservations;

describe('open requests', () => {
  test('one below the limit may ask', () => {
    expect(openRequestsLeft(holding(open('a')), 2, NOON)).toBeUndefined();
  });

  test('at the limit the answer says when the first of them lapses', () => {
    const full = holding(open('a', noon(1800)), open('b', noon(90.2)));
    expect(openRequestsLeft(full, 2, NOON)).toMatchObject({ code: 'limit_reached', retryAfterSeconds: 91 });
  });

  test('several at once are told when there is room for all of them', () => {
    const full = holding(open('a', noon(1800)), open('b', noon(90)), open('c', noon(300)));
    const more = (count: number) => openRequestsLeft(full, 4, NOON, { count, together: [] });
    expect([2, 3, 4].map((count) => more(count)?.retryAfterSeconds)).toEqual([90, 300, 1800]);
  });

  test('of what is asked for in the same breath nobody is told to wait for the end', () => {
    const there = holding(open('first', noon(90)), open('a', noon(300)));
    const more = (openRequests: number) =>
      openRequestsLeft(there, openRequests, NOON, { count: 1, together: ['first', 'second'] });
    expect(more(3)).toBeUndefined();
    expect(more(2)).toMatchObject({ code: 'limit_reached', retryAfterSeconds: 300 });
    expect(more(1)).toMatchObject({ code: 'invalid_input' });
  });

  test('more at once than may ever wait are no matter of time', () => {
    for (const there of [holding(), holding(open('a'))]) {
      const refusal = openRequestsLeft(there, 2, NOON, { count: 3, together: [] });
      expect(refusal).toMatchObject({
        code: 'invalid_input',
        faults: [{ pointer: '/entitlementIds', code: 'too_big' }],
      });
      expect(refusal).not.toHaveProperty('retryAfterSeconds');
      expect(refusal?.faults?.[0]?.detail).toContain('at most 2');
    }
    expect(openRequestsLeft(holding(), 2, NOON, { count: 2, together: [] })).toBeUndefined();
  });

  test('one that lapses this very moment asks for a second more', () => {
    expect(openRequestsLeft(holding(open('a', NOON)), 1, NOON)).toMatchObject({ retryAfterSeconds: 1 });
  });

  test('break-glass does not count', () => {
    expect(openRequestsLeft(holding(broken(), open('a')), 2, NOON)).toBeUndefined();
  });
});

describe('break-glass', () => {
  test('is free for whoever has only open requests', () => {
    expect(breakGlassFree(holding(open('a')), NOON)).toBeUndefined();
  });

  test('is for one at a time, until the very second at which the first is over', () => {
    expect(breakGlassFree(holding(broken()), noon(599))).toMatchObject({ code: 'limit_reached', retryAfterSeconds: 1 });
    expect(breakGlassFree(holding(broken()), noon(600))).toBeUndefined();
  });

  test('stops one second into an overdue review, and not one second before', () => {
    expect(breakGlassFree(holding(broken(noon(700))), noon(699))).toBeUndefined();
    expect(breakGlassFree(holding(broken(noon(700))), noon(700))).toMatchObject({ code: 'review_overdue' });
  });

  test('an overdue review speaks before a grant that still runs', () => {
    const other = { ...broken(), requestId: 'c', until: noon(9000) };
    expect(breakGlassFree(holding(other, broken(noon(700))), noon(800))).toMatchObject({ code: 'review_overdue' });
  });
});

test('break-glasses that wait for their review do not pile up', () => {
  const many = Array.from({ length: MAX_UNREVIEWED }, (_, i) => ({ ...broken(), requestId: `b${i}`, until: NOON }));
  expect(breakGlassFree(many.slice(1), NOON)).toBeUndefined();
  expect(breakGlassFree(many, NOON)).toMatchObject({ code: 'review_overdue' });
});

describe('reserving', () => {
  const having = (...reservations: readonly Reservation[]) => ({ ...NO_STANDING, reservations });
  const nothing = { elsewhere: [], seen: new Map<string, Reservation | undefined>(), openRequests: 2 };

  test('carries what is there, what is over left out, and what is new', () => {
    const decision = reserve(having(open('a'), open('over', NOON)), { ...nothing, wanted: [open('b')] }, NOON);
    expect(eventOf(decision)).toEqual({
      type: 'reservation.made',
      data: { reservations: [open('b')], carried: having(open('a'), open('b')) },
    });
  });

  test('what was reserved before is not reserved again', () => {
    expect(outcome(reserve(having(open('a')), { ...nothing, wanted: [open('a')] }, NOON))).toBe('unchanged');
  });

  test('an earlier try that ended sooner is reserved anew, and takes no second place', () => {
    const decision = reserve(
      having(open('a', noon(60)), open('b')),
      { ...nothing, wanted: [open('a', noon(61))] },
      NOON,
    );
    expect(eventOf(decision)).toMatchObject({ data: { carried: having(open('b'), open('a', noon(61))) } });
    expect(outcome(reserve(having(open('a', noon(61))), { ...nothing, wanted: [open('a', noon(60))] }, NOON))).toBe(
      'unchanged',
    );
  });

  test('attack: the key of an ordinary ask used for break-glass reserves break-glass too, and the other way round', () => {
    const ordinary = { ...open('b'), until: noon(90_000) };
    const decision = reserve(having(ordinary), { ...nothing, wanted: [broken()] }, NOON);
    expect(eventOf(decision)).toMatchObject({ data: { carried: having(ordinary, broken()) } });
    const reversed = reserve(having(broken()), { ...nothing, wanted: [ordinary] }, NOON);
    expect(eventOf(reversed)).toMatchObject({ data: { carried: having(broken(), ordinary) } });
  });

  test('counts what other identities hold, and not what was seen to be decided', () => {
    const wanted = [open('new')];
    const elsewhere = [open('e')];
    expect(outcome(reserve(having(open('a')), { ...nothing, wanted, elsewhere }, NOON))).toBe('limit_reached');
    const seen = new Map([['open a', undefined]]);
    expect(outcome(reserve(having(open('a')), { ...nothing, wanted, elsewhere, seen }, NOON))).toBe('reservation.made');
  });

  test('all of several or none', () => {
    expect(outcome(reserve(having(open('a')), { ...nothing, wanted: [open('b'), open('c')] }, NOON))).toBe(
      'limit_reached',
    );
    expect(outcome(reserve(having(), { ...nothing, wanted: [open('b'), open('c')] }, NOON))).toBe('reservation.made');
  });

  test('break-glass goes by its own rules', () => {
    const full = having(open('a'), open('b'));
    const other = { ...broken(), requestId: 'other' };
    expect(outcome(reserve(full, { ...nothing, wanted: [other] }, NOON))).toBe('reservation.made');
    expect(outcome(reserve(having(other), { ...nothing, wanted: [broken()] }, NOON))).toBe('limit_reached');
  });
});

test('what was seen takes the place of what is said', () => {
  const ended = { ...broken(), until: NOON };
  const seen = new Map([
    ['open a', undefined],
    ['break-glass b', ended],
  ]);
  expect(asSeen([open('a'), broken(), open('c')], seen)).toEqual([ended, open('c')]);
});
