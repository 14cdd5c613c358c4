import { beforeEach, describe, expect, test } from '@jest/globals';
import { canonicalOf } from '../../../../lib/broker/chain.ts';
import { exportLog } from '../../../../lib/broker/export/export-log.ts';
import { type ExportScene, KID, PEM, exportScene, linesIn } from './scene.ts';

let scene: ExportScene;
beforeEach(() => {
  scene = exportScene();
});

const inTime = { remainingMs: () => 100_000 };
const run = () => exportLog(scene.exporter, inTime);
const linesOf = (name: string): readonly unknown[] => linesIn(scene, name);

describe('an export', () => {
  test('is nothing before the first checkpoint', async () => {
    scene.extend(3);
    expect(await run()).toEqual({ checkpoints: 0, files: 0, missing: 0 });
    expect(scene.files.size).toBe(0);
  });

  test('has the events, the key and the checkpoint, in this order, by the day of the checkpoint', async () => {
    scene.extend(2);
    scene.extend(1);
    scene.checkpoint();
    expect(await run()).toEqual({ checkpoints: 1, files: 2, missing: 0 });
    expect(scene.puts).toEqual([
      'events/dt=2026-11-22/0000000000-0000.jsonl',
      `keys/${KID}.pem`,
      'checkpoints/dt=2026-11-22/0000000000.json',
    ]);
    expect(scene.files.get(`keys/${KID}.pem`)?.content).toBe(PEM);
  });

  test('has a line an event, letter for letter: its place in the log, its place in the ledger, its hash and its text', async () => {
    scene.extend(2, 'a "quoted" word, and é');
    scene.checkpoint();
    await run();
    const event = scene.eventAt(1);
    const { stream, seq, hash } = event;
    const line = JSON.stringify({ index: 1, stream, seq, hash, canonical: canonicalOf(event) });
    expect(scene.files.get('events/dt=2026-11-22/0000000000-0000.jsonl')?.content.split('\n')[1]).toBe(line);
    expect(Object.keys(JSON.parse(line) as object)).toEqual(['index', 'stream', 'seq', 'hash', 'canonical']);
  });

  test('has with each checkpoint what is new, and its hashes once more', async () => {
    scene.extend(2);
    scene.checkpoint();
    scene.clock.advance(15 * 60);
    scene.extend(1);
    scene.extend(3);
    scene.checkpoint();
    await run();
    expect(
      linesOf('events/dt=2026-11-23/0000000001-0000.jsonl').map((line) => (line as { index: number }).index),
    ).toEqual([2, 3, 4, 5]);
    const [file] = linesOf('checkpoints/dt=2026-11-23/0000000001.json');
    expect(Object.keys(file as object)).toEqual(['seq', 'checkpoint', 'signature', 'kid', 'first', 'leaves']);
    expect(file).toMatchObject({ seq: 1, first: 2, kid: KID, leaves: [2, 3, 4, 5].map((i) => scene.eventAt(i).hash) });
  });

  test('goes on where the last one ended, and reads and writes nothing twice', async () => {
    scene.extend(2);
    scene.checkpoint();
    await run();
    expect(await run()).toEqual({ checkpoints: 0, files: 0, missing: 0 });
    const before = scene.puts.length;
    scene.extend(1);
    scene.checkpoint();
    expect(await run()).toEqual({ checkpoints: 1, files: 2, missing: 0 });
    expect(scene.puts).toHaveLength(before + 3);
    expect(scene.kept.position).toEqual({ checkpoint: 2, log: 2, part: 0 });
  });

  test('comes to the same files when its position was lost', async () => {
    for (const count of [3, 1, 4]) {
      scene.extend(count);
      scene.checkpoint();
    }
    await run();
    const before = scene.contents();
    delete scene.kept.position;
    await run();
    expect(scene.contents()).toEqual(before);
  });

  test('of many events has files of a thousand, of none of which it has too many in hand', async () => {
    for (let i = 0; i < 25; i += 1) scene.extend(100);
    scene.extend(1);
    scene.checkpoint();
    await run();
    const names = [0, 1, 2].map((part) => `events/dt=2026-11-22/0000000000-000${part}.jsonl`);
    expect(names.map((name) => linesOf(name).length)).toEqual([1000, 1000, 501]);
    const indexes = names.flatMap(linesOf).map((line) => (line as { index: number }).index);
    expect(indexes).toEqual(Array.from({ length: 2501 }, (_, i) => i));
  });

  test('is kept for so many days from the checkpoint on, and a late one for a day at least', async () => {
    scene.extend(1);
    scene.checkpoint();
    scene.clock.set('2033-11-22T23:49:00.000Z');
    scene.extend(1);
    scene.checkpoint();
    await run();
    const kept = (name: string) => scene.files.get(name)?.keptUntil;
    expect(kept('checkpoints/dt=2026-11-22/0000000000.json')).toBe('2033-11-23T23:49:00.000Z');
    expect(kept('checkpoints/dt=2033-11-22/0000000001.json')).toBe('2040-11-22T23:49:00.000Z');
  });

  test('ends with its time, and the next run writes the rest', async () => {
    for (let i = 0; i < 25; i += 1) scene.extend(100);
    scene.checkpoint();
    let left = 3;
    const cutOff = { remainingMs: () => (left-- > 0 ? 100_000 : 1000) };
    expect(await exportLog(scene.exporter, cutOff)).toEqual({ checkpoints: 0, files: 2, missing: 0 });
    expect(scene.kept.position).toEqual({ checkpoint: 0, log: 0, part: 2 });
    expect(await run()).toEqual({ checkpoints: 1, files: 2, missing: 0 });
    expect(linesOf('events/dt=2026-11-22/0000000000-0002.jsonl')).toHaveLength(500);
  });
});

describe('a text that is not what was logged', () => {
  test.each<[string, (text: string) => string | undefined]>([
    ['altered', (text) => text.replace('words', 'other')],
    ['gone', () => undefined],
    ['another event altogether', () => canonicalOf(scene.eventAt(0))],
  ])('%s: the line is without it, the operator is told, and the rest is there', async (_, become) => {
    scene.extend(3);
    scene.checkpoint();
    const { stream, seq, hash } = scene.eventAt(1);
    const text = become(canonicalOf(scene.eventAt(1)));
    if (text === undefined) scene.texts.delete(`${stream}/${seq}`);
    else scene.texts.set(`${stream}/${seq}`, text);
    expect(await run()).toEqual({ checkpoints: 1, files: 2, missing: 1 });
    expect(scene.missing).toEqual([{ index: 1, stream, seq, hash }]);
    const lines = linesOf('events/dt=2026-11-22/0000000000-0000.jsonl');
    expect(lines[1]).toEqual({ index: 1, stream, seq, hash });
    expect(lines.map((line) => 'canonical' in (line as object))).toEqual([true, false, true]);
  });

  test('that is altered once it was exported: the export has it as it was, and keeps it', async () => {
    scene.extend(3);
    scene.checkpoint();
    await run();
    const before = scene.contents();
    const { stream, seq } = scene.eventAt(1);
    scene.texts.set(`${stream}/${seq}`, '{}');
    delete scene.kept.position;
    await run();
    expect(scene.contents()).toEqual(before);
  });
});
