import type { KeyObject } from 'node:crypto';
import { certain } from '../../domain/invariant.ts';
import type { Instant } from '../../domain/principal.ts';
import { latest, plusSeconds } from '../../domain/time.ts';
import type { Patience } from '../broker.ts';
import { hashCanonical } from '../chain.ts';
import { keyId } from '../log/checkpoint.ts';
import type { Clock } from '../ports.ts';
import { LINES_A_FILE, type Leaf, checkpointFile, checkpointName, eventLine, eventsName, keyName } from './files.ts';
import { type Exportable, leavesOf, nextCheckpoint } from './log-events.ts';
import type { CheckpointKeys, ExportBucket, ExportPosition, ExportPositions, ExportSource } from './ports.ts';

/** What the export works with. */
export interface Exporter {
  readonly source: ExportSource;
  readonly bucket: ExportBucket;
  readonly positions: ExportPositions;
  readonly keys: CheckpointKeys;
  readonly clock: Pick<Clock, 'now'>;
  /** So many days from a checkpoint on its files are kept. */
  readonly retentionDays: number;
  /** Tells the operator: this event's text is gone, or is not what the log has the hash of. Told before its line is written. */
  readonly missing: (leaf: Leaf & { readonly index: number }) => void;
  /** Tells the operator: where this checkpoint should be stands nothing that was signed. */
  readonly passed: (seq: number) => void;
}

/** No file is begun with less time than it may take: some ten reads and a put, each with its tries. */
const ENOUGH_MS = 25_000;
const DAY_SECONDS = 86_400;

const BEGINNING: ExportPosition = { checkpoint: 0, log: 0, part: 0 };

export interface Exported {
  readonly checkpoints: number;
  readonly files: number;
  /** Lines without their text. */
  readonly missing: number;
}

/**
 * Exports each checkpoint that is not yet there, as far as time allows: first the events that it is the first to cover, then the key that it was signed
 * with, then the checkpoint. A file is written once and never changed, so that who is cut off, or runs twice at once, comes to the same files.
 *
 * @returns what this run wrote
 * @throws BrokenLogError, and HatcheckError `ledger_unavailable` or `aws_unavailable`: the next run goes on from there
 */
export const exportLog = async (exporter: Exporter, patience: Patience): Promise<Exported> => {
  const { source, positions } = exporter;
  let written: Exported = { checkpoints: 0, files: 0, missing: 0 };
  let position = (await positions.read()) ?? BEGINNING;
  while (patience.remainingMs() >= ENOUGH_MS) {
    const keys = await exporter.keys.keys();
    const checkpoint = await nextCheckpoint(source, keys, position.checkpoint, exporter.passed);
    if (!checkpoint) break;
    const { leaves, next } = await leavesOf(source, checkpoint, position.log);
    for (; position.part * LINES_A_FILE < leaves.length; position = { ...position, part: position.part + 1 }) {
      if (patience.remainingMs() < ENOUGH_MS) return written;
      const missing = await exportEvents(exporter, checkpoint, leaves, position.part);
      written = { ...written, files: written.files + 1, missing: written.missing + missing };
      // Every file of a checkpoint of many; of one file the checkpoint follows at once.
      if (leaves.length > LINES_A_FILE) await positions.write({ ...position, part: position.part + 1 });
    }
    await exportCheckpoint(exporter, checkpoint, leaves, keys);
    written = { ...written, files: written.files + 1, checkpoints: written.checkpoints + 1 };
    position = { checkpoint: checkpoint.seq + 1, log: next, part: 0 };
    await positions.write(position);
  }
  return written;
};

const exportEvents = async (
  exporter: Exporter,
  { seq, said, first }: Exportable,
  leaves: readonly Leaf[],
  part: number,
): Promise<number> => {
  const start = part * LINES_A_FILE;
  const ours = leaves.slice(start, start + LINES_A_FILE);
  const texts = await exporter.source.texts(ours);
  let missing = 0;
  const lines = ours.map((leaf, i) => {
    const index = first + start + i;
    const canonical = genuine(texts[i], leaf);
    if (canonical === undefined) {
      missing += 1;
      exporter.missing({ ...leaf, index });
    }
    return eventLine(index, leaf, canonical);
  });
  await put(exporter, said.at, eventsName(said.at, seq, part), lines.join(''), 'application/x-ndjson');
  return missing;
};

/** What is not what was logged is no more than gone: it would be somebody else's words under our seal. */
const genuine = (text: string | undefined, { hash }: Leaf): string | undefined =>
  text !== undefined && hashCanonical(text) === hash ? text : undefined;

const exportCheckpoint = async (
  exporter: Exporter,
  { seq, signed, said, first }: Exportable,
  leaves: readonly Leaf[],
  keys: readonly KeyObject[],
): Promise<void> => {
  const key = certain(
    keys.find((one) => keyId(one) === signed.kid),
    'one of the keys signed it',
  );
  await put(exporter, said.at, keyName(signed.kid), pemOf(key), 'application/x-pem-file');
  const content = checkpointFile(seq, signed, first, leaves);
  await put(exporter, said.at, checkpointName(said.at, seq), content, 'application/json');
};

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

const put = async (
  { bucket, clock, retentionDays }: Exporter,
  at: Instant,
  name: string,
  content: string,
  type: string,
): Promise<void> => {
  // An old checkpoint that is exported late, or anew, is kept for a day at least: S3 takes no date that has passed.
  const keptUntil = latest(plusSeconds(at, retentionDays * DAY_SECONDS), plusSeconds(clock.now(), DAY_SECONDS));
  await bucket.put({ name, content, type, keptUntil });
};
