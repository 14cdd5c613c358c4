import type { KeyObject } from 'node:crypto';
import type { StoredEvent } from '../../domain/event.ts';
import type { Instant } from '../../domain/principal.ts';

/** Where an event is in the ledger. */
export interface Place {
  readonly stream: string;
  readonly seq: number;
}

/** What the export reads of the ledger. */
export interface ExportSource {
  /**
   * The events of the `limit` places from that one on, in order, strongly consistent, each hash checked; what is not there or not sound is left out.
   * @throws HatcheckError `ledger_unavailable`
   */
  from(stream: string, seq: number, limit: number): Promise<readonly StoredEvent[]>;
  /**
   * The canonical text of each of these events as it stands, in their order; undefined where there is none. Strongly consistent, and held against
   * nothing. @throws HatcheckError `ledger_unavailable`
   */
  texts(places: readonly Place[]): Promise<readonly (string | undefined)[]>;
}

export interface ExportFile {
  readonly name: string;
  readonly content: string;
  /** As HTTP says it. */
  readonly type: string;
  /** Until then nobody may delete it. */
  readonly keptUntil: Instant;
}

/** Where the export is written to. */
export interface ExportBucket {
  /**
   * Puts the file there if nothing has its name yet; what is there already is left as it is. It is kept once this returns.
   * @throws HatcheckError `aws_unavailable` when it cannot be said whether it is: put it again.
   */
  put(file: ExportFile): Promise<'written' | 'there'>;
}

/**
 * How far the export has come. Derived: without it the export begins anew, and comes to the same files. It says what is looked at, and nothing of
 * what is written.
 */
export interface ExportPosition {
  /** The next checkpoint, by its number in its stream. */
  readonly checkpoint: number;
  /** The event of `log` with the first leaf that those before it do not cover. */
  readonly log: number;
  /** The next file of its events. */
  readonly part: number;
}

export interface ExportPositions {
  /** Undefined where there is none that can be read. @throws HatcheckError `ledger_unavailable` */
  read(): Promise<ExportPosition | undefined>;
  /** @throws HatcheckError `ledger_unavailable` */
  write(position: ExportPosition): Promise<void>;
}

/** What checkpoints are signed with. */
export interface CheckpointKeys {
  /** The public keys of now and before. @throws HatcheckError `aws_unavailable` */
  keys(): Promise<readonly KeyObject[]>;
}
