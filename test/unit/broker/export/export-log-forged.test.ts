import { beforeEach, describe, expect, test } from '@jest/globals';
import { exportLog } from '../../../../lib/broker/export/export-log.ts';
import { BrokenLogError } from '../../../../lib/broker/export/log-events.ts';
import { certain } from '../../../../lib/domain/invariant.ts';
import { type ExportScene, exportScene, linesIn } from './scene.ts';

let scene: ExportScene;
beforeEach(() => {
  scene = exportScene();
});

const inTime = { remainingMs: () => 100_000 };
const run = () => exportLog(scene.exporter, inTime);
const linesOf = (name: string): readonly unknown[] => linesIn(scene, name);

describe('a log that is not as Hatcheck writes it is not exported as if it were', () => {
  const replace = (stream: string, seq: number, data: object): void => {
    const events = certain(scene.streams.get(stream), stream);
    const event = { ...certain(events[seq], 'there'), data: { ...events[seq]?.data, ...data } };
    scene.streams.set(stream, events.toSpliced(seq, 1, event as never));
  };

  beforeEach(() => {
    scene.extend(2);
    scene.extend(2);
    scene.checkpoint();
  });

  test.each<[string, () => void]>([
    [
      'an entry with another hash',
      () => {
        replace('log', 0, { entries: [scene.eventAt(1), scene.eventAt(0)] });
      },
    ],
    [
      'an entry too few',
      () => {
        replace('log', 1, { entries: [scene.eventAt(2)] });
      },
    ],
    ['an event of the log that is gone', () => void scene.streams.get('log')?.splice(0, 1)],
    ['a log that ends too early', () => void scene.streams.get('log')?.splice(1, 1)],
    [
      'a hash that is none',
      () => {
        replace('log', 0, { entries: [{ stream: 's', seq: 0, hash: 'x'.repeat(43) }] });
      },
    ],
    [
      'a checkpoint that covers nothing new',
      () => {
        scene.checkpoint();
        scene.kept.position = { checkpoint: 1, log: 0, part: 0 };
      },
    ],
    [
      'a checkpoint in the midst of an event of the log',
      () => {
        const { seq, ...event } = certain(scene.streams.get('log')?.[1], 'there');
        const entries = [...(event.data as { entries: object[] }).entries, scene.eventAt(0)];
        scene.streams.get('log')?.splice(1, 1, { ...event, seq, data: { ...event.data, entries } } as never);
      },
    ],
    [
      'a checkpoint of another size than its root is of',
      () => {
        scene.extend(2);
        scene.checkpoint({ size: 5 });
        scene.kept.position = { checkpoint: 1, log: 2, part: 0 };
      },
    ],
    [
      'a log whose event before those that it covers is gone',
      () => {
        scene.extend(2);
        scene.checkpoint();
        scene.streams.get('log')?.splice(1, 1);
        scene.kept.position = { checkpoint: 1, log: 2, part: 0 };
      },
    ],
    [
      'a position in the midst of what a checkpoint covers',
      () => {
        scene.kept.position = { checkpoint: 0, log: 1, part: 0 };
      },
    ],
    [
      'a frontier that is none',
      () => {
        scene.extend(1);
        scene.checkpoint();
        replace('log', 1, { carried: { size: 4, frontier: [] } });
        scene.kept.position = { checkpoint: 1, log: 2, part: 0 };
      },
    ],
  ])('%s', async (_, alter) => {
    alter();
    await expect(run()).rejects.toThrow(BrokenLogError);
    expect([...scene.files.keys()]).toStrictEqual([]);
  });
});

describe('a position that is not where the export is', () => {
  beforeEach(() => {
    for (let i = 0; i < 3; i += 1) {
      scene.extend(2);
      scene.checkpoint();
    }
  });

  test.each([
    ['further in the log than its checkpoint', { checkpoint: 1, log: 2, part: 0 }],
    ['further than the log goes', { checkpoint: 1, log: 9, part: 0 }],
    ['further among the checkpoints than the export is', { checkpoint: 2, log: 1, part: 0 }],
    ['further among the files of a checkpoint', { checkpoint: 1, log: 1, part: 3 }],
  ])(
    '%s leads to no file that is not as it would have been, and what is missing is written once it is gone',
    async (_, position) => {
      await run();
      const before = scene.digests();
      scene.files.clear();
      scene.kept.position = position;
      await run().catch((error: unknown) => {
        expect(error).toBeInstanceOf(BrokenLogError);
      });
      for (const [name, digest] of Object.entries(scene.digests()))
        expect([name, digest]).toEqual([name, before[name]]);
      delete scene.kept.position;
      await run();
      expect(scene.digests()).toEqual(before);
    },
  );

  test('back in the log costs reads, and nothing else', async () => {
    await run();
    const before = scene.digests();
    scene.files.clear();
    scene.kept.position = { checkpoint: 1, log: 0, part: 0 };
    await run();
    expect(scene.digests()).toEqual(
      Object.fromEntries(Object.entries(before).filter(([name]) => !name.includes('/0000000000'))),
    );
  });
});

describe('what stands among the checkpoints and was not signed', () => {
  const names = () => [...scene.files.keys()].filter((name) => name.startsWith('checkpoints/'));

  test.each<[string, () => void]>([
    [
      'a forged one',
      () => {
        scene.checkpoint({ signature: Buffer.from('forged').toString('base64') });
      },
    ],
    [
      'one that is none',
      () => {
        scene.checkpoint({ size: 0 });
      },
    ],
    [
      'one that was altered, and is left out',
      () => {
        scene.checkpoint();
        scene.unsound.add(certain(scene.streams.get('checkpoint')?.at(-1), 'there is one'));
      },
    ],
  ])('%s is passed over and told of, and the next one covers what it would have', async (_, forge) => {
    scene.extend(2);
    scene.checkpoint();
    scene.extend(3);
    forge();
    scene.extend(1);
    scene.checkpoint();
    expect(await run()).toEqual({ checkpoints: 2, files: 4, missing: 0 });
    expect(scene.passed).toEqual([1]);
    expect(names()).toEqual(['checkpoints/dt=2026-11-22/0000000000.json', 'checkpoints/dt=2026-11-22/0000000002.json']);
    expect(linesOf('events/dt=2026-11-22/0000000002-0000.jsonl')).toHaveLength(4);
  });

  test('more of them at a stretch than one read shows', async () => {
    for (let i = 0; i < 12; i += 1) {
      scene.extend(1);
      scene.checkpoint();
    }
    scene.streams
      .get('checkpoint')
      ?.slice(0, 11)
      .forEach((event) => scene.unsound.add(event));
    expect(await run()).toEqual({ checkpoints: 1, files: 2, missing: 0 });
    expect(scene.passed).toHaveLength(11);
    expect(linesOf('events/dt=2026-11-22/0000000011-0000.jsonl')).toHaveLength(12);
  });

  test('more of them than one read shows, behind one of ours: what that one covers is not exported again', async () => {
    scene.extend(2);
    scene.checkpoint();
    for (let i = 0; i < 25; i += 1) scene.checkpoint({ signature: 'forged' });
    scene.extend(3);
    scene.checkpoint();
    await run();
    expect(linesOf('events/dt=2026-11-22/0000000026-0000.jsonl')).toHaveLength(3);
  });

  test('at the end: there is nothing yet', async () => {
    scene.extend(2);
    scene.checkpoint({ signature: 'forged' });
    expect(await run()).toEqual({ checkpoints: 0, files: 0, missing: 0 });
    expect(scene.passed).toEqual([0]);
  });
});
