import { describe, expect, test } from '@jest/globals';
import { seal } from '../../lib/broker/chain.ts';
import { carriedOf, emptyFrontier } from '../../lib/broker/log/frontier.ts';
import { ForgedLogError, LOG } from '../../lib/broker/log/head.ts';
import { rebuildPlaces } from '../../lib/broker/log/keep-places.ts';
import { rootBy } from '../../lib/broker/log/prove.ts';
import { sequence } from '../../lib/broker/log/sequence.ts';
import type { TypedEvent } from '../../lib/broker/log/ports.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { brokenLaws, entriesOf } from '../support/log-laws.ts';
import { patient } from '../support/memory.ts';
import { eventsOf, type LogWorld, logWorld, runKey, tileKey } from '../support/memory-log.ts';

/** Two streams, of which the first events are in the log; the rest is in the ledger, and is told next. */
const scene = async (): Promise<{
  world: LogWorld;
  events: readonly StoredEvent[];
  next: readonly StoredEvent[];
}> => {
  const world = logWorld();
  const events = [...eventsOf('request#r_1', 6), ...eventsOf('control', 300), ...eventsOf('signin#1', 1)];
  const next = events.filter(({ stream, seq }) => seq >= (stream === 'control' ? 290 : 4));
  // The places of the log's last event are written again at each run: what is attacked stands before it.
  const inLog = [
    events.slice(0, 2),
    events.slice(2, 4),
    events.slice(6, 294),
    events.slice(294, 296),
    events.slice(306),
  ];
  for (const event of events) world.ledger.put(event);
  for (const batch of inLog) {
    await sequence(world.sequencer, batch, patient);
  }
  return { world, events, next };
};

/** What was put where nobody asks stays; the log is as it should be. */
const isOfTheLog = (law: string): boolean => !law.startsWith('the place of');

const bytes = (of: number): Buffer => Buffer.alloc(32, of);

