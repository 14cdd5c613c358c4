import { describe, expect, test } from '@jest/globals';
import { recordRefusal } from '../../../lib/broker/record-refusal.ts';
import type { Purpose, StoredEvent } from '../../../lib/domain/event.ts';
import { type ErrorCode, refuse } from '../../../lib/domain/errors.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { approver, engineer, noon } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, unavailable } from '../../support/memory.ts';

interface Said {
  readonly code?: ErrorCode;
  readonly principal?: Principal;
  readonly purpose?: Purpose;
}

const say = (
  desk: MemoryDesk,
  { code = 'not_approved', principal = engineer, purpose = 'credentials' }: Said = {},
): Promise<void> =>
  recordRefusal(desk, { requestId: 'r_1', principal, purpose, refusal: refuse(code, `because of ${code}`) });

const recorded = (desk: MemoryDesk) => desk.ledger.read('refusals#r_1');

describe('a refusal', () => {
  test('says who wanted what, and why not', async () => {
    const desk = memoryDesk();
    await say(desk);
    expect(await recorded(desk)).toMatchObject([
      {
        type: 'credentials.refused',
        at: noon(0),
        actor: { kind: 'person', handle: engineer.handle },
        data: { requestId: 'r_1', purpose: 'credentials', code: 'not_approved', reason: 'because of not_approved' },
      },
    ]);
  });

  test('is appended once and not asked for again', async () => {
    const desk = memoryDesk();
    const calls: string[] = [];
    const ledger = {
      ...desk.ledger,
      last: (stream: string) => (calls.push('last'), desk.ledger.last(stream)),
      append: (event: StoredEvent) => (calls.push('append'), desk.ledger.append(event)),
    };
    await say({ ...desk, ledger });
    expect(calls).toEqual(['last', 'append']);
  });

  test('said again within a minute counts as one, to the millisecond', async () => {
    const desk = memoryDesk();
    await say(desk);
    desk.clock.set(noon(59.999));
    await say(desk);
    expect(await recorded(desk)).toHaveLength(1);
    desk.clock.set(noon(60));
    await say(desk);
    expect(await recorded(desk)).toHaveLength(2);
  });

  test('the minute counts from the one on record, so that a loop is heard of once a minute', async () => {
    const desk = memoryDesk();
    for (let seconds = 0; seconds <= 180; seconds += 10) {
      desk.clock.set(noon(seconds));
      await say(desk);
    }
    expect((await recorded(desk)).map(({ at }) => at)).toEqual([noon(0), noon(60), noon(120), noon(180)]);
  });

  test.each<Said>([{ code: 'revoked' }, { principal: approver }, { purpose: 'console' }])(
    'that differs counts by itself: %j',
    async (other) => {
      const desk = memoryDesk();
      await say(desk);
      await say(desk, other);
      expect(await recorded(desk)).toHaveLength(2);
    },
  );

  test('is timed no earlier than the one before, also when this machine’s clock is behind', async () => {
    const desk = memoryDesk();
    await say(desk);
    desk.clock.set(noon(-3600));
    await say(desk, { principal: approver });
    expect((await recorded(desk)).map(({ at }) => at)).toEqual([noon(0), noon(0)]);
  });
});

describe('when it cannot be recorded', () => {
  test('the refusal stands, and the operator is told', async () => {
    const desk = memoryDesk();
    const cause = unavailable();
    await say({ ...desk, ledger: { ...desk.ledger, last: () => Promise.reject(cause) } });
    expect(desk.warnings).toEqual([{ message: expect.any(String), cause }]);
  });

  test('because others are quicker it is tried five times', async () => {
    const desk = memoryDesk();
    let tries = 0;
    await say({
      ...desk,
      ledger: { ...desk.ledger, append: () => ((tries += 1), Promise.resolve('conflict' as const)) },
    });
    expect([tries, desk.warnings.length]).toEqual([5, 1]);
  });

  test('because somebody was quicker once, it is recorded behind theirs', async () => {
    const desk = memoryDesk();
    await Promise.all([say(desk), say(desk, { principal: approver })]);
    expect(await recorded(desk)).toHaveLength(2);
    expect(desk.warnings).toStrictEqual([]);
  });

  test('twenty identical ones at once are one', async () => {
    const desk = memoryDesk();
    await Promise.all(Array.from({ length: 20 }, () => say(desk)));
    expect(await recorded(desk)).toHaveLength(1);
  });
});
