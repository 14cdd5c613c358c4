import { expect, test } from '@jest/globals';
import { cachedDocument } from '../../../lib/identity/cached-document.ts';
import { memoryClock } from '../../support/memory.ts';

test('one that was never had is not called stale when it cannot be had', async () => {
  const clock = memoryClock();
  const stale: unknown[] = [];
  let answer: () => string = () => {
    throw new Error('away');
  };
  const document = cachedDocument({
    ...{ clock, fetch: () => Promise.resolve().then(() => answer()) },
    onStale: (cause) => void stale.push(cause),
  });
  await expect(document.current()).rejects.toThrow('away');
  expect(stale).toStrictEqual([]);
  clock.advance(30);
  answer = () => 'the document';
  await expect(document.current()).resolves.toBe('the document');
  answer = () => {
    throw new Error('away again');
  };
  clock.advance(901);
  await expect(document.current()).resolves.toBe('the document');
  expect(stale).toMatchObject([{ message: 'away again' }]);
  clock.advance(24 * 3600);
  await expect(document.current()).rejects.toThrow('away again');
  expect(stale).toHaveLength(1);
});
