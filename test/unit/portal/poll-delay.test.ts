import { expect, test } from '@jest/globals';
import { nextDelayMs } from '../../../portal/src/api/poll-delay.ts';

const delaysOf = (reading: 'same' | 'failed', count: number): readonly number[] => {
  const delays: number[] = [];
  for (let last = 0; delays.length < count; delays.push(last)) last = nextDelayMs(last, reading);
  return delays;
};

test('after a change the next reading is soon, however rare they had become', () => {
  expect(nextDelayMs(20_000, 'changed')).toBe(2000);
});

test('while nothing changes they become rarer, up to one in twenty seconds', () => {
  expect(delaysOf('same', 8)).toEqual([3000, 4500, 6750, 10_125, 15_187.5, 20_000, 20_000, 20_000]);
});

test('while nobody answers they become rarer still, up to one a minute', () => {
  expect(delaysOf('failed', 6)).toEqual([4000, 8000, 16_000, 32_000, 60_000, 60_000]);
});

test('never sooner than the broker asks for', () => {
  expect(nextDelayMs(0, 'failed', 120)).toBe(120_000);
  expect(nextDelayMs(0, 'failed', 1)).toBe(4000);
});