describe('somebody who may write where places and tiles are kept', () => {
  test('takes away the place of a stream’s last events: the log itself says where they are, and none goes in twice', async () => {
    const { world, events, next } = await scene();
    world.places.runs.delete(runKey({ stream: 'request#r_1', last: 3 }));
    await sequence(world.sequencer, next, patient);
    expect(await brokenLaws(world, events)).toStrictEqual([]);
    expect(world.told).toEqual(['repaired run']);
  });

  test('takes away all places of a stream: the same', async () => {
    const { world, events, next } = await scene();
    for (const key of [...world.places.runs.keys()].filter((each) => each.startsWith('control'))) {
      world.places.runs.delete(key);
    }
    await sequence(world.sequencer, next, patient);
    expect((await brokenLaws(world, events)).filter(isOfTheLog)).toStrictEqual([]);
    expect(new Set(world.told)).toEqual(new Set(['repaired run']));
  });

  test('says of events that they are in the log already: their leaves are others, and they go in', async () => {
    const { world, events, next } = await scene();
    await world.places.putRun({ stream: 'request#r_1', last: 9, count: 6, index: 0 });
    await sequence(world.sequencer, next, patient);
    expect((await brokenLaws(world, events)).filter(isOfTheLog)).toStrictEqual([]);
  });

  test('says of the events before that they are in the log: their leaves are others, and they go in first', async () => {
    const { world, events } = await scene();
    await world.places.putRun({ stream: 'request#r_1', last: 4, count: 1, index: 2 });
    await sequence(world.sequencer, events.slice(5, 6), patient);
    const seqs = (await entriesOf(world)).filter(({ stream }) => stream === 'request#r_1').map(({ seq }) => seq);
    expect(seqs).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test.each([
    ['alters a hash in a tile that is not full', 0, 1, (hashes: readonly Buffer[]) => hashes.with(3, bytes(1))],
    ['alters a hash in a tile of roots', 1, 0, (hashes: readonly Buffer[]) => hashes.with(0, bytes(1))],
    ['empties a tile', 0, 1, () => []],
    [
      'writes a tile that looks longer',
      0,
      1,
      (hashes: readonly Buffer[]) => [...hashes, ...Array.from({ length: 60 }, () => bytes(2))],
    ],
  ] as const)('%s: all are made anew of the log', async (_what, level, n, forge) => {
    const { world, events, next } = await scene();
    const tile = world.places.tiles.get(tileKey({ level, n }));
    if (!tile) throw new TypeError('there is such a tile');
    world.places.tiles.set(tileKey(tile), { ...tile, hashes: forge(tile.hashes) });
    await sequence(world.sequencer, next, patient);
    expect(await brokenLaws(world, events)).toStrictEqual([]);
    expect(world.told).toContain('repaired tiles');
  });

  test('alters a full tile, which nobody writes again: what is proved with it is not what was signed', async () => {
    const { world, events, next } = await scene();
    const tile = world.places.tiles.get('0/0');
    if (!tile) throw new TypeError('there is such a tile');
    const before = await rootBy(world.places.tile, 255);
    world.places.tiles.set('0/0', { ...tile, hashes: tile.hashes.with(7, bytes(1)) });
    await sequence(world.sequencer, next, patient);
    expect(await rootBy(world.places.tile, 255)).not.toEqual(before);
    expect(await brokenLaws(world, events)).toContain('a proof is wrong');
    await rebuildPlaces(world.sequencer, (await world.ledger.read(LOG)).length - 1);
    expect(await brokenLaws(world, events)).toStrictEqual([]);
  });
});

describe('somebody with the keys to the ledger', () => {
  const extension = async ({ ledger }: LogWorld): Promise<TypedEvent<'log.extended'>> => {
    const last = await ledger.last(LOG);
    if (last?.type !== 'log.extended') throw new TypeError('the log has a last event');
    return last;
  };

  const forged = (last: StoredEvent, data: Partial<TypedEvent<'log.extended'>['data']>, from = last): StoredEvent => {
    if (last.type !== 'log.extended') throw new TypeError('this is no event of the log');
    return seal(from, LOG, {
      ...{ type: 'log.extended', eventId: 'forged', at: from.at, actor: last.actor },
      data: { ...last.data, ...data },
    });
  };

  test.each([
    ['that begins elsewhere', { first: 3 }],
    ['of another size', { carried: { size: 299, frontier: [] } }],
    ['with the frontier of nothing', { carried: carriedOf(emptyFrontier) }],
    ['with no entries', { entries: [] }],
    ['with what is no hash', { entries: [{ stream: 'request#r_9', seq: 0, hash: 'none' }] }],
    ['that says the same again', {}],
  ])('puts an event into the log %s: nothing goes in behind it, and nothing is taken for true', async (_what, data) => {
    const { world, next } = await scene();
    world.ledger.put(forged(await extension(world), data));
    await expect(sequence(world.sequencer, next, patient)).rejects.toThrow(ForgedLogError);
    expect((await world.ledger.read(LOG)).at(-1)?.eventId).toBe('forged');
  });

  test('puts something else there, or breaks the link: the same', async () => {
    const { world, next } = await scene();
    const last = await extension(world);
    const [other] = eventsOf(LOG, 1);
    const [before] = await world.ledger.part(LOG, 0, 0);
    if (!other || !before) throw new TypeError('they were made');
    world.ledger.put({ ...seal(last, LOG, { ...other, at: last.at }) });
    await expect(sequence(world.sequencer, next, patient)).rejects.toThrow(ForgedLogError);
    const unlinked = { ...forged(last, {}, before), seq: last.seq + 1 };
    world.ledger.put(unlinked);
    await expect(sequence(world.sequencer, next, patient)).rejects.toMatchObject({ code: 'ledger_unavailable' });
  });

  test('puts an event far behind a stream’s end: it goes in, the gap before it is told, and what is genuine still goes in', async () => {
    const world = logWorld();
    const events = eventsOf('request#r_1', 12);
    for (const event of [...events.slice(0, 3), ...events.slice(11)]) world.ledger.put(event);
    await sequence(world.sequencer, events.slice(0, 3), patient);
    await sequence(world.sequencer, events.slice(11), patient);
    expect(world.told).toEqual(['gap before request#r_1 11']);
    for (const event of events.slice(3, 5)) world.ledger.put(event);
    await sequence(world.sequencer, events.slice(3, 5), patient);
    expect((await entriesOf(world)).map(({ seq }) => seq)).toEqual([0, 1, 2, 11, 3, 4]);
  });

  test('takes an event out of the log, or puts something else in its place: what is derived is made anew up to there', async () => {
    const { world } = await scene();
    const last = (await extension(world)).seq;
    world.ledger.remove(LOG, 2);
    await expect(rebuildPlaces(world.sequencer, last)).rejects.toMatchObject({ seq: 2 });
    const [other] = eventsOf(LOG, 3).slice(2);
    if (!other) throw new TypeError('an event was made');
    world.ledger.put(other);
    await expect(rebuildPlaces(world.sequencer, last)).rejects.toMatchObject({ seq: 2 });
    for (let seq = 0; seq <= last; seq += 1) world.ledger.remove(LOG, seq);
    await expect(rebuildPlaces(world.sequencer, last)).rejects.toThrow(ForgedLogError);
  });

  test('puts an event there that names no event before it: it goes in, and nothing goes in twice', async () => {
    const { world, events } = await scene();
    const before = (await entriesOf(world)).length;
    const [, first] = events;
    if (!first) throw new TypeError('events were made');
    await sequence(world.sequencer, [{ ...first, seq: 4, prevHash: '' }], patient);
    const seqs = (await entriesOf(world)).slice(before).map(({ stream, seq }) => `${stream} ${seq}`);
    expect(seqs).toEqual(['request#r_1 4']);
  });

  test('puts an event before a stream’s beginning: it has no place in the log, and stops nobody', async () => {
    const world = logWorld();
    const events = eventsOf('request#r_1', 2);
    const [first] = events;
    if (!first) throw new TypeError('an event was made');
    for (const event of events) world.ledger.put(event);
    await sequence(world.sequencer, [{ ...first, seq: -1 }, ...events], patient);
    expect(await brokenLaws(world, events)).toStrictEqual([]);
  });

  test('deletes or alters an event before it is in the log: the gap is told, and what stands behind it goes in', async () => {
    const world = logWorld();
    const events = eventsOf('control', 6);
    for (const event of events) world.ledger.put(event);
    world.ledger.remove('control', 1);
    world.ledger.alter('control', 3, (canonical) => canonical.replace('okta', 'evil'));
    await sequence(world.sequencer, events.slice(5), patient);
    expect((await entriesOf(world)).map(({ seq }) => seq)).toEqual([0, 2, 4, 5]);
    expect(world.told).toEqual(['gap before control 2', 'gap before control 4']);
  });

  test('alters an event after it is in the log: the log still has the hash of what was written', async () => {
    const { world, events } = await scene();
    world.ledger.alter('request#r_1', 1, (canonical) => canonical.replace('okta', 'evil'));
    const entry = (await entriesOf(world)).find(({ stream, seq }) => stream === 'request#r_1' && seq === 1);
    expect(entry?.hash).toBe(events[1]?.hash);
    expect(await world.ledger.part('request#r_1', 1, 1)).toStrictEqual([]);
  });
});
