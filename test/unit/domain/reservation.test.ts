import { describe, expect, test } from '@jest/globals';
import { type Reservation, breakGlassFree, isReserved, openRequestsLeft } from '../../../lib/domain/reservation.ts';
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import { NOON, noon } from '../../support/builders.ts';

const open = (requestId: string, until = noon(1800)): Reservation => ({
  requestId,
  breakGlass: false,
  at: NOON,
  until,
});
const broken = (reviewBy = noon(86_400)): Reservation => ({ ...open('b', noon(600)), breakGlass: true, reviewBy });
const holding = (...reservations: readonly Reservation[]) => ({ ...NO_STANDING, reservations });

test('a request is reserved by its id', () => {
  expect([isReserved(holding(open('a')), 'a'), isReserved(holding(open('a')), 'b')]).toEqual([true, false]);
});

describe('open requests', () => {
  test('one below the limit may ask', () => {
    expect(openRequestsLeft(holding(open('a')), 2, NOON)).toBeUndefined();
  });

  test('at the limit the answer says when the first of them lapses', () => {
    const full = holding(open('a', noon(1800)), open('b', noon(90.2)));
    expect(openRequestsLeft(full, 2, NOON)).toMatchObject({ code: 'limit_reached', retryAfterSeconds: 91 });
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
