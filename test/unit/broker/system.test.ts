import { expect, test } from '@jest/globals';
import { surroundings, systemChance, systemClock } from '../../../lib/broker/system.ts';
import { standardOutputOf } from '../standard-output.ts';

test('the clock says what time it is, in UTC with milliseconds', () => {
  const [before, now, after] = [Date.now(), systemClock.now(), Date.now()];
  expect(now).toBe(new Date(now).toISOString());
  expect(Date.parse(now)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(now)).toBeLessThanOrEqual(after);
});

test('a pause waits', async () => {
  let waited = false;
  const pause = systemClock.pause(1).then(() => {
    waited = true;
  });
  await Promise.resolve();
  expect(waited).toBe(false);
  await pause;
});

test('ids are ULIDs, and what is chance in them is given out once', () => {
  const ids = Array.from({ length: 1000 }, () => systemChance.id());
  for (const id of ids) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(new Set(ids.map((id) => id.slice(10))).size).toBe(1000);
});

test('a token is so many bytes in base64url, and none is like another', () => {
  const tokens = Array.from({ length: 100 }, () => systemChance.token(32));
  for (const token of tokens) expect(Buffer.from(token, 'base64url').toString('base64url')).toBe(token);
  expect(tokens.every((token) => Buffer.from(token, 'base64url').length === 32)).toBe(true);
  expect(new Set(tokens).size).toBe(100);
});

test('a fraction is in [0, 1)', () => {
  const fractions = Array.from({ length: 1000 }, () => systemChance.fraction());
  expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true);
  expect(new Set(fractions).size).toBeGreaterThan(900);
});

test('what a function has around it is the machine’s own', () => {
  const { clock, chance, logger } = surroundings('requests');
  expect([clock, chance]).toEqual([systemClock, systemChance]);
  expect(logger).toHaveProperty('info');
});

test('what a function measures is its own, and its stage’s', () => {
  const written = standardOutputOf(() => {
    const meter = surroundings('requests').meterIn?.('prod');
    meter?.put('Faults', 1);
    meter?.flush();
  });
  expect(JSON.parse(written)).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Namespace: 'hatcheck/prod' }] },
    Function: 'requests',
  });
});
