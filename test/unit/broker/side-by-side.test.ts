import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sideBySide } from '../../../lib/broker/side-by-side.ts';

const turnsOf = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 12 });

describe('work side by side', () => {
  test('is done for each once, those of a turn in their order, of no more turns at once than there are lanes', async () => {
    await fc.assert(
      fc.asyncProperty(turnsOf, fc.integer({ min: 1, max: 5 }), fc.scheduler(), async (items, lanes, scheduler) => {
        const turns = items.map((turn, of) => turn.map((_, at) => ({ of, at })));
        const done: { of: number; at: number }[] = [];
        let now = 0;
        let most = 0;
        const all = sideBySide(turns, lanes, async (item) => {
          now += 1;
          most = Math.max(most, now);
          await scheduler.schedule(Promise.resolve());
          done.push(item);
          now -= 1;
        });
        await scheduler.waitFor(all);
        expect(most).toBe(Math.min(lanes, turns.filter((turn) => turn.length > 0).length));
        for (const [of, turn] of turns.entries()) expect(done.filter((item) => item.of === of)).toEqual(turn);
        expect(done).toHaveLength(turns.flat().length);
      }),
    );
  });

  test('fails with what one of them failed with', async () => {
    const failing = sideBySide([[1], [2]], 2, (item) =>
      item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(),
    );
    await expect(failing).rejects.toThrow('two');
  });
});
