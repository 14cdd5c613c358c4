import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantAtWall, wallClockAt } from '../../../lib/domain/wall-clock.ts';

const BERLIN = 'Europe/Berlin';
const wall = (text: string): number => Date.parse(`${text}Z`);
const shown = (instant: string, zone = BERLIN): string =>
  new Date(wallClockAt(instant, zone)).toISOString().replace(/\.000Z$/, '');

describe('what clocks on a wall show', () => {
  test.each([
    ['in winter', '2026-01-05T08:00:00.000Z', '2026-01-05T09:00:00'],
    ['in summer', '2026-07-05T07:00:00.000Z', '2026-07-05T09:00:00'],
    ['a second before they leap forward', '2026-03-29T00:59:59.000Z', '2026-03-29T01:59:59'],
    ['when they have', '2026-03-29T01:00:00.000Z', '2026-03-29T03:00:00'],
    ['a second before they go back', '2026-10-25T00:59:59.000Z', '2026-10-25T02:59:59'],
    ['when they have', '2026-10-25T01:00:00.000Z', '2026-10-25T02:00:00'],
    ['at midnight', '2026-01-04T23:00:00.000Z', '2026-01-05T00:00:00'],
    ['at the year’s end', '2026-12-31T23:00:00.000Z', '2027-01-01T00:00:00'],
    ['on a leap day', '2028-02-28T23:30:00.000Z', '2028-02-29T00:30:00'],
  ])('%s', (_when, instant, expected) => {
    expect(shown(instant)).toBe(expected);
  });

  test('are off by a quarter of an hour where the zone is', () => {
    expect(shown('2026-01-01T00:00:00.000Z', 'Asia/Kathmandu')).toBe('2026-01-01T05:45:00');
  });

  test('keeps milliseconds, also before 1970', () => {
    expect(wallClockAt('1969-12-31T23:59:59.999Z', 'Etc/UTC')).toBe(-1);
  });

  test('of a zone that there is not are nothing', () => {
    expect(() => wallClockAt('2026-01-05T08:00:00.000Z', 'Europe/Nowhere')).toThrow(RangeError);
  });
});

describe('the instant at which they show it', () => {
  test.each([
    ['in winter', '2026-01-05T09:00:00', '2026-01-05T08:00:00.000Z'],
    ['what they leave out is as long after the leap', '2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
    ['just before the leap', '2026-03-29T01:59:59', '2026-03-29T00:59:59.000Z'],
    ['just after it', '2026-03-29T03:00:00', '2026-03-29T01:00:00.000Z'],
    ['the first of two', '2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
    ['just before both', '2026-10-25T01:59:59', '2026-10-24T23:59:59.000Z'],
    ['just after both', '2026-10-25T03:00:00', '2026-10-25T02:00:00.000Z'],
  ])('%s', (_when, text, expected) => {
    expect(instantAtWall(wall(text), BERLIN)).toBe(expected);
  });

  test('is one at which they do show it, and no later than any other such', () => {
    const zones = fc.constantFrom(BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia');
    const instants = fc.integer({ min: wall('2015-01-01T00:00:00'), max: wall('2035-01-01T00:00:00') });
    fc.assert(
      fc.property(zones, instants, (zone, ms) => {
        const instant = new Date(ms).toISOString();
        const there = wallClockAt(instant, zone);
        const first = instantAtWall(there, zone);
        expect(wallClockAt(first, zone)).toBe(there);
        expect(Date.parse(first)).toBeLessThanOrEqual(ms);
      }),
      { numRuns: 2000 },
    );
  });
});
