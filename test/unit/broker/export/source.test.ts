import { expect, test } from '@jest/globals';
import { canonicalOf, seal } from '../../../../lib/broker/chain.ts';
import { exportSource } from '../../../../lib/broker/export/source.ts';
import type { StoredEvent } from '../../../../lib/domain/event.ts';
import { engineer, noon, recorded } from '../../../support/builders.ts';

const chain = (stream: string, length: number): readonly StoredEvent[] =>
  Array.from({ length }).reduce<StoredEvent[]>(
    (before) => [...before, seal(before.at(-1), stream, recorded('request.ended', {}, { by: engineer, at: noon(0) }))],
    [],
  );

const sourceOf = (...streams: readonly (readonly StoredEvent[])[]) => {
  const asked: string[] = [];
  const running = { now: 0, most: 0 };
  const part = async (stream: string, from: number, to: number): Promise<readonly StoredEvent[]> => {
    asked.push(`${stream} ${from}..${to}`);
    running.now += 1;
    running.most = Math.max(running.most, running.now);
    await Promise.resolve();
    running.now -= 1;
    return streams.flat().filter((event) => event.stream === stream && event.seq >= from && event.seq <= to);
  };
  return { asked, running, source: exportSource({ part }) };
};

test('texts come in the order in which they were asked for, each stream read once', async () => {
  const [a, b] = [chain('request#a', 3), chain('request#b', 2)];
  const { source, asked } = sourceOf(a, b);
  const wanted = [a[1], b[0], a[2], b[1]].flatMap((event) => event ?? []);
  expect(await source.texts(wanted)).toEqual(wanted.map(canonicalOf));
  expect(asked).toEqual(['request#a 1..2', 'request#b 0..1']);
});

test('what is not there has no text, and keeps nobody from theirs', async () => {
  const a = chain('request#a', 2);
  const { source } = sourceOf(a.slice(0, 1));
  expect((await source.texts([...a, { stream: 'gone', seq: 0 }])).map((text) => text !== undefined)).toEqual([
    true,
    false,
    false,
  ]);
});

test('of many streams so many are read at a time', async () => {
  const { source, running, asked } = sourceOf();
  await source.texts(Array.from({ length: 60 }, (_, i) => ({ stream: `signin#${i}`, seq: 0 })));
  expect([asked.length, running.most]).toEqual([60, 25]);
});

test('so many places of a stream are read, and no more', async () => {
  const { source, asked } = sourceOf(chain('log', 5));
  expect((await source.from('log', 2, 2)).map(({ seq }) => seq)).toEqual([2, 3]);
  expect(asked).toEqual(['log 2..3']);
});
