import { describe, expect, test } from '@jest/globals';
import { activatePolicy } from '../../../lib/broker/activate-policy.ts';
import { seal } from '../../../lib/broker/chain.ts';
import { readFollowing } from '../../../lib/broker/forged.ts';
import { hold } from '../../../lib/broker/holds.ts';
import { type LedgerChange, type LedgerWatch, watchLedger } from '../../../lib/broker/watch-ledger.ts';
import type { Control } from '../../../lib/domain/control.ts';
import type { EventData, StoredEvent } from '../../../lib/domain/event.ts';
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import { NOON, approved, approver, engineer, handleOf, noon, recorded, security } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, memoryLedger, patient, unavailable, memoryDues } from '../../support/memory.ts';
import { memorySearchIndex } from '../../support/memory-search.ts';

const PERSON = `person#${engineer.handle}`;
const TODAY = 'alarm#2026-03-02';

/** Nothing is held, says somebody who may put into the table and is no function of ours. */
const freed: Control = { holds: [], active: { version: 'the-version', at: NOON } };
const liftedBy = (at: string) => recorded('hold.lifted', { holdId: 'h_1', carried: freed }, { by: security, at });

const watched = (
  desk: MemoryDesk,
  alarms: EventData['ledger.altered'][] = [],
): LedgerWatch & { readonly alarms: typeof alarms } => ({
  ...desk,
  ...{ alarms, alarm: (altered) => void alarms.push(altered) },
  notices: { send: () => Promise.resolve() },
  linkNotices: { sendLink: () => Promise.resolve() },
  revocations: { send: () => Promise.resolve() },
  dues: memoryDues(),
  search: memorySearchIndex(),
});

const isForged = async (...at: Parameters<typeof readFollowing>): Promise<boolean> =>
  (await readFollowing(...at)) === 'forged';

const told = (event: StoredEvent): LedgerChange => ({
  ...{
    kind: 'appended',
    changeId: 'change-1',
    at: NOON,
    stream: event.stream,
    seq: event.seq,
    hash: event.hash,
    event,
  },
});

/** A desk with a hold on everything. */
const held = async (): Promise<{ desk: MemoryDesk; last: StoredEvent }> => {
  const desk = memoryDesk();
  await hold(desk, { principal: security, named: { on: 'all' }, reason: 'an incident', patience: patient });
  const last = await desk.ledger.last('control');
  if (!last) throw new TypeError('a hold is an event');
  return { desk, last };
};

describe('an event in control that our functions wrote', () => {
  test('raises no alarm, the first of the stream among them', async () => {
    const desk = memoryDesk({ ledger: memoryLedger(undefined, null) });
    await activatePolicy(desk, 'first', patient);
    await activatePolicy(desk, 'second', patient);
    const watch = watched(desk);
    for (const event of await desk.ledger.read('control')) await watchLedger(watch, told(event));
    expect(watch.alarms).toStrictEqual([]);
  });

  test('is read with the one before it, and no others', async () => {
    const { desk, last } = await held();
    const ledger = { ...desk.ledger, read: () => Promise.reject(unavailable()) };
    const watch = watched({ ...desk, ledger });
    await watchLedger(watch, told(last));
    expect(watch.alarms).toStrictEqual([]);
  });
});

describe('a forged event', () => {
  test.each([
    ['that names another one before it', (last: StoredEvent) => ({ ...last, hash: 'x'.repeat(43) })],
    ['that leaves a gap', (last: StoredEvent) => ({ ...last, seq: last.seq + 5 })],
  ])('in control %s raises the alarm, and is on record', async (_how, before) => {
    const { desk, last } = await held();
    const forged = seal(before(last), 'control', liftedBy(noon(5)));
    await desk.ledger.append(forged);
    const watch = watched(desk);
    await watchLedger(watch, told(forged));
    const altered = { stream: 'control', seq: forged.seq, change: 'insert', hashAfter: forged.hash };
    expect(watch.alarms).toEqual([altered]);
    expect(await desk.ledger.read(TODAY)).toMatchObject([{ type: 'ledger.altered', data: altered }]);
  });

  test('that runs backwards in time raises the alarm', async () => {
    const { desk, last } = await held();
    const forged = seal({ ...last, at: '2020-01-01T00:00:00.000Z' }, 'control', liftedBy('2020-01-01T00:00:00.000Z'));
    await desk.ledger.append(forged);
    expect(await isForged(desk.ledger, 'control', forged.seq)).toBe(true);
  });

  test('of a kind that has no place in control, or in a person’s stream, raises the alarm', async () => {
    const { desk, last } = await held();
    const forged = seal(last, 'control', approved(approver, noon(5)));
    const misplaced = seal(undefined, PERSON, liftedBy(NOON));
    for (const event of [forged, misplaced]) await desk.ledger.append(event);
    expect(await isForged(desk.ledger, 'control', forged.seq)).toBe(true);
    expect(await isForged(desk.ledger, PERSON, 0)).toBe(true);
  });

  test('in a person’s stream that follows nothing raises the alarm', async () => {
    const { ledger } = memoryDesk();
    const data = { handle: handleOf('other'), carried: NO_STANDING };
    const begun = seal(undefined, PERSON, recorded('link.removed', data, { by: engineer, at: NOON }));
    const forged = seal({ ...begun, seq: 6 }, PERSON, recorded('link.removed', data, { by: engineer, at: NOON }));
    for (const event of [begun, forged]) await ledger.append(event);
    expect(await isForged(ledger, PERSON, begun.seq)).toBe(false);
    expect(await isForged(ledger, PERSON, forged.seq)).toBe(true);
  });
});

describe('what another change tells', () => {
  test('that the event is gone by now', async () => {
    const { desk, last } = await held();
    expect(await isForged(desk.ledger, 'control', last.seq + 1)).toBe(false);
  });

  test('that the one before it was altered', async () => {
    const { desk, last } = await held();
    desk.ledger.alter('control', last.seq - 1, (canonical) => canonical.replace('the-version', 'another'));
    expect(await isForged(desk.ledger, 'control', last.seq)).toBe(false);
  });
});

test('an event whose content is not what its hash says is forged', async () => {
  const { desk, last } = await held();
  desk.ledger.alter('control', last.seq, (canonical) => canonical.replace('"all"', '"none"'));
  expect(await isForged(desk.ledger, 'control', last.seq)).toBe(true);
});

test('while the ledger is away it is told again later', async () => {
  const { last } = await held();
  const away = { pair: () => Promise.reject(unavailable()) };
  await expect(isForged(away, 'control', last.seq)).rejects.toMatchObject({ code: 'ledger_unavailable' });
});

test('a bug is no forgery', async () => {
  const { desk, last } = await held();
  const [first] = await desk.ledger.pair('control', last.seq);
  const broken = {
    ...last,
    get stream(): never {
      throw new RangeError('a bug');
    },
  };
  const ledger = { pair: () => Promise.resolve([first!, broken]) };
  await expect(isForged(ledger, 'control', last.seq)).rejects.toThrow(RangeError);
});
