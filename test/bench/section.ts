import type { Contest, Rounds } from './compare.ts';
import type { Figure } from './figure.ts';

/** What is compared, against what, and what it may cost. */
export interface NamedContest extends Contest {
  readonly name: string;
}

/** Everything is made ready first, and both sides are seen to do what they should: a refusal is quick. */
export type Contests = () => Promise<readonly NamedContest[]>;

/** How much is done. */
export interface Effort extends Rounds {
  /** The sizes that the design names, whatever it takes; else those of a quarter of an hour for all. */
  readonly isFull: boolean;
  /** Of what is left to chance. */
  readonly seed: number;
  /** Told how far it is. */
  readonly tell: (line: string) => void;
}

/** What came of a section. */
export interface Found {
  /** Its own table, the heading first; without rows there is nothing to show. */
  readonly table: readonly (readonly string[])[];
  readonly remarks?: readonly string[];
  /** Whether each bound was kept that no figure tells of. */
  readonly isGood?: boolean;
  /** What it has to say of the design's table. */
  readonly figures?: readonly Figure[];
}

/** A name that can be asked for, and how it is measured. */
export type Section = (effort: Effort) => Promise<Found>;
