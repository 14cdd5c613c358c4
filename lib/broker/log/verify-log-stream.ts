import * as z from 'zod/mini';
import { hashCanonical } from '../chain.ts';
import type { Tampering } from '../first-bad.ts';
import type { BadPlace } from './bad-place.ts';
import { type Frontier, appendLeaf, carriedOf, emptyFrontier, frontierOf } from './frontier.ts';
import { LOG } from './head.ts';
import { leafHash } from './merkle.ts';
import { justBefore } from './stray.ts';
import type { LedgerItem, LedgerItems } from './verify-ledger-ports.ts';
import { eventText, toldEvent } from './verify-line.ts';

const hash = z.string().check(z.regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/));
const extended = z.object({
  type: z.literal('log.extended'),
  data: z.object({
    first: z.int().check(z.minimum(0)),
    entries: z.array(z.object({ stream: z.string().check(z.minLength(1)), seq: z.int().check(z.minimum(0)), hash })),
    carried: z.object({ size: z.int(), frontier: z.array(hash) }),
  }),
});

/** An event of the stream `log`, as far as it says anything. */
export interface LogItem {
  readonly seq: number;
  readonly first: number;
  readonly entries: readonly LogEntryLeaf[];
  readonly carried: Frontier;
  readonly prevHash: string;
  /** base64url, of its text. */
  readonly hash: string;
  /** The number that it says is its own. */
  readonly own: number;
  /** It is of another stream, or what stands beside it as its hash is none: it was altered, whatever it says. */
  readonly isOdd: boolean;
}

export interface LogEntryLeaf {
  readonly stream: string;
  readonly seq: number;
  readonly leaf: Buffer;
}

/** @returns undefined for what is no event of the log */
export const logItem = (item: LedgerItem): LogItem | undefined => {
  if (item.canonical === undefined) return undefined;
  const event = eventText(item.canonical);
  const { success, data: read } = extended.safeParse(event && JSON.parse(item.canonical));
  if (!event || !success) return undefined;
  const { first, entries, carried } = read.data;
  const grown = frontierIn(carried);
  if (!grown) return undefined;
  const hashed = hashCanonical(item.canonical);
  return {
    ...{ seq: item.seq, own: event.seq, first, carried: grown, prevHash: event.prevHash, hash: hashed },
    entries: entries.map(({ stream, seq, hash: of }) => ({ stream, seq, leaf: leafHash(of) })),
    isOdd: event.stream !== LOG || item.hash !== hashed,
  };
};

const frontierIn = (carried: { readonly size: number; readonly frontier: readonly string[] }): Frontier | undefined => {
  try {
    return frontierOf(carried);
  } catch {
    return undefined;
  }
};

/** The entries of the log from one leaf to another, and what is wrong with the events that hold them. */
export interface LogStretch {
  readonly entries: readonly LogEntryLeaf[];
  /** The number of the event of `log` that each entry is in, by position. */
  readonly seqs: readonly number[];
  /** The first event that is not as it should be, whatever its entries are; `index`: of the leaf that it should begin with. */
  readonly fault?: Pick<BadPlace, 'what' | 'sign' | 'seq' | 'index'>;
  /** Where the next stretch begins. */
  readonly next: LogPlace;
}

/** The first event of `log` that was not read, and what it continues. */
export interface LogPlace {
  readonly seq: number;
  readonly frontier: Frontier;
  /** Of the event before it; undefined where that is not known. */
  readonly prevHash: string | undefined;
}

export const LOG_BEGINNING: LogPlace = { seq: 0, frontier: emptyFrontier, prevHash: '' };

/** So many events a read: 100 entries each, of 12 kB. */
const A_READ = 50;

/** Reads the log from one leaf up to `size`, or as far as it goes. Of what is no event of the log it has no entries. */
export const readStretch = async (
  ledger: Pick<LedgerItems, 'items'>,
  from: LogPlace,
  size: number,
): Promise<LogStretch> => {
  const [entries, seqs]: [LogEntryLeaf[], number[]] = [[], []];
  let fault: LogStretch['fault'];
  let { seq, frontier, prevHash } = from;
  while (frontier.size < size) {
    const items = await itemsBehind(ledger, seq);
    if (items.length === 0) break;
    for (const item of items) {
      if (frontier.size >= size) break;
      const found = logItem(item);
      const index = frontier.size;
      if (item.seq !== seq) fault ??= { what: item.seq > seq ? 'dropped' : 'added', sign: 'chain', seq, index };
      for (const entry of found?.entries ?? []) {
        entries.push(entry);
        seqs.push(item.seq);
        frontier = appendLeaf(frontier, entry.leaf);
      }
      if (!found) fault ??= { what: 'altered', sign: 'canonical', seq: item.seq, index };
      else if (found.own !== item.seq) fault ??= { what: displaced(found, items), sign: 'place', seq: item.seq, index };
      else if (!isNext(found, { index, frontier, prevHash }))
        fault ??= { what: 'altered', sign: 'chain', seq: item.seq, index };
      prevHash = found?.hash;
      seq = Math.max(seq, Math.floor(item.seq) + 1);
    }
  }
  return { entries, seqs, next: { seq, frontier, prevHash }, ...(fault ? { fault } : {}) };
};

/** What stands behind the event before that number, under a whole one or not. */
const itemsBehind = async (ledger: Pick<LedgerItems, 'items'>, seq: number): Promise<readonly LedgerItem[]> =>
  (await ledger.items(LOG, justBefore(seq), seq + A_READ - 1)).filter((item) => item.seq > justBefore(seq));

/** What became of the place that an event of the log has which says that it belongs elsewhere. */
const displaced = ({ seq, own }: LogItem, items: readonly LedgerItem[]): Tampering => {
  if (own < seq) return 'added';
  const isThere = items.some(
    (item) => item.seq > seq && item.canonical !== undefined && toldEvent(item.canonical).seq === seq,
  );
  return isThere ? 'reordered' : 'dropped';
};

const isNext = (
  { isOdd, first, carried, prevHash }: LogItem,
  is: { readonly index: number; readonly frontier: Frontier; readonly prevHash: string | undefined },
): boolean =>
  !isOdd &&
  first === is.index &&
  (is.prevHash === undefined || prevHash === is.prevHash) &&
  JSON.stringify(carriedOf(carried)) === JSON.stringify(carriedOf(is.frontier));

/**
 * The event of `log` that goes on after so many leaves, found by what the events say; the reader holds what it carries against a signed root.
 * @returns undefined where none says so
 */
export const placeAfter = async (ledger: Pick<LedgerItems, 'items'>, size: number): Promise<LogPlace | undefined> => {
  if (size === 0) return LOG_BEGINNING;
  let [low, high] = [0, 1];
  const endsAt = async (seq: number): Promise<LogPlace | undefined> => {
    const [item] = await ledger.items(LOG, seq, seq);
    const found = item && logItem(item);
    return found && { seq: seq + 1, frontier: found.carried, prevHash: found.hash };
  };
  const isBefore = async (seq: number): Promise<boolean> => ((await endsAt(seq))?.frontier.size ?? Infinity) < size;
  while (await isBefore(high)) [low, high] = [high, high * 2];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  const place = await endsAt(low);
  return place?.frontier.size === size ? place : undefined;
};
