import { describe, expect, test } from '@jest/globals';
import { type Figure, isMet, tableOf, verdictOn } from './figure.ts';

const ratio = { what: 'warm issue', how: '100 rounds', unit: ' ×', digits: 2, bound: 1.25 } as const;
const share = { what: 'branches', how: 'tests', unit: ' %', digits: 2, bound: 100, isFloor: true } as const;

describe('a figure', () => {
  test.each<[string, Figure, boolean, string]>([
    ['below its bound', { ...ratio, measured: 1.2 }, true, 'met'],
    ['at its bound', { ...ratio, measured: 1.25 }, true, 'met'],
    ['above its bound', { ...ratio, measured: 1.3 }, false, 'not met, by 0.05 ×'],
    ['hardly above its bound', { ...ratio, measured: 1.254 }, false, 'not met, by less than 0.01 ×'],
    ['at its floor', { ...share, measured: 100 }, true, 'met'],
    ['below its floor', { ...share, measured: 99.5 }, false, 'not met, by 0.50 %'],
    ['that is none', { ...ratio, measured: Number.NaN }, false, 'not met, by NaN ×'],
  ])('%s', (_where, figure, met, verdict) => {
    expect(isMet(figure)).toBe(met);
    expect(verdictOn(figure)).toBe(verdict);
  });

  test('stands in a row of its own, with what it had to reach', () => {
    const figures: readonly Figure[] = [
      { ...ratio, measured: 1.3, spread: [1.1, 1.5] },
      { ...share, measured: 99.5 },
      { what: 'violations', how: '30000 steps', unit: '', digits: 0, measured: 0, bound: 0 },
    ];
    expect(tableOf(figures)).toEqual([
      ['what', 'measured', 'nine in ten', 'to reach', '', 'how'],
      ['warm issue', '1.30 ×', '1.10 to 1.50', '≤ 1.25 ×', 'not met, by 0.05 ×', '100 rounds'],
      ['branches', '99.50 %', '', '≥ 100.00 %', 'not met, by 0.50 %', 'tests'],
      ['violations', '0', '', '0', 'met', '30000 steps'],
    ]);
  });
});
