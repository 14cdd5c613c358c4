import { describe, expect, test } from '@jest/globals';
import { type CarriedStream, appendCarried } from '../../../lib/broker/append-carried.ts';
import type { Decision } from '../../../lib/domain/command.ts';
import { type Control, controlAfter } from '../../../lib/domain/control.ts';
import { refuse } from '../../../lib/domain/errors.ts';
import type { Hold } from '../../../lib/domain/hold.ts';
import { NOON, noon, security, words } from '../../support/builders.ts';
import {
  type MemoryDesk,
  memoryDesk as deskOf,
  memoryLedger,
  patient,
  patientFor,
  unavailable,
} from '../../support/memory.ts';

const control: CarriedStream<Control> = { name: 'control', stateOf: controlAfter };
/** Nothing was ever deployed: the stream is not there yet. */
const memoryDesk: typeof deskOf = (parts) => deskOf({ ledger: memoryLedger(undefined, null), ...parts });
const actor = { kind: 'person', handle: security.handle } as const;

const holdCalled = (id: string, at = NOON): Hold => ({
  ...{ id, at, by: security.handle, reason: words('why'), target: { on: 'all' } },
});

const place =
  (id: string) =>
  ({ holds }: Control, at: string): Decision => {
    const hold = holdCalled(id, at);
    return { event: { type: 'hold.placed', data: { hold, carried: { holds: [...holds, hold] } } } };
  };

const append = (desk: MemoryDesk, decision: (state: Control, now: string) => Decision, more: object = {}) =>
  appendCarried(desk, control, { actor, patience: patient, ...more }, decision);

const idsIn = async (desk: MemoryDesk): Promise<readonly string[]> =>
  controlAfter(await desk.ledger.last('control')).holds.map(({ id }) => id);

describe('a stream whose last event carries the state', () => {
  test('begins in the state of a stream that has no event', async () => {
    const desk = memoryDesk();
    const { state, event } = await append(desk, place('first'));
    expect(state).toEqual({ holds: [holdCalled('first')] });
    expect(event).toMatchObject({ stream: 'control', seq: 0, at: NOON, actor, type: 'hold.placed' });
  });

  test('is decided on by its last event alone', async () => {
    const desk = memoryDesk();
    await append(desk, place('first'));
    desk.ledger.read = () => Promise.reject(new Error('the whole stream was read'));
    await append(desk, place('second'));
    expect(await idsIn(desk)).toEqual(['first', 'second']);
  });

  test('a whole chain verifies', async () => {
    const desk = memoryDesk();
    for (const id of ['first', 'second', 'third']) await append(desk, place(id));
    expect(await desk.ledger.read('control')).toHaveLength(3);
  });

  test('is not written when nothing has to change', async () => {
    const desk = memoryDesk();
    const before = await append(desk, place('first'));
    const after = await append(desk, () => ({ event: undefined }));
    expect(after).toEqual({ state: before.state });
    expect(await desk.ledger.read('control')).toHaveLength(1);
  });

  test('a refusal is thrown with its code, and nothing is written or prepared', async () => {
    const desk = memoryDesk();
    const prepared: string[] = [];
    const refused = append(desk, () => ({ refusal: refuse('limit_reached', 'too many'), rules: [] }), {
      prepare: () => Promise.resolve(prepared.push('once')),
    });
    await expect(refused).rejects.toMatchObject({ code: 'limit_reached' });
    expect(desk.ledger.streams()).toStrictEqual([]);
    expect(prepared).toStrictEqual([]);
  });

  test('two writers at once both stand, whichever came first', async () => {
    const desk = memoryDesk();
    const prepared: string[] = [];
    const prepare = (id: string) => ({ prepare: () => Promise.resolve(prepared.push(id)) });
    await Promise.all(['one', 'other'].map((id) => append(desk, place(id), prepare(id))));
    expect([...(await idsIn(desk))].sort()).toEqual(['one', 'other']);
    expect(desk.clock.pauses).toHaveLength(1);
    expect(prepared.sort()).toEqual(['one', 'other']);
  });

  test('gives up with its caller’s patience', async () => {
    const ledger = { ...memoryLedger(), append: () => Promise.resolve('conflict' as const) };
    const desk = memoryDesk({ ledger });
    const appended = append(desk, place('never'), { patience: patientFor(3) });
    await expect(appended).rejects.toMatchObject({ code: 'ledger_conflict' });
    expect(desk.clock.pauses).toHaveLength(3);
  });

  test('time does not run backwards in it', async () => {
    const desk = memoryDesk();
    desk.clock.set(noon(60));
    await append(desk, place('first'));
    desk.clock.set(noon(0));
    const { event } = await append(desk, place('second'));
    expect(event?.at).toBe(noon(60));
  });

  test('what it cannot read is nothing to decide on', async () => {
    const desk = memoryDesk({ ledger: { ...memoryLedger(), last: () => Promise.reject(unavailable()) } });
    const appended = append(desk, place('never'));
    await expect(appended).rejects.toMatchObject({ code: 'ledger_unavailable' });
  });

  test('an event that has no place in it is no state to decide on', async () => {
    const desk = memoryDesk();
    const signedOut = { type: 'signin.ended', data: { via: 'cookie', reason: 'signed_out' } } as const;
    const appended = append(desk, () => ({ event: signedOut }));
    await expect(appended).rejects.toBeInstanceOf(TypeError);
  });
});
