import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { folderVerdict } from '../../cli/audit/verify-folder.ts';
import { checkpointKey, exportFiles, keyFile, logOf } from '../support/audit-log.ts';
import { type Run, hatcheck } from './run.ts';

const key = checkpointKey();
const steps = [...logOf({ events: 120, every: 30, key, secondsApart: 1200 })];
const files = [...steps.flatMap((step) => exportFiles(step, 20)), keyFile(key)];
const pathOf = (name: string): string => files.find(({ path }) => path.includes(name))!.path;

let folder: string;
let pem: string;
let copies = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-export-'));
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, 'good', path)), { recursive: true });
    writeFileSync(join(folder, 'good', path), content);
  }
  pem = join(folder, 'checkpoints.pem');
  writeFileSync(pem, key.pem);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const tampered = (how: (path: (name: string) => string) => void): string => {
  copies += 1;
  const copy = join(folder, `copy-${copies}`);
  cpSync(join(folder, 'good'), copy, { recursive: true });
  how((name) => join(copy, files.some(({ path }) => path.includes(name)) ? pathOf(name) : name));
  return copy;
};
const verify = (path: string, ...more: readonly string[]): Promise<Run> =>
  hatcheck(['audit', 'verify', path, ...more], {});
const bad = async (how: Parameters<typeof tampered>[0]) =>
  (await folderVerdict(tampered(how), { key: [pem], checkpoint: [] })).firstBad;

