import type { KeyObject } from 'node:crypto';
import type { BadPlace } from './bad-place.ts';
import { type ExportedCheckpoint, exportedCheckpoint } from './exported-checkpoint.ts';
import { type Frontier, emptyFrontier } from './frontier.ts';
import type { LastOfStreams } from './last-of-streams.ts';
import { type ProvenLeaves, badLeaf, leavesOfLines, provenBy } from './verify-leaves.ts';
import { type ExportPart, type Gone, noneGone, verifyLines } from './verify-lines.ts';
import { type VerifiedCheckpoint, isBadCheckpoint, signedBy, verifyContinues } from './verify-signed.ts';

/** The size and root of the log, as the reader noted them of an earlier checkpoint: what they must be still. */
export interface Noted {
  readonly size: number;
  /** base64url. */
  readonly root: string;
}

/** What an export is held against. */
export interface Against {
  readonly keys: readonly KeyObject[];
  readonly noted: readonly Noted[];
  /** The last event of each stream; those of the lines are kept in it. */
  readonly streams: LastOfStreams;
}

/** Up to where all is well. */
export interface VerifiedLog {
  readonly frontier: Frontier;
  /** Undefined before the first. */
  readonly last: VerifiedCheckpoint | undefined;
}

export const nothingVerified: VerifiedLog = { frontier: emptyFrontier, last: undefined };

/** One checkpoint further; with `bad` not further, and nothing was looked at behind it. */
export interface Step {
  readonly verified: VerifiedLog;
  readonly gone: Gone;
  readonly bad?: BadPlace;
}

/** Of the checkpoints after one, for saying what became of what is missing. */
export type Later = () => AsyncIterable<ExportPart>;

/**
 * Verifies the next checkpoint of an export and every event that it is the first to cover. The events are read once, a line at a time, where all is well.
 */
export const verifyNext = async (
  before: VerifiedLog,
  part: ExportPart,
  later: Later,
  { keys, noted, streams }: Against,
): Promise<Step> => {
  const index = before.frontier.size;
  const stop = (bad: Omit<BadPlace, 'checkpoint'>, gone = noneGone): Step => ({
    ...{ verified: before, gone },
    bad: { ...bad, checkpoint: part.seq },
  });
  const opened = await open(before, part, later, keys);
  if ('bad' in opened) return stop({ ...opened.bad, index, file: part.file });
  const { said, exported } = opened;

  const proof = await proven(before.frontier, said, exported, part, noted);
  if ('bad' in proof) return stop({ ...proof.bad, index, to: said.size - 1, file: part.file });
  const other = noted.find(({ size, root }) => (proof.roots.get(size) ?? root) !== root);
  if (other) return stop({ what: 'altered', sign: 'noted', index: 0, to: other.size - 1, file: part.file });

  const { leaves, frontier } = proof;
  const { gone, bad } = await verifyLines({ part, index, leaves, later }, streams);
  const copy = leaves === exported.leaves ? undefined : badLeaf(exported.leaves, leaves);
  if (copy && index + copy.position <= (bad?.index ?? Infinity))
    return stop({ what: copy.what, sign: copy.sign, index: index + copy.position, file: part.file }, gone);
  return bad ? stop(bad, gone) : { verified: { frontier, last: said }, gone };
};

interface Opened {
  readonly said: VerifiedCheckpoint;
  readonly exported: ExportedCheckpoint;
}
type Refused = { readonly bad: Omit<BadPlace, 'index' | 'checkpoint'> };

const refused = (bad: Refused['bad']): Refused => ({ bad });

const open = async (
  { frontier, last }: VerifiedLog,
  part: ExportPart,
  later: Later,
  keys: readonly KeyObject[],
): Promise<Opened | Refused> => {
  const exported = exportedCheckpoint(await part.content());
  if (!exported || exported.seq !== part.seq) return refused({ what: 'altered', sign: 'checkpoint' });
  const said = signedBy(keys, part.seq, exported);
  if (isBadCheckpoint(said)) return refused(said);
  const discontinued = await verifyContinues(last, said, () => textsOf(later()));
  // NB. a number may be passed over: what stands there in the stream was signed by nobody. Then the next one continues the last all the same.
  const isNext = part.seq === (last ? last.seq + 1 : 0);
  if (discontinued) return refused(isNext ? discontinued : { what: 'dropped', sign: 'missing' });
  if (said.at.slice(0, 10) !== part.date) return refused({ what: 'reordered', sign: 'place' });
  if (exported.first !== frontier.size) return refused({ what: 'altered', sign: 'leaves' });
  return { said, exported };
};

async function* textsOf(parts: AsyncIterable<ExportPart>): AsyncGenerator<string> {
  for await (const part of parts) {
    const exported = exportedCheckpoint(await part.content());
    if (exported) yield exported.checkpoint;
  }
}

/** The log's hashes: the copy beside the checkpoint, or where that was altered what the lines have. */
const proven = async (
  before: Frontier,
  said: VerifiedCheckpoint,
  { leaves }: ExportedCheckpoint,
  part: ExportPart,
  noted: readonly Noted[],
): Promise<ProvenLeaves | Refused> => {
  const sizes = noted.map(({ size }) => size);
  const byCopy = provenBy(before, said, leaves, sizes);
  if (byCopy) return byCopy;
  const ofLines = await leavesOfLines(part.lines());
  const byLines = provenBy(before, said, ofLines, sizes);
  if (byLines) return byLines;
  const missing = said.size - before.size - ofLines.length;
  return refused({ what: missing > 0 ? 'dropped' : missing < 0 ? 'added' : 'altered', sign: 'root' });
};

/** What is said of an export. */
export interface ExportVerdict extends VerifiedLog {
  readonly checkpoints: number;
  readonly firstBad?: BadPlace;
  /** Where of the first bad place only the text is gone: the first of another kind. Nothing was looked at behind it. */
  readonly andThen?: BadPlace;
  readonly gone: number;
}

/**
 * Verifies an export, checkpoint by checkpoint, up to the first bad place.
 * @param parts by number; may be read from any on again
 */
export const verifyExport = async (
  parts: (after?: ExportPart) => AsyncIterable<ExportPart>,
  against: Against,
): Promise<ExportVerdict> => {
  let verified = nothingVerified;
  let gone = noneGone;
  let [checkpoints, bad]: [number, BadPlace | undefined] = [0, undefined];
  for await (const part of parts()) {
    const step = await verifyNext(verified, part, () => parts(part), against);
    const first = gone.first ?? step.gone.first;
    gone = { count: gone.count + step.gone.count, ...(first ? { first } : {}) };
    verified = step.verified;
    bad = step.bad;
    if (bad) break;
    checkpoints += 1;
  }
  bad ??= cutOff(verified, against.noted);
  const [firstBad, andThen] = [gone.first, bad].filter((each) => each !== undefined);
  return {
    ...{ ...verified, checkpoints, gone: gone.count },
    ...(firstBad ? { firstBad } : {}),
    ...(andThen ? { andThen } : {}),
  };
};

/** NB. without a checkpoint that the reader noted nothing shows that the last ones were cut off. */
const cutOff = ({ frontier }: VerifiedLog, noted: readonly Noted[]): BadPlace | undefined => {
  const size = Math.max(0, ...noted.map((each) => each.size));
  return size > frontier.size ? { what: 'dropped', sign: 'noted', index: frontier.size, to: size - 1 } : undefined;
};
