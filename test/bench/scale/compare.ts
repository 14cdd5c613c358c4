import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDynamoDb } from '../../support/dynamodb.ts';
import type { Reads } from '../counted-reads.ts';
import { type Filled, fill } from './fill.ts';
import { type Measured, dearer, measure } from './measure.ts';
import { fillOnDisk, openOnDisk } from './on-disk.ts';

export interface ScaleOptions {
  /** A multiple of ten, beside a thousand. */
  readonly requests: number;
  readonly eventsEach: number;
  readonly rounds: number;
  /** Told how far the filling is. */
  readonly onProgress: (line: string) => void;
}

/** One page or read, where there are few requests and where there are many. */
export interface ScaleRow {
  readonly name: string;
  readonly few: Reads;
  readonly many: Reads;
  /** What each took, turn by turn; nothing of what changes something. */
  readonly times: readonly { readonly fewMs: number; readonly manyMs: number }[];
}

export interface Scale {
  readonly filled: Filled;
  readonly fillSeconds: number;
  readonly rows: readonly ScaleRow[];
  /** What scans, or asks more of many than of few; in a sentence each. */
  readonly faults: readonly string[];
}

const FEW = 1000;

/** Fills two databases on disk, and counts and times in turn what each page and read asks of either. */
export const compareScale = async ({ requests, eventsEach, rounds, onProgress }: ScaleOptions): Promise<Scale> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-scale-'));
  const open: TestDynamoDb[] = [];
  const opened = async (name: string): Promise<TestDynamoDb> => {
    const database = await openOnDisk(join(folder, name));
    open.push(database);
    return database;
  };
  try {
    const beganMs = performance.now();
    await fillOnDisk(join(folder, 'few'), (write) => fill(write, { from: 0, to: FEW, eventsEach }));
    const filled = await fillOnDisk(join(folder, 'many'), (write) =>
      fill(write, { from: 0, to: requests, eventsEach }, (done) => {
        onProgress(`${done} of ${requests} requests`);
      }),
    );
    const fillSeconds = (performance.now() - beganMs) / 1000;
    const [few, many] = [await opened('few'), await opened('many')];
    const [ofFew, ofMany] = [await measure(few, FEW), await measure(many, requests)];
    const rows: ScaleRow[] = [];
    for (const name of Object.keys(ofMany.reads)) rows.push(await rowOf(name, ofFew, ofMany, rounds));
    return { filled, fillSeconds, rows, faults: dearer(ofFew.reads, ofMany.reads) };
  } finally {
    await Promise.all(open.map((database) => database.close()));
    await rm(folder, { recursive: true, force: true });
  }
};

const NOTHING: Reads = { commands: {}, units: 0 };

const rowOf = async (name: string, few: Measured, many: Measured, rounds: number): Promise<ScaleRow> => {
  const [small, large] = [few.pages[name], many.pages[name]];
  return {
    ...{ name, few: few.reads[name] ?? NOTHING, many: many.reads[name] ?? NOTHING },
    times: small && large ? await inTurns(small, large, rounds) : [],
  };
};

/** One call of each in turn, so that whatever slows the machine down slows both. */
const inTurns = async (
  small: () => Promise<unknown>,
  large: () => Promise<unknown>,
  rounds: number,
): Promise<ScaleRow['times']> => {
  const times: ScaleRow['times'][number][] = [];
  await msOf(small);
  await msOf(large);
  for (let round = 0; round < rounds; round += 1) times.push({ fewMs: await msOf(small), manyMs: await msOf(large) });
  return times;
};

const msOf = async (work: () => Promise<unknown>): Promise<number> => {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
};
