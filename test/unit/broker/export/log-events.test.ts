import { expect, test } from '@jest/globals';
import { exportLog } from '../../../../lib/broker/export/export-log.ts';
import { BrokenLogError } from '../../../../lib/broker/export/log-events.ts';
import type { StoredEvent } from '../../../../lib/domain/event.ts';
import { keyWithABug } from '../../../support/audit-log.ts';
import { type ExportScene, exportScene } from './scene.ts';

const inTime = { remainingMs: () => 100_000 };

/** A log of one checkpoint, with the first event of a stream altered. */
const altered = (stream: string, change: object): ExportScene => {
  const scene = exportScene();
  scene.extend(2);
  scene.checkpoint();
  const [first, ...others] = scene.streams.get(stream) ?? [];
  scene.streams.set(stream, [{ ...first, ...change } as StoredEvent, ...others]);
  return scene;
};

test.each([
  ['of another form', {}],
  ['with a hash that is none', { first: 0, entries: [{ stream: 's', seq: 0, hash: 'x'.repeat(43) }] }],
])(
  'attack: an event of the log %s is not exported, and the operator is told what is wrong with it',
  async (_, data) => {
    const carried = { size: 1, frontier: [] };
    const { exporter } = altered('log', { data: { carried, ...data } });
    const broken = exportLog(exporter, inTime);
    await expect(broken).rejects.toBeInstanceOf(BrokenLogError);
    await expect(broken).rejects.toMatchObject({ name: 'BrokenLogError', cause: expect.any(Error) });
  },
);

test('attack: an event that carries no frontier vouches for nothing that follows, and the operator is told why', async () => {
  const scene = exportScene();
  for (const count of [2, 1]) {
    scene.extend(count);
    scene.checkpoint();
  }
  const [first, ...others] = scene.streams.get('log') ?? [];
  const data = { ...first?.data, carried: { size: 2, frontier: [] } };
  scene.streams.set('log', [{ ...first, data } as never, ...others]);
  scene.kept.position = { checkpoint: 1, log: 1, part: 0 };
  await expect(exportLog(scene.exporter, inTime)).rejects.toMatchObject({
    ...{ name: 'BrokenLogError', cause: expect.any(TypeError) },
  });
  expect(scene.puts).toStrictEqual([]);
});

test('attack: an event of another kind among the checkpoints is passed over', async () => {
  const scene = altered('checkpoint', { type: 'request.ended' });
  expect(await exportLog(scene.exporter, inTime)).toMatchObject({ checkpoints: 0, files: 0 });
  expect(scene.passed).toEqual([0]);
});

test('a bug is no forged checkpoint: nothing is passed over', async () => {
  const scene = altered('log', {});
  const exporter = { ...scene.exporter, keys: { keys: () => Promise.resolve([keyWithABug]) } };
  await expect(exportLog(exporter, inTime)).rejects.toThrow(RangeError);
  expect(scene.passed).toStrictEqual([]);
});
