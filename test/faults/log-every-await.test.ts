import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Sequencer, sequence } from '../../lib/broker/log/sequence.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { brokenLaws, entriesOf } from '../support/log-laws.ts';
import { patient } from '../support/memory.ts';
import { eventsOf, type LogWorld, logWorld } from '../support/memory-log.ts';
import { interrupter, type Strike, striker, StruckError } from '../support/struck.ts';

const STREAMS = ['request#r_1', 'request#r_2', 'signin#1', 'control'] as const;

/** A ledger of several streams, of which some was told before; what is told now is more than one event of the log takes. */
const scene = async (): Promise<{ world: LogWorld; events: readonly StoredEvent[]; batch: readonly StoredEvent[] }> => {
  const world = logWorld();
  const events = STREAMS.flatMap((stream) => eventsOf(stream, stream === 'request#r_1' ? 260 : 4));
  for (const event of events) world.ledger.put(event);
  const before = events.filter(({ stream, seq }) => seq < (stream === 'request#r_1' ? 120 : 2));
  await sequence(world.sequencer, before, patient);
  return { world, events, batch: events.filter((event) => !before.includes(event)) };
};

/** One run, struck; what happened to it is not known, and it is told again until it ends well. */
const struckRun = async ({ sequencer }: LogWorld, batch: readonly StoredEvent[], strike: Strike): Promise<boolean> => {
  const { around, wasStruck } = striker(strike);
  const { ledger, places, bus } = sequencer;
  const struck: Sequencer = {
    ...sequencer,
    ...{ ledger: around(ledger), places: around(places), ...(bus ? { bus: around(bus) } : {}) },
  };
  try {
    await sequence(struck, batch, patient);
  } catch (error) {
    if (!(error instanceof StruckError)) throw error;
  }
  await sequence(sequencer, batch, patient);
  return wasStruck();
};

describe.each(['crash', 'lost answer'] as const)('a sequencer struck by a %s', (how) => {
  test('at any of its awaits, and told again, has put each event into the log once', async () => {
    let at = 1;
    for (; ; at += 1) {
      const { world, events, batch } = await scene();
      const struck = await struckRun(world, batch, { at, how });
      expect([at, await brokenLaws(world, events)]).toEqual([at, []]);
      expect(world.told).toStrictEqual([]);
      if (!struck) break;
    }
    expect(at).toBeGreaterThan(15);
  });
});

describe('an append whose time is over, and that is done all the same', () => {
  test('at any await of the next run, leaves each event in the log once', async () => {
    let at = 1;
    for (; ; at += 1) {
      const { world, events, batch } = await scene();
      const { sequencer, ledger, places } = world;
      let late: StoredEvent | undefined;
      const slow: Sequencer['ledger'] = {
        ...ledger,
        append: (event) => {
          late = event;
          return Promise.reject(new StruckError('no answer yet'));
        },
      };
      await expect(sequence({ ...sequencer, ledger: slow }, batch, patient)).rejects.toThrow(StruckError);
      const { around, wasReached } = interrupter(at, async () => late && ledger.append(late));
      const next: Sequencer = { ...sequencer, ledger: around(ledger), places: around(places) };
      await sequence(next, batch, patient);
      expect([at, await brokenLaws(world, events)]).toEqual([at, []]);
      if (!wasReached()) break;
    }
    expect(at).toBeGreaterThan(10);
  });
});

describe('the sequencer', () => {
  test('makes one log of what is told twice, out of order, in parts and by two at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat({ max: 23 }), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 8 }),
        fc.nat({ max: 1000 }),
        async (batches, seed) => {
          const world = logWorld(seed + 1);
          const events = STREAMS.flatMap((stream) => eventsOf(stream, 6));
          for (const event of events) world.ledger.put(event);
          const told = batches.map((batch) => batch.flatMap((at) => events[at] ?? []));
          for (let at = 0; at < told.length; at += 2) {
            const both = [told[at] ?? [], told[at + 1] ?? []];
            await Promise.all(both.map((batch) => sequence(world.sequencer, batch, patient)));
          }
          // Each stream up to the last event that was told of it, whatever was told of those before.
          const last = new Map<string, number>();
          for (const { stream, seq } of told.flat()) last.set(stream, Math.max(seq, last.get(stream) ?? -1));
          const expected = events.filter(({ stream, seq }) => seq <= (last.get(stream) ?? -1));
          expect(await brokenLaws(world, expected)).toStrictEqual([]);
          expect(world.told).toStrictEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('that meets another one loses nothing: both end, and each event is there once', async () => {
    const { world, events } = await scene();
    const halves = [events.filter((_, at) => at % 2 === 0), events.filter((_, at) => at % 2 === 1), events];
    await Promise.all(halves.map((half) => sequence(world.sequencer, half, patient)));
    expect(await brokenLaws(world, events)).toStrictEqual([]);
  });

  test('fills from the ledger what it was never told, before what it is told', async () => {
    const world = logWorld();
    const events = eventsOf('request#r_1', 7);
    for (const event of events) world.ledger.put(event);
    await sequence(world.sequencer, events.slice(2, 3), patient);
    await sequence(world.sequencer, events.slice(5, 6), patient);
    expect((await entriesOf(world)).map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await brokenLaws(world, events.slice(0, 6))).toStrictEqual([]);
  });

  test('puts neither the log nor its checkpoints into the log', async () => {
    const world = logWorld();
    const [event] = eventsOf('signin#1', 1);
    if (!event) throw new TypeError('an event was made');
    await sequence(world.sequencer, [event], patient);
    expect(await sequence(world.sequencer, await world.ledger.read('log'), patient)).toBe(0);
    expect(await sequence(world.sequencer, eventsOf('checkpoint', 3), patient)).toBe(0);
    expect(await entriesOf(world)).toHaveLength(1);
  });

  test('puts at most a hundred entries into an event of the log', async () => {
    const world = logWorld();
    const events = eventsOf('control', 250);
    for (const event of events) world.ledger.put(event);
    expect(await sequence(world.sequencer, events, patient)).toBe(250);
    const sizes = (await world.ledger.read('log')).map(({ data }) => ('entries' in data ? data.entries.length : 0));
    expect(sizes).toEqual([100, 100, 50]);
  });

  test('publishes an event before it is in the log: when the bus is away, nothing goes in', async () => {
    const world = logWorld();
    const events = eventsOf('signin#1', 2);
    for (const event of events) world.ledger.put(event);
    const away = { put: () => Promise.reject(new StruckError('the bus is away')) };
    await expect(sequence({ ...world.sequencer, bus: away }, events, patient)).rejects.toThrow(StruckError);
    expect(await world.ledger.read('log')).toStrictEqual([]);
    await sequence(world.sequencer, events, patient);
    expect(await brokenLaws(world, events)).toStrictEqual([]);
  });

  test('never goes back in time, whatever its clock says', async () => {
    const world = logWorld();
    const events = eventsOf('signin#1', 2);
    for (const event of events) world.ledger.put(event);
    await sequence(world.sequencer, events.slice(0, 1), patient);
    world.clock.advance(-3600);
    await sequence(world.sequencer, events, patient);
    const [first, second] = await world.ledger.read('log');
    expect(second?.at).toBe(first?.at);
  });
});
