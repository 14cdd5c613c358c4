import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  durationText,
  earliest,
  isBefore,
  latest,
  msOf,
  plusSeconds,
  secondsBetween,
} from '../../../lib/domain/time.ts';

const instants = fc
  .date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

describe('instants', () => {
  test('one with an offset is before one in UTC that reads as earlier', () => {
    expect(isBefore('2026-01-01T00:30:00+01:00', '2025-12-31T23:45:00.000Z')).toBe(true);
    expect(isBefore('2025-12-31T23:45:00.000Z', '2026-01-01T00:30:00+01:00')).toBe(false);
  });

  test('the same instant written in two ways is not before itself', () => {
    const [utc, berlin] = ['2025-12-31T23:30:00Z', '2026-01-01T00:30:00.000+01:00'] as const;
    expect(isBefore(utc, berlin) || isBefore(berlin, utc)).toBe(false);
    expect(secondsBetween(utc, berlin)).toBe(0);
  });

  test('regression 1: New Year lies between two milliseconds', () => {
    expect(secondsBetween('2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z')).toBe(0.001);
    expect(plusSeconds('2025-12-31T23:59:59.999Z', 0.001)).toBe('2026-01-01T00:00:00.000Z');
  });

  test('an hour over the change to summer time is an hour', () => {
    expect(secondsBetween('2026-03-29T01:30:00+01:00', '2026-03-29T03:30:00+02:00')).toBe(3600);
    expect(plusSeconds('2026-03-29T00:30:00.000Z', 3600)).toBe('2026-03-29T01:30:00.000Z');
  });

  test('an hour over the change to winter time is an hour, though the clock on the wall stands still', () => {
    expect(secondsBetween('2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00')).toBe(3600);
  });

  test('a leap second is not counted, as in POSIX time', () => {
    expect(secondsBetween('2016-12-31T23:59:59.000Z', '2017-01-01T00:00:00.000Z')).toBe(1);
  });

  test('an instant that is none is never before another, and none is before it', () => {
    expect(isBefore('2016-12-31T23:59:60Z', '2030-01-01T00:00:00Z')).toBe(false);
    expect(isBefore('2010-01-01T00:00:00Z', '2016-12-31T23:59:60Z')).toBe(false);
  });

  test('seconds are counted from the first to the second, and are negative the other way', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: -1_000_000, max: 1_000_000 }), (from, seconds) => {
        expect(secondsBetween(from, plusSeconds(from, seconds))).toBe(seconds);
      }),
    );
  });

  test('of two instants one is the earliest and one the latest', () => {
    fc.assert(
      fc.property(instants, instants, (a, b) => {
        expect([earliest(a, b), latest(a, b)].toSorted()).toEqual([a, b].toSorted());
        expect(msOf(earliest(a, b))).toBeLessThanOrEqual(msOf(latest(a, b)));
      }),
    );
  });

  test('of the same instant in two ways the first is both the earliest and the latest', () => {
    const [utc, berlin] = ['2025-12-31T23:30:00Z', '2026-01-01T00:30:00+01:00'] as const;
    expect(earliest(utc, berlin)).toBe(utc);
    expect(latest(utc, berlin)).toBe(utc);
  });
});

describe('a duration', () => {
  test.each([
    [0, '0 s'],
    [1, '1 s'],
    [59, '59 s'],
    [60, '1 min'],
    [61, '1 min 1 s'],
    [3599, '59 min 59 s'],
    [3600, '1 h'],
    [3601, '1 h 1 s'],
    [5400, '1 h 30 min'],
    [90_061, '25 h 1 min 1 s'],
  ])('of %i seconds reads as %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});
