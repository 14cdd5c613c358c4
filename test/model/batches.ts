import fc from 'fast-check';
import type { Ask } from '../../lib/broker/submit-request.ts';
import type { Channel } from '../../lib/domain/command.ts';
import type { HoldTarget } from '../../lib/domain/hold.ts';
import { handleOf } from '../support/builders.ts';
import { FAULTS, type Fault } from '../support/faults.ts';
import type { UseCase } from '../support/history.ts';
import { type SignedIn, APPROVERS, REQUESTERS, SECURITY, anybody, entitlementIds, passing, signedIn } from './cast.ts';

/** What one person wants, on the machine whose clock is off by `skewSeconds`, with this going wrong. */
export interface Wanted {
  readonly use: UseCase;
  readonly who: SignedIn;
  /** Which of the requests so far, from the newest. */
  readonly target: number;
  readonly ask: Ask;
  readonly key: string;
  readonly act: { readonly durationSeconds?: number };
  readonly channel: Channel;
  readonly held: HoldTarget;
  /** By name: whom they are the same as, or who acts in their place. */
  readonly other: string;
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

const breaking: fc.Arbitrary<Ask> = fc.record({
  entitlementId: fc.constant('one'),
  justification: fc.constant('the payments queue is down'),
  durationSeconds: fc.constantFrom(300, 900, 1800),
  breakGlass: fc.constant(true),
});

/** Whoever is linked is few people's other self, so that somebody is left to approve. */
const otherOf = (use: UseCase): fc.Arbitrary<string> =>
  use === 'link' ? fc.constantFrom('engineer.too', 'lead') : fc.constantFrom('outsider', 'lead', 'engineer');

const targets = fc.constantFrom<HoldTarget>(
  { on: 'person', handle: handleOf('engineer') },
  { on: 'person', handle: handleOf('lead') },
  { on: 'entitlement', entitlementId: 'one' },
  { on: 'entitlement', entitlementId: 'wide' },
  { on: 'all' },
);

const wantedOf = (use: UseCase, ...likely: readonly string[]): fc.Arbitrary<Wanted> =>
  fc.record({
    use: fc.constant(use),
    who: signedIn(anybody(...likely)),
    target: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) }),
    ask: fc.oneof({ weight: 4, arbitrary: asks }, { weight: 1, arbitrary: breaking }),
    key: fc.constantFrom('one', 'two', 'three', 'four'),
    act: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: less }),
    channel: fc.constantFrom<Channel>('portal', 'portal', 'portal', 'bearer', 'chat'),
    held: targets,
    other: otherOf(use),
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
  { weight: 1, arbitrary: wantedOf('bundle', ...REQUESTERS) },
  { weight: 3, arbitrary: wantedOf('extend', ...REQUESTERS) },
  { weight: 2, arbitrary: wantedOf('review', ...SECURITY) },
  { weight: 1, arbitrary: wantedOf('hold', ...SECURITY) },
  { weight: 2, arbitrary: wantedOf('lift', ...SECURITY) },
  { weight: 1, arbitrary: wantedOf('link', 'engineer', 'engineer.too') },
  { weight: 1, arbitrary: wantedOf('lend', ...APPROVERS) },
  { weight: 1, arbitrary: wantedOf('takeBack', ...APPROVERS) },
  { weight: 1, arbitrary: wantedOf('approve', 'outsider', 'engineer.too') },
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

/** Break-glass is asked for alone. */
export const bundleOf = ({ breakGlass: _alone, ...ask }: Ask): readonly Ask[] => [
  { ...ask, entitlementId: 'one' },
  { ...ask, entitlementId: 'wide' },
];

/** Newest first, each once. */
export const remember = (known: string[], ...ids: readonly (string | undefined)[]): void => {
  for (const id of ids) if (id !== undefined && !known.includes(id)) known.unshift(id);
};
