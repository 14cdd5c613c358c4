import type { Tampering } from '../first-bad.ts';

/**
 * How a bad place shows. Of a line or an event: `line` (it is none, or what stands beside its text is not what the text says), `content` (it is not
 * what the log has there), `text` (the log has it, and its text is gone), `canonical` (its text is no event in canonical JSON), `chain` (it does not
 * continue its stream). Of what is signed: `leaves` (the hashes beside a checkpoint), `root` (neither these nor the events make its root),
 * `checkpoint` (the file or event is none), `key`, `signature`, `missing`, `previous`, `size`, `time`, `name`, `noted` (a checkpoint that the reader noted
 * earlier says otherwise). `place`: a file that belongs elsewhere or nowhere.
 */
export type Sign =
  | ('line' | 'content' | 'text' | 'canonical' | 'chain')
  | (
      | 'leaves'
      | 'root'
      | 'checkpoint'
      | 'key'
      | 'signature'
      | 'missing'
      | 'previous'
      | 'size'
      | 'time'
      | 'name'
      | 'noted'
    )
  | 'place';

/** Where an event is in the ledger. */
export interface EventPlace {
  readonly stream: string;
  readonly seq: number;
}

/** The first place at which what should stand there does not; with all that is known of it. */
export interface BadPlace {
  readonly what: Tampering;
  readonly sign: Sign;
  /** In the log, counted from 0. */
  readonly index?: number;
  /** Where it cannot be told closer than that: the last index that it may be. */
  readonly to?: number;
  readonly stream?: string;
  readonly seq?: number;
  readonly file?: string;
  readonly line?: number;
  /** Which one shows it: its number in the stream `checkpoint`. */
  readonly checkpoint?: number;
  /** What the checkpoint says of its key, where that is none of ours. */
  readonly kid?: string;
}
