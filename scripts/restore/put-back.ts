import { eventOf, keyOf } from '../../lib/aws/ledger-item.ts';
import type { Broker } from '../../lib/broker/broker.ts';
import { type Frontier, appendLeaf, rootOf } from '../../lib/broker/log/frontier.ts';
import { headOf } from '../../lib/broker/log/head.ts';
import { leafHash } from '../../lib/broker/log/merkle.ts';
import type { LedgerParts } from '../../lib/broker/log/ports.ts';
import { type SoundLine, soundLine } from '../../lib/broker/log/verify-line.ts';
import type { ExportPart } from '../../lib/broker/log/verify-lines.ts';
import { parseCheckpoint } from '../../lib/broker/log/checkpoint.ts';
import { exportedCheckpoint } from '../../lib/broker/log/exported-checkpoint.ts';
import type { Ledger, LedgerPairs } from '../../lib/broker/ports.ts';
import { certain } from '../../lib/domain/invariant.ts';
import { extendLog, putCheckpoint } from './put-back-log.ts';
import { RestoreError } from './restore-error.ts';

export type RestoredLedger = Ledger & LedgerPairs & LedgerParts;

export interface PutBackParts extends Pick<Broker, 'clock' | 'chance'> {
  readonly ledger: RestoredLedger;
  /** Told now and then how far it is. */
  readonly progress: (counts: PutBackCounts) => void;
}

/** Events. */
export interface PutBackCounts {
  /** Put into the ledger. */
  readonly put: number;
  /** There already, as they were exported. */
  readonly there: number;
  /** Neither there nor in the export, which has their hash alone. */
  readonly missing: number;
}

export interface PutBackOutcome extends PutBackCounts {
  /** Where `log` goes on, if it ends where the export does. */
  readonly position?: { readonly checkpoint: number; readonly log: number };
}

/** As many as one event of `log` has entries, so that a run that is cut off leaves no log behind its events. */
const AT_ONCE = 100;

const NOTHING: PutBackCounts = { put: 0, there: 0, missing: 0 };

/**
 * Puts what a verified export has and the ledger has not into its place: the events, the log over them in the order that was signed, the checkpoints.
 * What is there stays as it is, so that who was cut off does it again and comes to the same.
 *
 * @param since `YYYY-MM-DD`: what was exported before that day is there for sure, and not looked at
 * @throws RestoreError where something else stands in a place; HatcheckError `ledger_unavailable`
 */
export const putBack = async (
  parts: AsyncIterable<ExportPart>,
  at: PutBackParts,
  since = '',
): Promise<PutBackOutcome> => {
  let { last, frontier } = await headOf(at.ledger);
  let counts = NOTHING;
  let position: PutBackOutcome['position'];
  for await (const part of parts) {
    if (part.date < since) continue;
    const exported = exportedCheckpoint(await part.content());
    if (!exported) throw new RestoreError('changed', part.file);
    const { size, root } = parseCheckpoint(exported.checkpoint);
    if (exported.first > frontier.size) throw new RestoreError('since', `event ${frontier.size}`);
    let index = exported.first;
    for await (const lines of batches(part.lines())) {
      const sound = lines.map((text, i) => soundIn(part, text, index + i));
      counts = sum(counts, await putBatch(at.ledger, sound));
      const unlogged = sound.filter((line) => line.index >= frontier.size);
      if (unlogged.length > 0) {
        last = await extendLog(at, { last, frontier }, unlogged);
        frontier = unlogged.reduce(grown, frontier);
      }
      index += lines.length;
      at.progress(counts);
    }
    // NB. the export was verified when its files were read before: they must be the same still.
    if (frontier.size === size && rootOf(frontier).toString('base64url') !== root)
      throw new RestoreError('changed', part.file);
    const signed = await putCheckpoint(at, part.seq, exported);
    position = frontier.size === size && last ? { checkpoint: signed + 1, log: last.seq + 1 } : undefined;
  }
  return { ...counts, ...(position ? { position } : {}) };
};

const grown = (frontier: Frontier, { hash }: SoundLine): Frontier => appendLeaf(frontier, leafHash(hash));

async function* batches(lines: ReturnType<ExportPart['lines']>): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  for await (const { text } of lines) {
    batch.push(text);
    if (batch.length < AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const soundIn = (part: ExportPart, text: string, index: number): SoundLine => {
  const sound = soundLine(text);
  if (sound?.index !== index) throw new RestoreError('changed', `${part.file}, event ${index}`);
  return sound;
};

const sum = (a: PutBackCounts, b: PutBackCounts): PutBackCounts => ({
  put: a.put + b.put,
  there: a.there + b.there,
  missing: a.missing + b.missing,
});

/** Streams side by side; the events of one in their order, so that what is cut off is no gap. */
const putBatch = async (ledger: RestoredLedger, lines: readonly SoundLine[]): Promise<PutBackCounts> => {
  const streams = [...Map.groupBy(lines, ({ stream }) => stream)];
  const each = await Promise.all(streams.map(([stream, of]) => putOfStream(ledger, stream, of)));
  return each.reduce(sum, NOTHING);
};

const putOfStream = async (
  ledger: RestoredLedger,
  stream: string,
  lines: readonly SoundLine[],
): Promise<PutBackCounts> => {
  const [first, end] = [certain(lines[0], 'a group has one'), certain(lines.at(-1), 'a group has one')];
  const found = await ledger.part(stream, first.seq, end.seq);
  const hashes = new Map(found.map(({ seq, hash }) => [seq, hash]));
  let counts = NOTHING;
  for (const line of lines) {
    const here = hashes.get(line.seq);
    const outcome = here === line.hash ? 'there' : here === undefined ? await put(ledger, line) : 'conflict';
    if (outcome === 'conflict') throw new RestoreError('another_event', `${stream} ${line.seq}`);
    counts = { ...counts, [outcome]: counts[outcome] + 1 };
  }
  return counts;
};

const put = async (ledger: RestoredLedger, line: SoundLine): Promise<'put' | 'missing' | 'conflict'> => {
  const { canonical, hash } = line;
  if (canonical === undefined) return 'missing';
  const event = eventOf({ ...keyOf(line), canonical: { S: canonical }, hash: { S: hash } });
  return (await ledger.append(event)) === 'appended' ? 'put' : 'conflict';
};
