import type { EventType, StoredEvent } from '../../domain/event.ts';
import type { ReadTile, Tile } from './tiles.ts';

/** Which leaves of the log are events of a stream that stand there side by side, in their order. */
export interface Run {
  readonly stream: string;
  /** The sequence number of the last of them. */
  readonly last: number;
  readonly count: number;
  /** Which leaf the first of them is. */
  readonly index: number;
}

/**
 * Where events stand in the log, and its tiles. Derived from the stream `log`: it says where to look and proves nothing. Reads are consistent; all
 * reject with HatcheckError `ledger_unavailable`.
 */
export interface LogPlaces {
  /** The runs of the stream that end at that event or later, in order. */
  runsFrom(stream: string, seq: number): Promise<readonly Run[]>;
  /** The last run of the stream that ends before that event. */
  runBefore(stream: string, seq: number): Promise<Run | undefined>;
  putRun(run: Run): Promise<void>;
  readonly tile: ReadTile;
  /** `longer`: one that holds more is there, and stays; with `over` it does not. */
  putTile(tile: Tile, over?: 'over'): Promise<'written' | 'longer'>;
}

/** For whoever reads a part of a stream that may be long. */
export interface LedgerParts {
  /**
   * The events from one place to another, both included, in order, consistent, as far as they are there and sound: an item that is no event, or whose
   * hash is not its own, is left out. Nothing is said of their links.
   */
  part(stream: string, from: number, to: number): Promise<readonly StoredEvent[]>;
}

/** Where new events are published, at least once each, before they are in the log. */
export interface EventBus {
  /** @throws HatcheckError `aws_unavailable`: not all of them were taken; put them again. */
  put(events: readonly StoredEvent[]): Promise<void>;
}

/** What signs checkpoints. The key is KMS's and does not leave it. */
export interface CheckpointSigner {
  /** base64 of the DER of a signature, and of which key. @throws HatcheckError `aws_unavailable` */
  sign(text: string): Promise<{ readonly signature: string; readonly kid: string }>;
}

export type TypedEvent<T extends EventType> = Extract<StoredEvent, { readonly type: T }>;
