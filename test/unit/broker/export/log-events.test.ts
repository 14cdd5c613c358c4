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

test('attack: an event of the log that is of another form is not exported', async () => {
  await expect(exportLog(altered('log', { data: {} }).exporter, inTime)).rejects.toThrow(BrokenLogError);
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
  expect(scene.passed).toEqual([]);
});
