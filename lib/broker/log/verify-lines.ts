import type { BadPlace } from './bad-place.ts';
import { type Leaves, exportedCheckpoint } from './exported-checkpoint.ts';
import type { LastOfStreams } from './last-of-streams.ts';
import { type Line, soundLine } from './verify-line.ts';
import { type Beyond, differingLine } from './verify-order.ts';
import { verifyOfStream } from './verify-stream-order.ts';

/** A checkpoint of an export, with the lines of its events. Both may be read again. */
export interface ExportPart {
  /** Of the checkpoint. */
  readonly file: string;
  /** By its name. */
  readonly seq: number;
  /** `YYYY-MM-DD`, of the folder that it is in. */
  readonly date: string;
  content(): Promise<Buffer>;
  lines(): AsyncIterable<Line>;
}

/** The events that a checkpoint is the first to cover. */
export interface Covered {
  readonly part: ExportPart;
  /** Of the first of them. */
  readonly index: number;
  /** What the log has of them. */
  readonly leaves: Leaves;
  readonly later: () => AsyncIterable<ExportPart>;
}

/** Events of which the log still has the hash, and nobody the text. */
export interface Gone {
  readonly count: number;
  readonly first?: BadPlace;
}

export const noneGone: Gone = { count: 0 };

/** Verifies a checkpoint's events, a line at a time, up to the first that is not what the log has: `bad`. */
export const verifyLines = async (
  covered: Covered,
  streams: LastOfStreams,
): Promise<{ readonly gone: Gone; readonly bad?: BadPlace }> => {
  const { part, index, leaves } = covered;
  let gone = noneGone;
  let [position, after]: [number, Pick<BadPlace, 'file' | 'line'>] = [0, { file: part.file }];
  for await (const found of part.lines()) {
    const sound = soundLine(found.text);
    const isOfLog = sound?.index === index + position && sound.hash === leaves.at(position);
    const fault = isOfLog ? verifyOfStream(streams, sound) : await differing(covered, position, found);
    if (fault) {
      const bad = { ...fault, index: index + position, file: found.file, line: found.line, checkpoint: part.seq };
      if (fault.sign !== 'text') return { gone, bad };
      gone = { count: gone.count + 1, first: gone.first ?? bad };
    }
    position += 1;
    after = { file: found.file, line: found.line + 1 };
  }
  if (position === leaves.length) return { gone };
  const fault = await differing(covered, position, undefined);
  return { gone, bad: { ...fault, index: index + position, ...after, checkpoint: part.seq } };
};

const differing = (covered: Covered, position: number, found: Line | undefined) =>
  differingLine({ wanted: covered.leaves.at(position), found, beyond: () => beyond(covered, position + 1) });

async function* beyond({ part, leaves, later }: Covered, position: number): AsyncGenerator<Beyond> {
  yield { leaves: suffix(leaves, position), lines: () => skipped(part.lines(), position) };
  for await (const each of later()) {
    const exported = exportedCheckpoint(await each.content());
    yield { lines: () => each.lines(), ...(exported ? { leaves: exported.leaves } : {}) };
  }
}

const suffix = (leaves: Leaves, from: number): Leaves => ({
  length: Math.max(0, leaves.length - from),
  at: (index) => leaves.at(index + from),
});

async function* skipped(lines: AsyncIterable<Line>, count: number): AsyncGenerator<Line> {
  let position = 0;
  for await (const line of lines) {
    if (position >= count) yield line;
    position += 1;
  }
}
