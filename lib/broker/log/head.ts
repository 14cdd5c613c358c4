import type { StoredEvent } from '../../domain/event.ts';
import { verifyFollows } from '../chain.ts';
import type { Ledger, LedgerPairs } from '../ports.ts';
import { appendLeaf, carriedOf, emptyFrontier, type Frontier, frontierOf } from './frontier.ts';
import { leafHash } from './merkle.ts';
import type { TypedEvent } from './ports.ts';

/** The stream that all events of the others end up in. */
export const LOG = 'log';
/** The stream of what was signed of it. */
export const CHECKPOINT = 'checkpoint';

/** Neither is in the log: each would make the other longer. */
export const isLogged = (stream: string): boolean => stream !== LOG && stream !== CHECKPOINT;

export interface LogHead {
  /** Undefined while the log is empty. */
  readonly last: TypedEvent<'log.extended'> | undefined;
  readonly frontier: Frontier;
}

/** The log's last event is none that follows the one before it: somebody else put it there. */
export class ForgedLogError extends Error {
  readonly seq: number;

  constructor(seq: number, options?: { cause?: unknown }) {
    super(`the log is not as it was written at ${seq}`, options);
    this.name = 'ForgedLogError';
    this.seq = seq;
  }
}

/**
 * Where the log ends. Its last event is held against the one before: link, number of the first leaf, and the frontier that its entries make of the
 * other.
 *
 * @throws ForgedLogError; HatcheckError `ledger_unavailable`
 */
export const headOf = async (ledger: Pick<Ledger, 'last'> & LedgerPairs): Promise<LogHead> => {
  const end = await ledger.last(LOG);
  if (!end) return { last: undefined, frontier: emptyFrontier };
  if (!isExtension(end)) return forged(end.seq);
  const [before] = end.seq === 0 ? [] : await ledger.pair(LOG, end.seq);
  return { last: end, frontier: grownBy(before, end) };
};

const grownBy = (before: StoredEvent | undefined, end: TypedEvent<'log.extended'>): Frontier => {
  if (before && !isExtension(before)) return forged(end.seq);
  try {
    verifyFollows(before, end);
    return frontierAfter(before ? frontierOf(before.data.carried) : emptyFrontier, end);
  } catch (cause) {
    // A broken chain, or what is no frontier, or no hash.
    return forged(end.seq, cause);
  }
};

/** The log after that event, by its entries. @throws TypeError when the event says otherwise. */
const frontierAfter = (start: Frontier, { data }: TypedEvent<'log.extended'>): Frontier => {
  const grown = data.entries.map(({ hash }) => leafHash(hash)).reduce(appendLeaf, start);
  const said = data.carried;
  const is = carriedOf(grown);
  const same = is.size === said.size && is.frontier.every((root, at) => root === said.frontier[at]);
  if (!same || data.first !== start.size || data.entries.length === 0) throw new TypeError('this is not what follows');
  return grown;
};

export const isExtension = (event: StoredEvent): event is TypedEvent<'log.extended'> => event.type === 'log.extended';

const forged = (seq: number, cause?: unknown): never => {
  throw new ForgedLogError(seq, { cause });
};
