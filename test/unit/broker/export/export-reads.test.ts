import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Exporter, exportLog } from '../../../../lib/broker/export/export-log.ts';
import type { ExportPosition } from '../../../../lib/broker/export/ports.ts';
import { type ExportScene, KID, PEM, PUBLIC_KEY, exportScene, linesIn } from './scene.ts';

let scene: ExportScene;
let reads: string[];
let positions: ExportPosition[];
let exporter: Exporter;
beforeEach(() => {
  [scene, reads, positions] = [exportScene(), [], []];
  const { source, positions: kept } = scene.exporter;
  exporter = {
    ...scene.exporter,
    source: {
      ...source,
      from: (stream, seq, limit) => {
        reads.push(`${stream} ${seq} +${limit}`);
        return source.from(stream, seq, limit);
      },
    },
    positions: {
      ...kept,
      write: (position) => {
        positions.push(position);
        return kept.write(position);
      },
    },
  };
});

const run = (remainingMs = 100_000) => exportLog(exporter, { remainingMs: () => remainingMs });

const grow = (...counts: readonly number[]): void => {
  for (const count of counts) {
    scene.extend(count);
    scene.checkpoint();
  }
};

describe('an export reads', () => {
  test('from the beginning on, and nothing before it', async () => {
    grow(1);
    await run();
    expect(reads).toEqual(['checkpoint 0 +10', 'log 0 +50', 'checkpoint 1 +10', 'checkpoint 1 +10000']);
  });

  test('later no more than it needs: of the log what is new, and the event before it', async () => {
    grow(1, 1);
    await run();
    reads = [];
    grow(1);
    await run();
    expect(reads.slice(0, 3)).toEqual(['checkpoint 2 +10', 'checkpoint 0 +2', 'log 1 +50']);
  });

  test('on, where a checkpoint covers more events of the log than one read shows', async () => {
    for (let n = 0; n < 120; n += 1) scene.extend(1);
    scene.checkpoint();
    expect(await run()).toEqual({ checkpoints: 1, files: 2, missing: 0 });
    expect(linesIn(scene, 'events/dt=2026-11-22/0000000000-0000.jsonl')).toHaveLength(120);
    expect(reads.filter((read) => read.startsWith('log'))).toEqual(['log 0 +50', 'log 50 +50', 'log 100 +50']);
  });
});

describe('an export writes', () => {
  test('of exactly as many events as a file has one file, and then only that the checkpoint is there', async () => {
    for (let n = 0; n < 10; n += 1) scene.extend(100);
    scene.checkpoint();
    expect(await run()).toEqual({ checkpoints: 1, files: 2, missing: 0 });
    expect(scene.puts.filter((name) => name.startsWith('events/'))).toHaveLength(1);
    expect(positions).toEqual([{ checkpoint: 1, log: 10, part: 0 }]);
  });

  test('files that say what they are', async () => {
    grow(1);
    await run();
    expect([...scene.files].map(([name, { type }]) => [name.split('/')[0], type])).toEqual([
      ['events', 'application/x-ndjson'],
      ['keys', 'application/x-pem-file'],
      ['checkpoints', 'application/json'],
    ]);
  });

  test('the key that signed, of all there are', async () => {
    grow(1);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    exporter = { ...exporter, keys: { keys: () => Promise.resolve([publicKey, PUBLIC_KEY]) } };
    await run();
    expect(scene.files.get(`keys/${KID}.pem`)?.content).toBe(PEM);
  });

  test.each([
    [25_000, { checkpoints: 1, files: 2, missing: 0 }],
    [24_999, { checkpoints: 0, files: 0, missing: 0 }],
  ])('with %i ms left, %j', async (left, expected) => {
    grow(1);
    expect(await run(left)).toEqual(expected);
  });
});
