import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Clock } from '../../lib/broker/ports.ts';
import { checkHistory } from '../faults/check-history.ts';
import { type Wish, type World, type WorldOptions, evidenceOf, newWorld, perform } from '../faults/world.ts';
import { type Batch, type Wanted, batches } from './batches.ts';
import { basePolicy, principalAt, secondsAfter } from './cast.ts';
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
    const requestIds: string[] = [];
    for (const { seconds, wanted } of life) {
      world.desk.clock.advance(seconds);
      const calls = wanted.map((each) => carryOut(world, requestIds, each, steps));
      await scheduler.waitFor(Promise.all(calls));
    }
    assert.deepEqual(checkHistory(await scheduler.waitFor(evidenceOf(world))), []);
  });

const carryOut = async (world: World, requestIds: string[], wanted: Wanted, steps: Steps): Promise<void> => {
  const { use, who, skewSeconds, fault } = wanted;
  const clock: Clock = { ...world.desk.clock, now: () => secondsAfter(world.desk.clock.now(), skewSeconds) };
  const wish = wishOf(wanted, requestIds);
  if (!wish) return;
  steps.count += 1;
  const { code, given } = await perform(world, principalAt(who, clock.now()), wish, {
    clock,
    ...(fault ? { strikes: new Map([[fault.at, fault.fault]]) } : {}),
  });
  const said = `${use} ${code}`;
  steps.seen.set(said, (steps.seen.get(said) ?? 0) + 1);
  const id = given.requestId;
  if (id !== undefined && !requestIds.includes(id)) requestIds.unshift(id);
};

/** Undefined while there is no request that it could be about. */
const wishOf = ({ use, target, ask, key, act }: Wanted, requestIds: readonly string[]): Wish | undefined => {
  if (use === 'submit') return { use, ask, key };
  if (use === 'list') return { use };
  const requestId = requestIds[target % Math.max(1, requestIds.length)];
  return requestId === undefined ? undefined : { use, requestId, ...(use === 'approve' ? { act } : {}) };
};
