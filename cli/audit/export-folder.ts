import { readFile, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Line } from '../../lib/broker/log/verify-line.ts';
import type { ExportPart } from '../../lib/broker/log/verify-lines.ts';
import { Failure } from '../failure.ts';
import { linesOf } from './lines.ts';

/** An export as `aws s3 sync` leaves it. */
export interface ExportFolder {
  /** By number; those after one, or all. */
  parts(after?: ExportPart): AsyncIterable<ExportPart>;
  /** The lines of events whose checkpoint is the next one, and not there. */
  uncovered(): AsyncIterable<Line>;
  /** What lies where an export has files of its own and is none of them, or in another place than its own: who searches the export finds it there. */
  readonly foreign: readonly ForeignFile[];
  /** What else lies in the folder. */
  readonly besides: readonly string[];
}

export interface ForeignFile {
  readonly file: string;
  /** Of a file of events whose checkpoint must have been there before the next one: which. */
  readonly missing?: number;
}

interface Named {
  readonly path: string;
  readonly seq: number;
  readonly date: string;
}

const CHECKPOINT = /^checkpoints\/dt=(\d{4}-\d\d-\d\d)\/(\d{10})\.json$/;
const EVENTS = /^events\/dt=(\d{4}-\d\d-\d\d)\/(\d{10})-\d{4}\.jsonl$/;
const KEY = /^keys\/[A-Za-z0-9_-]{43}\.pem$/;
const OURS = /^(checkpoints|events|keys)\//;

/** As many hashes as a first checkpoint may be over, a million, and some more. */
const MAX_CHECKPOINT_BYTES = 64 * 1024 * 1024;

/**
 * @param read is told how much of all events was read, from 0 to 1, and how many lines
 * @throws Failure 2 when there is no checkpoint in it; the file system's error
 */
export const exportFolder = async (
  folder: string,
  read: (share: number, lines: number) => void,
): Promise<ExportFolder> => {
  const paths = await pathsIn(folder);
  const [checkpoints, events] = [paths.flatMap(named(CHECKPOINT)), paths.flatMap(named(EVENTS))];
  if (checkpoints.length === 0) throw new Failure(2, `${folder} is no export: there is no checkpoint in it`);
  const own = new Map([...checkpoints].reverse().map((each) => [each.seq, each]));
  const inOrder = [...own.values()].sort((a, b) => a.seq - b.seq);
  const covered = inOrder.at(-1)?.seq ?? 0;
  const next = Math.min(...events.map(({ seq }) => seq).filter((seq) => seq > covered));
  const eventsOf = Map.groupBy(events, ({ seq, date }) => `${seq} ${date}`);
  const belongs = ({ seq, date }: Named): boolean => own.get(seq)?.date === date || seq === next;

  let [done, lines] = [0, 0];
  async function* linesIn(files: readonly Named[]): AsyncGenerator<Line> {
    for (const { path } of files) {
      let line = 0;
      const among = (share = 0): void => {
        read(Math.min(1, (done + share) / events.length), lines);
      };
      // What is no UTF-8 is no line of an export, which is for the judgement to say.
      for await (const text of linesOf(join(folder, path), among, '')) {
        line += 1;
        lines += 1;
        yield { file: path, line, text };
      }
      done += 1;
    }
  }
  const partOf = ({ path, seq, date }: Named): ExportPart => ({
    ...{ file: path, seq, date },
    content: () => checkpointIn(join(folder, path)),
    lines: () => linesIn(eventsOf.get(`${seq} ${date}`) ?? []),
  });
  return {
    async *parts(after) {
      for (const each of inOrder)
        if (after === undefined || each.seq > after.seq) yield await Promise.resolve(partOf(each));
    },
    uncovered: () => linesIn(events.filter(({ seq }) => seq === next)),
    foreign: [
      ...events.filter(({ seq }) => seq > next).map(({ path }) => ({ file: path, missing: next })),
      ...events.filter((each) => each.seq < next && !belongs(each)).map(({ path }) => ({ file: path })),
      ...checkpoints.filter((each) => own.get(each.seq) !== each).map(({ path }) => ({ file: path })),
      ...paths
        .filter((path) => OURS.test(path) && ![CHECKPOINT, EVENTS, KEY].some((pattern) => pattern.test(path)))
        .map((file) => ({ file })),
    ],
    besides: paths.filter((path) => !OURS.test(path)),
  };
};

/** Relative, with forward slashes, in the order of their names. */
const pathsIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();

const named =
  (pattern: RegExp) =>
  (path: string): readonly Named[] => {
    const [, date, seq] = pattern.exec(path) ?? [];
    return date === undefined ? [] : [{ path, date, seq: Number(seq) }];
  };

const checkpointIn = async (path: string): Promise<Buffer> => {
  if ((await stat(path)).size > MAX_CHECKPOINT_BYTES) throw new Failure(2, `${path} is larger than a checkpoint is`);
  return readFile(path);
};
