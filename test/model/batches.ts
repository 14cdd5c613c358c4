import fc from 'fast-check';
import type { Ask } from '../../lib/broker/submit-request.ts';
import { FAULTS, type Fault } from '../support/faults.ts';
import type { UseCase } from '../support/history.ts';
import { type SignedIn, APPROVERS, REQUESTERS, anybody, entitlementIds, passing, signedIn } from './cast.ts';

/** What one person wants, on the machine whose clock is off by `skewSeconds`, with this going wrong. */
export interface Wanted {
  readonly use: UseCase;
  readonly who: SignedIn;
  /** Which of the requests so far, from the newest. */
  readonly target: number;
  readonly ask: Ask;
  readonly key: string;
  readonly act: { readonly durationSeconds?: number };
  readonly skewSeconds: number;
  readonly fault: { readonly at: number; readonly fault: Fault } | undefined;
}

/** Several at once, so long after the last. */
export interface Batch {
  readonly seconds: number;
  readonly wanted: readonly Wanted[];
}

const asks: fc.Arbitrary<Ask> = fc.record({
  entitlementId: fc.constantFrom(...entitlementIds),
  justification: fc.constantFrom('restore the payments queue', 'rotate the certificates'),
  durationSeconds: fc.constantFrom(60, 900, 1800, 3600),
});

const wantedOf = (use: UseCase, ...likely: readonly string[]): fc.Arbitrary<Wanted> =>
  fc.record({
    use: fc.constant(use),
    who: signedIn(anybody(...likely)),
    target: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) }),
    ask: asks,
    key: fc.constantFrom('one', 'two', 'three', 'four'),
    act: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: less }),
    skewSeconds: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -90, max: 90 }) },
    ),
    fault: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: faults }),
  });

const less = fc.record({ durationSeconds: fc.constantFrom(60, 600, 1800) });
const faults = fc.record({ at: fc.nat(5), fault: fc.constantFrom(...FAULTS) });

const one: fc.Arbitrary<Wanted> = fc.oneof(
  { weight: 4, arbitrary: wantedOf('submit', ...REQUESTERS) },
  { weight: 8, arbitrary: wantedOf('approve', ...APPROVERS) },
  { weight: 8, arbitrary: wantedOf('credentials', ...REQUESTERS) },
  { weight: 3, arbitrary: wantedOf('console', ...REQUESTERS) },
  { weight: 1, arbitrary: wantedOf('deny', ...APPROVERS) },
  { weight: 2, arbitrary: wantedOf('revoke', ...APPROVERS) },
  { weight: 1, arbitrary: wantedOf('cancel', ...REQUESTERS) },
  { weight: 1, arbitrary: wantedOf('end', ...REQUESTERS) },
  { weight: 1, arbitrary: wantedOf('read', ...REQUESTERS) },
  { weight: 1, arbitrary: wantedOf('list', ...REQUESTERS) },
);

/** A life of a broker: somebody asks, and then several at a time do what they please. */
export const batches = (maxLength: number): fc.Arbitrary<readonly Batch[]> =>
  fc
    .tuple(
      fc.record({ seconds: fc.constant(0), wanted: fc.tuple(wantedOf('submit', ...REQUESTERS)) }),
      fc.array(fc.record({ seconds: passing, wanted: fc.array(one, { minLength: 1, maxLength: 4 }) }), {
        maxLength,
        size: 'max',
      }),
    )
    .map(([first, more]) => [first, ...more]);
