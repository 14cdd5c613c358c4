import { describe, expect, test } from '@jest/globals';
import { seal, verifyChain } from '../../../lib/broker/chain.ts';
import { type LedgerChange, watchLedger } from '../../../lib/broker/watch-ledger.ts';
import { NOON, approved, approver, noon, submitted } from '../../support/builders.ts';
import { STREAM, appended, watched, write } from './watch-scene.ts';

const TODAY = 'alarm#2026-03-02';

const overwritten = {
  kind: 'altered',
  changeId: 'change-7',
  at: NOON,
  altered: { stream: STREAM, seq: 0, change: 'modify', hashBefore: 'before', hashAfter: 'after' },
} as const satisfies LedgerChange;

describe('a forged event', () => {
  test('that does not follow the one before raises the alarm, and leaves the summary alone', async () => {
    const watch = watched();
    await write(watch.ledger, submitted());
    const elsewhere = seal(undefined, STREAM, submitted({ durationSeconds: 7 }));
    const forged = seal(elsewhere, STREAM, approved(approver, NOON));
    await watch.ledger.append(forged);
    await watchLedger(watch, appended(forged));
    expect(await watch.ledger.read(TODAY)).toMatchObject([
      { type: 'ledger.altered', data: { stream: STREAM, seq: 1, change: 'insert', hashAfter: forged.hash } },
    ]);
    expect(await watch.listed()).toStrictEqual([]);
  });

  test('that follows, but has no place in a request, raises the alarm', async () => {
    const watch = watched();
    const [, second] = await write(watch.ledger, submitted(), submitted());
    await watchLedger(watch, appended(second!));
    expect(await watch.ledger.read(TODAY)).toMatchObject([{ data: { seq: 1, change: 'insert' } }]);
  });

  test('does not make an alarm of a genuine one of the same stream', async () => {
    const watch = watched();
    const [first] = await write(watch.ledger, submitted(), submitted());
    await watchLedger(watch, appended(first!));
    watch.ledger.alter(STREAM, 1, (canonical) => canonical.replace('3600', '3601'));
    await watchLedger(watch, appended(first!));
    expect(watch.alarms).toStrictEqual([]);
    expect(watch.ledger.streams()).toEqual([STREAM]);
  });
});

describe('an alteration', () => {
  test('is told to the operator, and stands in the alarms of its day, by the system', async () => {
    const watch = watched();
    await watchLedger(watch, overwritten);
    expect([watch.alarms, watch.clock.pauses]).toEqual([[overwritten.altered], []]);
    expect(await watch.ledger.read(TODAY)).toMatchObject([
      {
        ...{ type: 'ledger.altered', eventId: 'change-7', at: noon(10), seq: 0 },
        actor: { kind: 'system', handle: 'on-ledger-event' },
        data: { stream: STREAM, seq: 0, change: 'modify', hashBefore: 'before', hashAfter: 'after' },
      },
    ]);
  });

  test('that is told again, after midnight even, is not a second event', async () => {
    const watch = watched();
    await watchLedger(watch, overwritten);
    watch.clock.advance(86_400);
    await watchLedger(watch, overwritten);
    expect(watch.ledger.streams()).toEqual([TODAY]);
    expect(await watch.ledger.read(TODAY)).toHaveLength(1);
    expect(watch.alarms).toHaveLength(2);
  });

  test('follows those of the day, and is never before them, though this clock is behind', async () => {
    const watch = watched();
    await watchLedger(watch, overwritten);
    watch.clock.set(noon(-60));
    await watchLedger(watch, { ...overwritten, changeId: 'change-8' });
    const alarms = await watch.ledger.read(TODAY);
    verifyChain(alarms);
    expect(alarms.map(({ eventId, at }) => [eventId, at])).toEqual([
      ['change-7', noon(10)],
      ['change-8', noon(10)],
    ]);
  });

  test('is told to the operator even when the alarms themselves cannot be read', async () => {
    const watch = watched();
    await watchLedger(watch, overwritten);
    watch.ledger.alter(TODAY, 0, (canonical) => canonical.replace('modify', 'remove'));
    await expect(watchLedger(watch, { ...overwritten, changeId: 'change-8' })).rejects.toMatchObject({
      code: 'ledger_unavailable',
    });
    expect(watch.alarms).toHaveLength(2);
  });

  test('of the same moment as another both stand, each once', async () => {
    const watch = watched(() => Promise.resolve());
    const changeIds = ['change-1', 'change-2', 'change-3'];
    await Promise.all(changeIds.map((changeId) => watchLedger(watch, { ...overwritten, changeId })));
    expect((await watch.ledger.read(TODAY)).map(({ eventId }) => eventId).sort()).toEqual(changeIds);
    expect(watch.clock.pauses.length).toBeGreaterThan(0);
  });

  test('is told again when others are always quicker', async () => {
    const watch = watched();
    const ledger = { ...watch.ledger, append: () => Promise.resolve('conflict' as const) };
    const chance = { fraction: () => 0.75 };
    await expect(watchLedger({ ...watch, ledger, chance }, overwritten)).rejects.toMatchObject({
      code: 'ledger_conflict',
    });
    expect(watch.clock.pauses).toEqual(Array(8).fill(75));
  });
});
