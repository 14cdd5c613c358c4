import type * as fc from 'fast-check';

/** A parser and verifier of outside bytes, and what is thrown at it. */
export interface Target {
  readonly name: string;
  readonly inputs: fc.Arbitrary<string>;
  /** What becomes of an input: `accepted`, or the fault for which it is refused. @throws Error for an outcome that breaks the law */
  readonly judge: (input: string) => Promise<string>;
}
