import { expect, test } from '@jest/globals';
import { hours } from '../../../lib/config/hours-rules.ts';

const office = { timezone: 'Europe/Berlin', days: ['mon', 'fri'], from: '08:00', to: '20:00' };

test.each([
  ['an office’s', office],
  ['a night’s', { ...office, from: '22:00', to: '06:00' }],
  ['a whole day’s', { ...office, from: '00:00', to: '24:00' }],
  ['a machine’s', { ...office, timezone: 'UTC' }],
])('hours are taken as they are written: %s', (_whose, written) => {
  expect(hours.parse(written)).toEqual(written);
});

test.each([
  ['a day twice', { ...office, days: ['mon', 'mon'] }],
  ['a day by its long name', { ...office, days: ['monday'] }],
  ['an hour without its zero', { ...office, from: '8:00' }],
  ['an offset for a zone', { ...office, timezone: '+01:00' }],
  ['an abbreviation, which knows no summer', { ...office, timezone: 'EST' }],
  ['a zone that there is not', { ...office, timezone: 'Europe/Nowhere' }],
  ['beyond midnight', { ...office, to: '24:01' }],
  ['a number, as YAML 1.1 would read a time', { ...office, from: 480 }],
])('and refused: %s', (_what, written) => {
  expect(hours.safeParse(written).success).toBe(false);
});
