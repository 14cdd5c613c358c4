import type { KeyObject } from 'node:crypto';
import { HatcheckError, badInput, refuse } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { onlyAuditors } from '../auditor.ts';
import type { Broker } from '../broker.ts';
import { type LogReader, type SignedOnRecord, newestCheckpoint, signedIn } from '../dossier/coverage.ts';
import type { BadPlace } from '../log/bad-place.ts';
import { keyId } from '../log/checkpoint.ts';
import { CHECKPOINT } from '../log/head.ts';
import type { LedgerItems } from '../log/verify-ledger-ports.ts';
import { verifyLedger } from '../log/verify-ledger.ts';
import { type EventProof, verifyStream } from './verify-stream.ts';

/** One stream from an event on, or checkpoints with all that they cover. */
export interface VerifyQuery {
  readonly stream?: string;
  /** Of an event of the stream, or of a checkpoint. */
  readonly from: number;
  /** Of the last checkpoint that is looked at; absent: the last that there is. */
  readonly to?: number;
  /** Of a stream: with what leads from each event to the checkpoint's root. */
  readonly proofs?: true;
}

/** A checkpoint as it is on record: whoever has the public key from elsewhere verifies it again. */
export interface CheckpointView extends Omit<SignedOnRecord, 'said'> {
  readonly at: string;
  readonly size: number;
}

export interface RecordVerdict {
  /** Nothing that was looked at is otherwise than it was written. */
  readonly ok: boolean;
  readonly checked: { readonly events: number; readonly checkpoints: number };
  /** Of a stream: events that no checkpoint covers yet. */
  readonly waiting?: number;
  readonly firstBad?: BadPlace;
  /** What to say as `from` to go on; absent where nothing is left. */
  readonly next?: number;
  /** The newest that counts for this: of a range the last up to which all is well. */
  readonly checkpoint?: CheckpointView;
  readonly keys: readonly { readonly kid: string; readonly pem: string }[];
  readonly proofs?: readonly EventProof[];
}

export interface RecordReader extends LogReader {
  readonly items: LedgerItems;
}

/**
 * Whether the record is as it was written, as far as one call comes.
 * @throws HatcheckError `not_an_auditor`; `invalid_input`; `not_found`: there is no such stream; `ledger_unavailable`, `aws_unavailable`
 */
export const verifyRecord = async (
  desk: Pick<Broker, 'policy' | 'onCall'>,
  log: RecordReader,
  caller: Principal,
  query: VerifyQuery,
): Promise<RecordVerdict> => {
  await onlyAuditors(desk, caller);
  const keys = await log.checkpointKeys();
  const shown = { keys: keys.map((key) => ({ kid: keyId(key), pem: pemOf(key) })) };
  const { stream, ...range } = query;
  return {
    ...(await (stream === undefined ? ofCheckpoints(log, range, keys) : ofStream(log, stream, query))),
    ...shown,
  };
};

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

type Verdict = Omit<RecordVerdict, 'keys'>;

const ofStream = async (log: RecordReader, stream: string, { from, to, proofs }: VerifyQuery): Promise<Verdict> => {
  if (to !== undefined) throw new HatcheckError(badInput('?to', 'unexpected', 'a stream is verified to its end'));
  const signed = await newestCheckpoint(log);
  const verdict = await verifyStream(log, stream, from, signed);
  const { events, waiting, firstBad, next } = verdict;
  if (from === 0 && events === 0 && !firstBad)
    throw new HatcheckError(refuse('not_found', 'neither the ledger nor the log knows of such a stream'));
  return {
    ...{ ok: !firstBad, checked: { events, checkpoints: signed ? 1 : 0 }, waiting },
    ...(firstBad ? { firstBad } : {}),
    ...(next === undefined ? {} : { next }),
    ...(signed ? { checkpoint: viewOf(signed) } : {}),
    ...(proofs ? { proofs: verdict.proofs } : {}),
  };
};

const ofCheckpoints = async (
  log: RecordReader,
  { from, to, proofs }: VerifyQuery,
  keys: readonly KeyObject[],
): Promise<Verdict> => {
  if (proofs) throw new HatcheckError(badInput('?proofs', 'unexpected', 'proofs are of a stream'));
  if (to !== undefined && to < from)
    throw new HatcheckError(badInput('?to', 'too_small', 'it must not be before from'));
  const { last, ...verdict } = await verifyLedger(log.items, { from, ...(to === undefined ? {} : { to }) }, keys);
  const checkpoint = last && (await onRecord(log, last.seq, keys));
  return { ok: !verdict.firstBad, ...verdict, ...(checkpoint ? { checkpoint: viewOf(checkpoint) } : {}) };
};

const onRecord = async (
  { ledger }: LogReader,
  seq: number,
  keys: readonly KeyObject[],
): Promise<SignedOnRecord | undefined> => {
  const [event] = await ledger.part(CHECKPOINT, seq, seq);
  return event && signedIn(event, keys);
};

const viewOf = ({ said: { at, size }, ...signed }: SignedOnRecord): CheckpointView => ({ ...signed, at, size });
