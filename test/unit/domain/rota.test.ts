import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Rota, onRota } from '../../../lib/domain/rota.ts';

const ROTA: Rota = {
  people: ['ann', 'ben', 'cat'],
  start: '2026-01-05T09:00',
  turnDays: 7,
  timezone: 'Europe/Berlin',
};

describe('a rota', () => {
  test.each([
    ['nobody’s a second before the first turn', '2026-01-05T07:59:59.000Z', undefined],
    ['nobody’s three turns before the first', '2025-12-15T12:00:00.000Z', undefined],
    ['the first’s from then on', '2026-01-05T08:00:00.000Z', 'ann'],
    ['the first’s until a second before the next', '2026-01-12T07:59:59.000Z', 'ann'],
    ['the second’s then', '2026-01-12T08:00:00.000Z', 'ben'],
    ['the first’s again after everybody else', '2026-01-26T08:00:00.000Z', 'ann'],
    ['still changed at nine by the wall, a second before, in summer', '2026-03-30T06:59:59.000Z', 'cat'],
    ['still changed at nine by the wall, in summer', '2026-03-30T07:00:00.000Z', 'ann'],
    ['changed at the year’s end like at any other', '2027-01-04T08:00:00.000Z', 'ben'],
  ])('is %s', (_whose, now, expected) => {
    expect(onRota(ROTA, now)).toBe(expected);
  });

  const nightly = (start: string): Rota => ({ ...ROTA, start, turnDays: 1 });

  test('that changes in the hour that clocks show twice changes once, and no turn comes back', () => {
    const rota = nightly('2026-10-23T02:30');
    const at = ['2026-10-25T00:29:59.000Z', '2026-10-25T00:30:00.000Z', '2026-10-25T01:10:00.000Z'];
    expect(at.map((now) => onRota(rota, now))).toEqual(['ben', 'cat', 'cat']);
    expect(onRota(rota, '2026-10-25T01:30:00.000Z')).toBe('cat');
  });

  test('that changes in the hour that clocks leave out changes after the leap', () => {
    const rota = nightly('2026-03-27T02:30');
    const at = ['2026-03-29T00:59:59.000Z', '2026-03-29T01:29:59.000Z', '2026-03-29T01:30:00.000Z'];
    expect(at.map((now) => onRota(rota, now))).toEqual(['ben', 'ben', 'cat']);
  });

  test('changes on a leap day as on any other', () => {
    const rota: Rota = { ...nightly('2028-02-28T00:00'), timezone: 'Etc/UTC' };
    const at = ['2028-02-28T23:59:59.999Z', '2028-02-29T00:00:00.000Z', '2028-03-01T00:00:00.000Z'];
    expect(at.map((now) => onRota(rota, now))).toEqual(['ann', 'ben', 'cat']);
  });

  test('never goes back, whatever the zone and the time of change', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Etc/UTC');
    const people = Array.from({ length: 5000 }, (_, index) => String(index));
    fc.assert(
      fc.property(
        zones,
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 86_400 * 700 }),
        fc.integer({ min: 0, max: 7200 }),
        (timezone, hour, from, further) => {
          const rota: Rota = { people, start: `2026-01-05T${String(hour).padStart(2, '0')}:30`, turnDays: 1, timezone };
          const turnAt = (seconds: number): number =>
            Number(onRota(rota, new Date(Date.UTC(2026, 0, 7) + seconds * 1000).toISOString()));
          expect(turnAt(from + further)).toBeGreaterThanOrEqual(turnAt(from));
          expect(turnAt(from + further) - turnAt(from)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
