import { expect, test } from '@jest/globals';
import { CONTROL } from '../../../lib/broker/known.ts';
import { certain } from '../../../lib/domain/invariant.ts';
import { holdEverything } from '../../../scripts/restore/hold-everything.ts';
import { memoryClock, memoryLedger, seededChance } from '../../support/memory.ts';

/** A ledger in which others are quicker so many times. */
const scene = (conflicts: number) => {
  const ledger = memoryLedger();
  const kept: string[] = [];
  let left = conflicts;
  const hold = () =>
    holdEverything(
      {
        ledger: { ...ledger, append: async (event) => (left-- > 0 ? 'conflict' : ledger.append(event)) },
        texts: { put: (_author, { id }) => Promise.resolve(void kept.push(id)) },
        clock: memoryClock(),
        chance: seededChance(1),
      },
      'a restore',
    );
  return { hold, ledger, kept };
};

test('a hold on everything is placed once, whoever is quicker now and then, and its words are kept before it', async () => {
  const { hold, ledger, kept } = scene(2);
  expect([await hold(), await hold()]).toEqual(['placed', 'there']);
  const { holds } = CONTROL.stateOf(await ledger.last(CONTROL.name));
  expect(holds).toMatchObject([{ target: { on: 'all' }, by: 'restore' }]);
  expect(new Set(kept)).toEqual(new Set([certain(holds[0], 'it was placed').reason.id]));
});

test('who is quicker all the time is a conflict of the ledger, at which a restore and a fail-over stop', async () => {
  await expect(scene(Infinity).hold()).rejects.toMatchObject({ code: 'ledger_conflict' });
});