describe('hatcheck audit verify of a folder', () => {
  test('says that it is as it was written, how much of it there is, and what to note', async () => {
    const { code, stdout } = await verify(join(folder, 'good'), '--key', pem);
    expect(code).toBe(0);
    expect(stdout).toContain('120 events, 4 checkpoints');
    const noted = /--checkpoint (120:[\w-]{43})/.exec(stdout)?.[1] ?? '';
    const again = await verify(join(folder, 'good'), '--key', pem, '--checkpoint', noted, '--json');
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([
      0,
      { ok: true, events: 120, checkpoints: 4, gone: 0, uncovered: 0, last: { seq: 3, size: 120 } },
    ]);
  });

  test('says where it is not, to a person and to a program, and ends with 1', async () => {
    const copy = tampered((path) => {
      const file = path('0000000001-0001');
      writeFileSync(file, readFileSync(file, 'utf8').replace('\\"eventId\\":\\"', '\\"eventId\\":\\"!'));
    });
    const person = await verify(copy, '--key', pem);
    expect([person.code, person.stdout]).toEqual([1, expect.stringContaining('index 50, request#r_')]);
    expect(person.stdout).toContain(`${pathOf('0000000001-0001')}, line 1; checkpoint 1 shows it`);
    const program = await verify(copy, '--key', pem, '--json');
    expect([program.code, JSON.parse(program.stdout)]).toMatchObject([
      1,
      { ok: false, events: 30, firstBad: { what: 'altered', index: 50, line: 1, checkpoint: 1 } },
    ]);
  });

  test('takes a checkpoint’s file as what was noted, and misses what was cut off', async () => {
    const copy = tampered((path) => {
      for (const name of ['0000000003-0000', '0000000003-0001', '0000000003.json']) rmSync(path(name));
    });
    expect((await verify(copy, '--key', pem)).stdout).toContain('whether newer checkpoints were cut off');
    const noted = ['--checkpoint', join(folder, 'good', pathOf('0000000003.json'))];
    const { code, stdout } = await verify(copy, '--key', pem, ...noted, '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { firstBad: { what: 'dropped', index: 90, to: 119 } }]);
  });

  test('says how many events no checkpoint covers yet', async () => {
    const copy = tampered((path) => {
      rmSync(path('0000000003.json'));
    });
    const { code, stdout } = await verify(copy, '--key', pem, '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { ok: true, events: 90, uncovered: 30 }]);
  });

  test('names files that it did not look at', async () => {
    const copy = tampered((path) => {
      writeFileSync(path('notes.txt'), 'mine');
    });
    expect(await folderVerdict(copy, { key: [pem], checkpoint: [] })).toMatchObject({ besides: ['notes.txt'] });
  });
});

describe('a folder of which somebody', () => {
  test.each<readonly [string, Parameters<typeof tampered>[0], object]>([
    [
      'deletes a file of events',
      (path) => {
        rmSync(path('0000000002-0000'));
      },
      { what: 'dropped', index: 60, checkpoint: 2, line: 1 },
    ],
    [
      'deletes the last file of events of a checkpoint',
      (path) => {
        rmSync(path('0000000002-0001'));
      },
      { what: 'dropped', index: 80, checkpoint: 2, line: 21 },
    ],
    [
      'deletes a checkpoint',
      (path) => {
        rmSync(path('0000000001.json'));
      },
      { what: 'dropped', sign: 'missing', index: 30, checkpoint: 2 },
    ],
    [
      'puts another file of events beside those of a checkpoint',
      (path) => {
        cpSync(path('0000000001-0001'), path('0000000001-0001').replace('-0001.', '-0002.'));
      },
      { what: 'added', index: 60, checkpoint: 1 },
    ],
    [
      'puts a file of events into another day',
      (path) => {
        mkdirSync(path('events/dt=2026-01-01'));
        cpSync(path('0000000001-0001'), path('events/dt=2026-01-01/0000000001-0001.jsonl'));
      },
      { what: 'added', sign: 'place', file: 'events/dt=2026-01-01/0000000001-0001.jsonl' },
    ],
    [
      'puts a file of another name among the events, which a query would read',
      (path) => {
        writeFileSync(join(dirname(path('0000000001-0001')), 'more.jsonl'), '');
      },
      { what: 'added', sign: 'place' },
    ],
    [
      'puts a checkpoint into another day as well',
      (path) => {
        mkdirSync(path('checkpoints/dt=2027-01-01'));
        cpSync(path('0000000001.json'), path('checkpoints/dt=2027-01-01/0000000001.json'));
      },
      { what: 'added', sign: 'place', file: 'checkpoints/dt=2027-01-01/0000000001.json' },
    ],
    [
      'moves a checkpoint into another day',
      (path) => {
        mkdirSync(path('checkpoints/dt=2027-01-01'));
        renameSync(path('0000000001.json'), path('checkpoints/dt=2027-01-01/0000000001.json'));
      },
      { what: 'reordered', sign: 'place', index: 30, checkpoint: 1 },
    ],
    [
      'takes the checkpoints away before events that are there',
      (path) => {
        for (const name of ['0000000002.json', '0000000003.json']) rmSync(path(name));
      },
      { what: 'dropped', sign: 'missing', checkpoint: 2 },
    ],
    [
      'adds an empty line',
      (path) => {
        appendFileSync(path('0000000001-0001'), '\n');
      },
      { what: 'added', index: 60, checkpoint: 1, line: 11 },
    ],
    [
      'writes what is no UTF-8',
      (path) => {
        const content = readFileSync(path('0000000001-0001'));
        content[100] = 0xff;
        writeFileSync(path('0000000001-0001'), content);
      },
      { what: 'altered', index: 50, checkpoint: 1, line: 1 },
    ],
  ])('%s', async (_, how, expected) => {
    expect(await bad(how)).toMatchObject(expected);
  });
});

test('no byte of events and checkpoints can be another, and none can be missing from the end of a file', async () => {
  const copy = tampered(() => undefined);
  const verified = files.filter(({ path }) => !path.startsWith('keys/'));
  const byte = fc.record({
    file: fc.constantFrom(...verified),
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  const isBad = async (path: string, content: Buffer): Promise<boolean> => {
    const good = readFileSync(join(copy, path));
    writeFileSync(join(copy, path), content);
    const { firstBad } = await folderVerdict(copy, { key: [pem], checkpoint: [] });
    writeFileSync(join(copy, path), good);
    return firstBad !== undefined;
  };
  await fc.assert(
    fc.asyncProperty(byte, fc.integer({ min: 1, max: 255 }), async ({ file: { path, content }, place }, bits) => {
      // But for the end of the last line, which may be there or not.
      const bytes = Buffer.from(content);
      const at = Math.floor(place * (bytes.length - 1));
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ bits;
      expect([at, await isBad(path, flipped)]).toEqual([at, true]);
      expect([at, await isBad(path, bytes.subarray(0, at))]).toEqual([at, true]);
    }),
    { numRuns: 60 },
  );
});

describe('hatcheck audit verify ends with 2', () => {
  const code = async (...words: readonly string[]): Promise<number | null> =>
    (await verify(join(folder, ...words.slice(0, 1)), ...words.slice(1))).code;
  test('for a folder without a key, or with one that is none', async () => {
    writeFileSync(join(folder, 'text'), 'no key');
    expect(await code('good')).toBe(2);
    expect(await code('good', '--key', join(folder, 'text'))).toBe(2);
    expect(await code('good', '--key', join(folder, 'none'))).toBe(2);
  });

  test('for a folder without checkpoints', async () => {
    mkdirSync(join(folder, 'empty'));
    expect(await code('empty', '--key', pem)).toBe(2);
  });

  test('for a noted checkpoint that is none, or that none of the keys signed', async () => {
    const [step] = [...logOf({ events: 1, every: 1, key: checkpointKey() })];
    writeFileSync(join(folder, 'foreign.json'), JSON.stringify(step));
    expect(await code('good', '--key', pem, '--checkpoint', join(folder, 'foreign.json'))).toBe(2);
    expect(await code('good', '--key', pem, '--checkpoint', pem)).toBe(2);
  });

  test('for one file with a key', async () => {
    expect(await code('checkpoints.pem', '--key', pem)).toBe(2);
  });
});
