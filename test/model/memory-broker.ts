import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Clock } from '../../lib/broker/ports.ts';
import { checkHistory } from '../faults/check-history.ts';
import type { Wish } from '../faults/wish.ts';
import { type World, type WorldOptions, evidenceOf, newWorld, perform } from '../faults/world.ts';
import { type Batch, type Wanted, batches, bundleOf, remember } from './batches.ts';
import { basePolicy, principalAt, secondsAfter, somebody } from './cast.ts';
import type { Steps } from './decider.ts';

/**
 * The use cases on the ledger in memory: several people at once, whose accesses to the ledger fast-check orders, on machines whose clocks
 * differ and jump, with faults; and then the nine invariants over everything that happened.
 *
 * @param spoil makes of the ledger one that breaks its contract, to see that this is found out
 */
export const brokerInMemoryHolds = (
  steps: Steps,
  spoil: NonNullable<WorldOptions['spoil']> = (ledger) => ledger,
): fc.IAsyncProperty<[fc.Scheduler, number, readonly Batch[]]> =>
  fc.asyncProperty(fc.scheduler(), fc.nat(0xffff), batches(16), async (scheduler, seed, life) => {
    const world = newWorld({ policy: basePolicy, seed, spoil, turn: () => scheduler.schedule(Promise.resolve()) });
    const made: Made = { requestIds: [], holdIds: [], delegationIds: [] };
    for (const { seconds, wanted } of life) {
      world.desk.clock.advance(seconds);
      const calls = wanted.map((each) => carryOut(world, made, each, steps));
      await scheduler.waitFor(Promise.all(calls));
    }
    assert.deepEqual(checkHistory(await scheduler.waitFor(evidenceOf(world))), []);
  });

/** What there is by now that can be named; newest first. */
interface Made {
  readonly requestIds: string[];
  readonly holdIds: string[];
  readonly delegationIds: string[];
}

const carryOut = async (world: World, made: Made, wanted: Wanted, steps: Steps): Promise<void> => {
  const { use, who, skewSeconds, fault } = wanted;
  const clock: Clock = { ...world.desk.clock, now: () => secondsAfter(world.desk.clock.now(), skewSeconds) };
  const wish = wishOf(wanted, made, clock.now());
  if (!wish) return;
  steps.count += 1;
  const { code, given } = await perform(world, principalAt(who, clock.now()), wish, {
    clock,
    ...(fault ? { strikes: new Map([[fault.at, fault.fault]]) } : {}),
  });
  const said = `${use} ${code}`;
  steps.seen.set(said, (steps.seen.get(said) ?? 0) + 1);
  remember(made.requestIds, given.requestId, ...(given.requestIds ?? []));
  remember(made.holdIds, given.hold?.id);
  remember(made.delegationIds, given.delegationId);
};

/** Undefined while there is nothing that it could be about. */
const wishOf = (wanted: Wanted, made: Made, now: string): Wish | undefined => {
  const { use, target, ask, key, act, channel, held, other } = wanted;
  const oneOf = (ids: readonly string[]): string | undefined => ids[target % Math.max(1, ids.length)];
  switch (use) {
    case 'submit':
      return { use, ask, key };
    case 'bundle':
      return { use, asks: bundleOf(ask), key: `${key} of several` };
    case 'list':
      return { use };
    case 'hold':
      return { use, target: held };
    case 'lift':
      return about(oneOf(made.holdIds), (holdId) => ({ use, holdId }));
    case 'link':
      return { use, other: somebody(other).handle };
    case 'lend':
      return { use, to: somebody(other).handle, until: secondsAfter(now, 3600) };
    case 'takeBack':
      return about(oneOf(made.delegationIds), (delegationId) => ({ use, delegationId }));
    default:
      return about(oneOf(made.requestIds), (requestId) => ({ use, requestId, act, channel }));
  }
};

const about = (id: string | undefined, wish: (id: string) => Wish): Wish | undefined =>
  id === undefined ? undefined : wish(id);
