import type { BadPlace } from '../../lib/broker/log/bad-place.ts';
import type { Line } from '../../lib/broker/log/verify-line.ts';
import type { ExportVerdict } from '../../lib/broker/log/verify-export.ts';
import { liveLine } from '../live-line.ts';
import { counted, green, say, sayJson } from '../print.ts';
import { sayBad } from './bad-words.ts';
import { type ExportFolder, exportFolder } from './export-folder.ts';
import { keysIn, notedIn } from './trusted.ts';

const { verifyExport } = await import('../../lib/broker/log/verify-export.ts');
const { lastOfStreams } = await import('../../lib/broker/log/last-of-streams.ts');

export interface Trusted {
  /** Files of public keys. */
  readonly key: readonly string[];
  /** What was noted of earlier checkpoints: files, or `size:root`. */
  readonly checkpoint: readonly string[];
}

/** Of a whole export. */
export interface FolderVerdict extends ExportVerdict {
  readonly streams: number;
  /** Events that no checkpoint covers yet: nothing is said of them. */
  readonly uncovered: number;
  readonly besides: readonly string[];
}

/** @returns the exit code: 1 when something is not as it was written. @throws as `folderVerdict` */
export const verifyFolder = async (
  folder: string,
  { json, ...trusted }: Trusted & { json?: boolean },
): Promise<0 | 1> => {
  const verdict = await folderVerdict(folder, trusted);
  if (json) sayJson(inJson(verdict));
  else {
    inWords(verdict);
    if (trusted.checkpoint.length === 0)
      say('whether newer checkpoints were cut off shows only beside one that was noted: --checkpoint');
  }
  return verdict.firstBad ? 1 : 0;
};

/** @throws Failure 2 for a folder that is no export, a key or a checkpoint that is none; the file system's error */
export const folderVerdict = async (folder: string, { key, checkpoint }: Trusted): Promise<FolderVerdict> => {
  const keys = await keysIn(key);
  const noted = await notedIn(checkpoint, keys);
  const streams = lastOfStreams();
  const progress = liveLine();
  try {
    const exported = await exportFolder(folder, (share, lines) => {
      progress.show(`${bar(share)} ${Math.floor(share * 100)} %, ${counted(lines, 'event')}`);
    });
    const verdict = await verifyExport((after) => exported.parts(after), { keys, noted, streams });
    const firstBad = verdict.firstBad ?? foreignIn(exported);
    const uncovered = firstBad ? 0 : await countOf(exported.uncovered());
    const more = { streams: streams.size, uncovered, besides: exported.besides };
    return { ...verdict, ...more, ...(firstBad ? { firstBad } : {}) };
  } finally {
    progress.clear();
  }
};

const BAR = 24;

const bar = (share: number): string => {
  const done = Math.floor(share * BAR);
  return `[${'#'.repeat(done)}${'.'.repeat(BAR - done)}]`;
};

const foreignIn = ({ foreign: [first] }: ExportFolder): BadPlace | undefined => {
  if (!first) return undefined;
  const { file, missing } = first;
  return missing === undefined
    ? { what: 'added', sign: 'place', file }
    : { what: 'dropped', sign: 'missing', file, checkpoint: missing };
};

const countOf = async (lines: AsyncIterable<Line>): Promise<number> => {
  let count = 0;
  for await (const { text } of lines) count += text === '' ? 0 : 1;
  return count;
};

const inJson = ({ frontier, last, checkpoints, streams, ...verdict }: FolderVerdict): object => ({
  ok: verdict.firstBad === undefined,
  ...{ events: frontier.size, streams, checkpoints },
  ...(last ? { last: { seq: last.seq, at: last.at, size: last.size, root: last.root } } : {}),
  ...verdict,
});

const inWords = ({ frontier, last, checkpoints, streams, ...verdict }: FolderVerdict): void => {
  const counts = `${counted(frontier.size, 'event')}, ${counted(checkpoints, 'checkpoint')}`;
  for (const bad of [verdict.firstBad, verdict.andThen].filter((each) => each !== undefined)) sayBad(bad);
  if (verdict.gone > 1) say(`the text of ${counted(verdict.gone, 'event')} was gone in all, as far as was looked`);
  if (verdict.firstBad) say(`all is well with ${counts} before it`);
  else
    say(
      `${green('ok')}: ${counts}, ${counted(streams, 'stream')}: each event is what the log has, and continues its stream`,
    );
  if (last)
    say(`checkpoint ${last.seq} is of ${last.at}; to note for the next time: --checkpoint ${last.size}:${last.root}`);
  if (verdict.uncovered > 0)
    say(`${counted(verdict.uncovered, 'event')} behind it no checkpoint covers yet: nothing is said of them`);
  if (verdict.besides.length > 0)
    say(`not looked at: ${counted(verdict.besides.length, 'file')} of another kind, ${verdict.besides[0] ?? ''}`);
};
