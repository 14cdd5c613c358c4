import { hashCanonical } from '../chain.ts';
import { type SignedOnRecord, indexIn, readOnce } from '../dossier/coverage.ts';
import { HatcheckError } from '../../domain/errors.ts';
import type { BadPlace } from '../log/bad-place.ts';
import { hashBytes, leafHash } from '../log/merkle.ts';
import type { LogPlaces, Run } from '../log/ports.ts';
import { rootFromInclusion } from '../log/proof.ts';
import { inclusionPath } from '../log/prove.ts';
import { TILE_SIZE } from '../log/tiles.ts';
import { verifyItem } from '../log/verify-ledger-item.ts';
import type { LedgerItem, LedgerItems } from '../log/verify-ledger-ports.ts';
import { eventText } from '../log/verify-line.ts';

export interface StreamReader {
  readonly items: LedgerItems;
  readonly places: Pick<LogPlaces, 'runsFrom'>;
}

/** One event with what leads from it to a signed root: checked by whoever has the public key. */
export interface EventProof {
  readonly stream: string;
  readonly seq: number;
  readonly index: number;
  readonly hash: string;
  /** The event's text. */
  readonly canonical: string;
  /** RFC 9162, 2.1.3.1; base64url. */
  readonly path: readonly string[];
}

export interface StreamVerdict {
  /** Events that are as they were written, as far as the chain and the log show. */
  readonly events: number;
  /** Those of them that no checkpoint covers yet. */
  readonly waiting: number;
  /** The first that is not; absent where all is well. */
  readonly firstBad?: BadPlace;
  /** Where to go on: after so much work, or behind what is bad. Absent where nothing is left. */
  readonly next?: number;
  readonly proofs: readonly EventProof[];
}

/** Events a call, and letters of their texts: an answer of a Lambda is of 6 MB at the most. */
const MOST_EVENTS = 100;
const MOST_LETTERS = 1_000_000;

/**
 * Verifies one stream from that number on, event by event: each itself, its link to the one before it, and, as far as the checkpoint covers it, that it
 * is what the log has. Events at the end that the log knows of and the stream has no more are missed, too.
 *
 * NB. where events stand in the log is derived: whoever deletes that too is found by `verifyLedger`, which goes by the log itself.
 *
 * @throws HatcheckError `ledger_unavailable`
 */
export const verifyStream = async (
  { places, ...reader }: StreamReader,
  stream: string,
  from: number,
  signed: SignedOnRecord | undefined,
): Promise<StreamVerdict> => {
  const items = { ...reader.items, tile: readOnce(reader.items.tile) };
  const [found, runs] = await Promise.all([
    items.items(stream, Math.max(0, from - 1), from + MOST_EVENTS),
    places.runsFrom(stream, from),
  ]);
  const end = Math.max(...found.map(({ seq }) => Math.floor(seq)), ...runs.map(({ last }) => last), -1);
  const proofs: EventProof[] = [];
  const verdict = { events: 0, waiting: 0 };
  let letters = 0;
  let before = found.find(({ seq }) => seq === from - 1);
  for (let seq = from; seq <= end; seq += 1) {
    if (seq - from >= MOST_EVENTS || letters > MOST_LETTERS) return { ...verdict, proofs, next: seq };
    const item = found.find((each) => each.seq === seq);
    const judged = await judge({ items, stream, seq, runs, signed }, item);
    const fault = judged.fault ?? strayBefore(found, seq) ?? unlinked(before, seq, item);
    if (fault) {
      const index = judged.index === undefined ? {} : { index: judged.index };
      const shows = judged.isCovered && signed ? { checkpoint: signed.seq } : {};
      const firstBad = { ...fault, stream, seq, ...index, ...shows };
      return { ...verdict, proofs, firstBad, ...(seq < end ? { next: seq + 1 } : {}) };
    }
    verdict.events += 1;
    if (judged.proof) proofs.push(judged.proof);
    else verdict.waiting += 1;
    letters += canonicalIn(item).length;
    before = item;
  }
  return { ...verdict, proofs };
};

type Fault = Pick<BadPlace, 'what' | 'sign'>;

interface Judging {
  readonly items: LedgerItems;
  readonly stream: string;
  readonly seq: number;
  readonly runs: readonly Run[];
  readonly signed: SignedOnRecord | undefined;
}

interface Judged {
  readonly index?: number;
  readonly isCovered: boolean;
  readonly fault?: Fault;
  readonly proof?: EventProof;
}

const judge = async (judging: Judging, item: LedgerItem | undefined): Promise<Judged> => {
  const { items, stream, seq, runs, signed } = judging;
  const index = indexIn(runs, seq);
  const canonical = canonicalIn(item);
  const hash = hashCanonical(canonical);
  const own = leafHash(hash);
  const isCovered = index !== undefined && signed !== undefined && index < signed.said.size;
  const at = { ...(index === undefined ? {} : { index }), isCovered };
  const faultBy = async (leaf: Buffer): Promise<{ readonly fault?: Fault }> => {
    const fault = await verifyItem(items, { stream, seq, leaf }, item);
    return fault ? { fault } : {};
  };
  if (!item && index === undefined) return { ...at, fault: { what: 'dropped', sign: 'chain' } };
  if (!isCovered) return { ...at, ...(await faultBy(own)) };
  const path = await pathOf(items, index, signed.said.size);
  if (path && leadsTo(own, index, signed, path)) {
    const proof = { stream, seq, index, hash, canonical, path: path.map(textOf) };
    return { ...at, ...(await faultBy(own)), proof };
  }
  const logged = (await items.tile({ level: 0, n: Math.floor(index / TILE_SIZE) }))[index % TILE_SIZE];
  if (path && logged && leadsTo(logged, index, signed, path)) return { ...at, ...(await faultBy(logged)) };
  // Neither the event nor what is derived of the log makes the signed root.
  return { ...at, fault: { what: 'altered', sign: 'leaves' } };
};

const leadsTo = (
  leaf: Buffer,
  index: number,
  { said: { size, root } }: SignedOnRecord,
  path: readonly Buffer[],
): boolean => rootFromInclusion(leaf, index, size, path).equals(hashBytes(root));

const textOf = (hash: Buffer): string => hash.toString('base64url');

/** Undefined where a tile that it needs is not whole. */
const pathOf = async (
  { tile }: Pick<LedgerItems, 'tile'>,
  index: number,
  size: number,
): Promise<readonly Buffer[] | undefined> => {
  try {
    return await inclusionPath(tile, index, size);
  } catch (error) {
    if (error instanceof HatcheckError && error.cause === undefined) return undefined;
    throw error;
  }
};

/** Events stand under whole numbers: what stands between two of them is none of ours. */
const strayBefore = (found: readonly LedgerItem[], seq: number): Fault | undefined =>
  found.some((item) => item.seq > seq - 1 && item.seq < seq) ? { what: 'added', sign: 'place' } : undefined;

/** Of what has none, that of nothing: no event is that. */
const canonicalIn = (item: LedgerItem | undefined): string => item?.canonical ?? '';

const unlinked = (before: LedgerItem | undefined, seq: number, item: LedgerItem | undefined): Fault | undefined => {
  const prevHash = eventText(canonicalIn(item))?.prevHash;
  const wanted = seq === 0 ? '' : hashCanonical(canonicalIn(before));
  return prevHash === wanted ? undefined : { what: 'altered', sign: 'chain' };
};
