import { describe, expect, test } from '@jest/globals';
import { appendAsSystem } from '../../../lib/broker/append-as-system.ts';
import { seal } from '../../../lib/broker/chain.ts';
import type { Actor } from '../../../lib/domain/event.ts';
import { ask, noon, policy, submitted } from '../../support/builders.ts';
import { memoryClock, memoryLedger, patientFor, seededChance } from '../../support/memory.ts';

const { requestId } = ask();
const actor: Actor = { kind: 'system', handle: 'on-schedule' };
const lapsed = { type: 'request.lapsed', data: { pendingUntil: noon(1800) } } as const;

/** A ledger in which others are quicker so many times. */
const raced = async (times: number) => {
  const ledger = memoryLedger();
  await ledger.append(seal(undefined, `request#${requestId}`, submitted()));
  let left = times;
  const append: typeof ledger.append = (event) =>
    (left -= 1) >= 0 ? Promise.resolve('conflict') : ledger.append(event);
  const broker = { ledger: { ...ledger, append }, clock: memoryClock(noon(1800)), policy: policy() };
  return { ...broker, chance: { ...seededChance(), fraction: () => 1 } };
};

describe('what nobody decided', () => {
  test('is said by the next try where others were quicker, after pauses that grow to eighty milliseconds', async () => {
    const broker = await raced(6);
    const after = await appendAsSystem(broker, { requestId, actor, patience: patientFor(7) }, () => lapsed);
    expect(after).toMatchObject({ said: true, request: { id: requestId, seq: 1 } });
    expect(broker.clock.pauses).toEqual([5, 10, 20, 40, 80, 80]);
  });

  test('is left to another call when time is over', async () => {
    const saying = appendAsSystem(await raced(9), { requestId, actor, patience: patientFor(2) }, () => lapsed);
    await expect(saying).rejects.toMatchObject({ code: 'ledger_conflict' });
  });

  test('is not said where there is nothing to say, or nothing to say it of', async () => {
    const broker = await raced(0);
    const options = { requestId, actor, patience: patientFor(1) };
    expect(await appendAsSystem(broker, options, () => undefined)).toMatchObject({ said: false });
    expect(await appendAsSystem(broker, { ...options, requestId: 'r_none' }, () => lapsed)).toBeUndefined();
  });
});
