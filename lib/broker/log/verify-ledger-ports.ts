import type { ReadTile } from './tiles.ts';

/** What stands in the ledger under a key, as it stands: nothing of it was checked. */
export interface LedgerItem {
  readonly seq: number;
  /** The event's text; absent where there is none. */
  readonly canonical?: string;
  /** What stands beside it as its hash. */
  readonly hash?: string;
}

/** What the ledger and the log are verified by. Reads are strongly consistent; all reject with HatcheckError `ledger_unavailable`. */
export interface LedgerItems {
  /** What stands in the stream from one number to another, both included, in order, whole or not, ours or not. */
  items(stream: string, from: number, to: number): Promise<readonly LedgerItem[]>;
  /** Derived, and believed only where they make a signed root: they tell which of the log's entries was altered. */
  readonly tile: ReadTile;
}
