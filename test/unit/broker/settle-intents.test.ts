import { describe, expect, test } from '@jest/globals';
import { seal, verifyChain } from '../../../lib/broker/chain.ts';
import { type Settling, intentDue, settleIntents } from '../../../lib/broker/settle-intents.ts';
import type { Actor, RecordedEvent, StoredEvent } from '../../../lib/domain/event.ts';
import { type Outcome, withoutOutcome } from '../../../lib/domain/intents.ts';
import { approved, approver, ask, engineer, intended, noon, recorded, submitted } from '../../support/builders.ts';
import { type MemoryDues, memoryClock, memoryDesk, memoryDues, patient } from '../../support/memory.ts';

const { requestId } = ask();
const STREAM = `request#${requestId}`;
const SCHEDULE: Actor = { kind: 'system', handle: 'on-schedule' };
const DUE = { requestId, kind: 'outcome', at: noon(700) } as const;

interface Scene extends Settling {
  readonly dues: MemoryDues;
  readonly told: string[];
  readonly events: () => Promise<readonly StoredEvent[]>;
}

/** A granted request with what happened since, looked at so many seconds after noon. */
const scene = async (now: number, ...since: readonly RecordedEvent[]): Promise<Scene> => {
  const desk = memoryDesk({ clock: memoryClock(noon(now)) });
  let last: StoredEvent | undefined;
  for (const event of [submitted(), approved(approver, noon(1)), ...since]) {
    last = seal(last, STREAM, event);
    await desk.ledger.append(last);
  }
  const told: string[] = [];
  return {
    ...desk,
    ...{ told, dues: memoryDues(), intentLost: (id) => void told.push(id) },
    events: () => desk.ledger.read(STREAM),
  };
};

const settle = (at: Scene): Promise<void> => settleIntents(at, DUE, SCHEDULE, patient);

const outcomes = (intent: string, at: string): readonly Outcome[] => {
  const by = { by: engineer, at };
  return [
    recorded('credentials.issued', { intent, accessKeyId: 'ASIAEXAMPLE', expiration: noon(900) }, by),
    recorded('credentials.withheld', { intent, accessKeyId: 'ASIAEXAMPLE', reason: 'revoked' }, by),
    recorded('credentials.failed', { intent, reason: 'AccessDenied' }, by),
    recorded('credentials.unknown', { intent, reason: 'TimeoutError' }, by),
  ];
};

describe('an intent whose function was cut off', () => {
  test('is on record as unknown ten minutes later, by the schedule, and the operator is told', async () => {
    const lost = intended(noon(100));
    const at = await scene(700, lost);
    await settle(at);
    const events = await at.events();
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'credentials.unknown', at: noon(700), actor: SCHEDULE },
      data: { intent: lost.eventId, reason: 'NoOutcome' },
    });
    verifyChain(events);
    expect(at.told).toEqual([requestId]);
    expect(withoutOutcome(events)).toStrictEqual([]);
    expect(at.dues.open()).toStrictEqual([]);
  });

  test('is settled once, however often it is looked at', async () => {
    const at = await scene(700, intended(noon(100)));
    await settle(at);
    const { length } = await at.events();
    await settle(at);
    expect((await at.events()).length).toBe(length);
    expect(at.told).toHaveLength(1);
  });

  test('is settled with every other of the request, and with none that is younger: that is due when it is as old', async () => {
    const [first, second, young] = [intended(noon(50)), intended(noon(100)), intended(noon(101))];
    const at = await scene(700, first, second, young);
    await settle(at);
    expect(withoutOutcome(await at.events()).map(({ eventId }) => eventId)).toEqual([young.eventId]);
    expect(at.told).toHaveLength(2);
    expect(at.dues.open()).toEqual([{ ...DUE, at: noon(701) }]);
  });

  test('a moment too early nothing is said: its function may still run', async () => {
    const at = await scene(699.999, intended(noon(100)));
    await settle(at);
    expect((await at.events()).at(-1)?.type).toBe('credentials.intended');
    expect(at.told).toStrictEqual([]);
  });
});

describe('an intent with its outcome', () => {
  test.each(outcomes('', noon(0)).map(({ type }, place) => [type, place] as const))(
    '%s is left alone',
    async (type, place) => {
      const intent = intended(noon(100));
      const [outcome] = outcomes(intent.eventId, noon(101)).slice(place);
      const at = await scene(800, intent, ...(outcome ? [outcome] : []));
      await settle(at);
      expect((await at.events()).at(-1)?.type).toBe(type);
      expect([at.told, at.dues.open()]).toEqual([[], []]);
    },
  );

  test('the outcome of another intent is none', async () => {
    const [first, second] = [intended(noon(100)), intended(noon(110))];
    const at = await scene(800, first, second, ...outcomes(second.eventId, noon(111)).slice(0, 1));
    await settle(at);
    expect((await at.events()).at(-1)?.data).toMatchObject({ intent: first.eventId });
  });
});

test('a due without its request is dealt with', async () => {
  const at = await scene(700);
  await settleIntents(at, { ...DUE, requestId: 'r_BBBBBBBBBBBBBBBBBBBBBBBBBB' }, SCHEDULE, patient);
  expect(at.dues.open()).toStrictEqual([]);
});

test('an intent is due ten minutes later, and no other event is', async () => {
  const at = await scene(700, intended(noon(100)));
  expect((await at.events()).map((event) => intentDue(event, requestId))).toEqual([undefined, undefined, DUE]);
});
