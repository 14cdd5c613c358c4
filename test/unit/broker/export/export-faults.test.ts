import { describe, expect, test } from '@jest/globals';
import { type Exporter, exportLog } from '../../../../lib/broker/export/export-log.ts';
import type { ExportFile, ExportPosition, Place } from '../../../../lib/broker/export/ports.ts';
import { type ExportScene, exportScene } from './scene.ts';

const inTime = { remainingMs: () => 100_000 };

/** A log of three checkpoints, the second of more events than a file has. */
const ledger = ((): ExportScene => {
  const scene = exportScene();
  scene.extend(3);
  scene.checkpoint();
  for (let i = 0; i < 12; i += 1) scene.extend(100);
  scene.checkpoint();
  scene.extend(2);
  scene.checkpoint();
  return scene;
})();
const story = (): ExportScene => exportScene(ledger);

class Cut extends Error {}

/** What becomes of the call of that number: not made; made, and its answer lost. */
type Fault = (call: number) => 'before' | 'after' | undefined;

const faulty = (exporter: Exporter, fault: Fault, calls = { made: 0 }): Exporter => {
  const through =
    <A extends unknown[], R>(make: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const what = fault(calls.made);
      calls.made += 1;
      if (what === 'before') throw new Cut();
      const answer = await make(...args);
      if (what === 'after') throw new Cut();
      return answer;
    };
  return {
    ...exporter,
    source: {
      from: through((stream: string, seq: number, limit: number) => exporter.source.from(stream, seq, limit)),
      texts: through((places: readonly Place[]) => exporter.source.texts(places)),
    },
    bucket: { put: through((file: ExportFile) => exporter.bucket.put(file)) },
    positions: {
      read: through(() => exporter.positions.read()),
      write: through((position: ExportPosition) => exporter.positions.write(position)),
    },
    keys: { keys: through(() => exporter.keys.keys()) },
  };
};

const whole = await (async () => {
  const scene = story();
  const calls = { made: 0 };
  await exportLog(
    faulty(scene.exporter, () => undefined, calls),
    inTime,
  );
  return { digests: scene.digests(), calls: calls.made };
})();

test('the story is long enough to be cut off anywhere', () => {
  expect(whole.calls).toBe(34);
  expect(Object.keys(whole.digests)).toHaveLength(3 + 4 + 1);
});

describe.each(['before', 'after'] as const)('cut off %s any one call', (when) => {
  test.each(Array.from({ length: whole.calls }, (_, call) => call))(
    '%i, the next run comes to the same files',
    async (at) => {
      const scene = story();
      await expect(
        exportLog(
          faulty(scene.exporter, (call) => (call === at ? when : undefined)),
          inTime,
        ),
      ).rejects.toThrow(Cut);
      for (const [name, digest] of Object.entries(scene.digests())) expect(digest).toBe(whole.digests[name]);
      await exportLog(scene.exporter, inTime);
      expect(scene.digests()).toEqual(whole.digests);
    },
  );
});

test.each([12, 15, 20])('cut off again and again after %i calls, it comes to its end', async (most) => {
  const scene = story();
  for (let runs = 0; runs < 20; runs += 1) {
    const exporter = faulty(scene.exporter, (call) => (call >= most ? 'after' : undefined));
    await exportLog(exporter, inTime).catch((error: unknown) => {
      expect(error).toBeInstanceOf(Cut);
    });
  }
  expect(scene.digests()).toEqual(whole.digests);
  expect(scene.kept.position?.checkpoint).toBe(3);
});

/** Each call takes as many turns as chance says: whatever may overtake, does. */
const shuffled = (exporter: Exporter, seed: number): Exporter => {
  let state = seed;
  const turns = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % 6;
  };
  const slow =
    <A extends unknown[], R>(make: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      for (let left = turns(); left > 0; left -= 1) await Promise.resolve();
      const answer = await make(...args);
      for (let left = turns(); left > 0; left -= 1) await Promise.resolve();
      return answer;
    };
  return {
    ...exporter,
    source: {
      from: slow((stream: string, seq: number, limit: number) => exporter.source.from(stream, seq, limit)),
      texts: slow((places: readonly Place[]) => exporter.source.texts(places)),
    },
    bucket: { put: slow((file: ExportFile) => exporter.bucket.put(file)) },
    positions: {
      read: slow(() => exporter.positions.read()),
      write: slow((position: ExportPosition) => exporter.positions.write(position)),
    },
  };
};

test.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
  'twice at once, in the order of seed %i, comes to the same files',
  async (seed) => {
    const scene = story();
    await Promise.all([
      exportLog(shuffled(scene.exporter, seed), inTime),
      exportLog(shuffled(scene.exporter, seed * 31), inTime),
    ]);
    expect(scene.digests()).toEqual(whole.digests);
    await exportLog(scene.exporter, inTime);
    expect(scene.digests()).toEqual(whole.digests);
  },
);

test('an event that is altered between two tries at its file: what was written first stays, and no line is lost', async () => {
  for (let at = 0; at < whole.calls; at += 1) {
    const scene = story();
    await exportLog(
      faulty(scene.exporter, (call) => (call === at ? 'after' : undefined)),
      inTime,
    ).catch(() => undefined);
    for (const key of [...scene.texts.keys()].filter((one) => one.startsWith('request#r_3')))
      scene.texts.set(key, '{}');
    await exportLog(scene.exporter, inTime);
    const lines = Object.entries(scene.contents())
      .filter(([name]) => name.startsWith('events/'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, content]) => content.trimEnd().split('\n'))
      .map((line) => (JSON.parse(line) as { index: number }).index);
    expect(lines).toEqual(Array.from({ length: 1205 }, (_, index) => index));
  }
});
