import type { Contest } from './compare.ts';

/** A row of the table: what is measured, against what, and what it may cost. */
export interface NamedContest extends Contest {
  readonly name: string;
}

/** Everything is made ready first, and both sides are seen to do what they should: a refusal is quick. */
export type Section = () => Promise<readonly NamedContest[]>;
