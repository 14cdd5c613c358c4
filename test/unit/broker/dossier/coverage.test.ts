import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { type LogPlace, logPlacesOf, newestCheckpoint } from '../../../../lib/broker/dossier/coverage.ts';
import { HatcheckError } from '../../../../lib/domain/errors.ts';
import type { StoredEvent } from '../../../../lib/domain/event.ts';
import { checkpointKey } from '../../../support/audit-log.ts';
import { NOON, engineer, recorded } from '../../../support/builders.ts';
import { type ProvedLog, provedLog, signIns } from '../../../support/proved-log.ts';

const EVENTS = signIns(600);

const placesIn = async (log: ProvedLog, events = EVENTS): Promise<readonly LogPlace[]> => [
  ...(await logPlacesOf(log, events, await newestCheckpoint(log))).values(),
];

describe('where events stand', () => {
  test('each that the newest checkpoint covers is proved by it, the others wait', async () => {
    const log = provedLog(EVENTS);
    for (const size of [3, 590]) log.sign(size);
    const places = await placesIn(log);
    expect(places.filter(({ state }) => state === 'proved')).toHaveLength(590);
    expect(places[589]).toEqual({ state: 'proved', index: 589, checkpoint: 1, at: '2026-03-02T13:00:01.000Z' });
    expect(places[590]).toEqual({ state: 'waiting', index: 590 });
  });

  test('nothing is proved while nothing is signed', async () => {
    expect(await placesIn(provedLog(EVENTS), EVENTS.slice(0, 2))).toEqual([
      { state: 'waiting', index: 0 },
      { state: 'waiting', index: 1 },
    ]);
  });

  test('an event that the log has not heard of waits, without a place', async () => {
    const log = provedLog(EVENTS);
    log.sign(600);
    const other = seal(
      undefined,
      'signin#other',
      recorded('signin.ended', { via: 'cookie', reason: 'removed' }, { by: engineer, at: NOON }),
    );
    expect(await placesIn(log, [other])).toEqual([{ state: 'waiting' }]);
  });

  test('runs of several events count from their first', async () => {
    const log = provedLog(EVENTS);
    log.sign(600);
    log.runs.splice(0, 600, { stream: 'signin#0', last: 6, count: 7, index: 100 });
    const place = (await logPlacesOf(log, [{ ...EVENTS[0]!, seq: 4 }], undefined)).values().next().value;
    expect(place).toEqual({ state: 'waiting', index: 104 });
    expect(await placesIn(log, [{ ...EVENTS[0]!, seq: 7 }])).toEqual([{ state: 'waiting' }]);
  });
});

describe('where a run is', () => {
  const indexOf = async (seq: number) => {
    const log = provedLog(EVENTS);
    log.runs.splice(0, log.runs.length, { stream: 'signin#0', last: 4, count: 2, index: 100 });
    return (await logPlacesOf(log, [{ ...EVENTS[0]!, seq }], undefined)).get(EVENTS[0]!.eventId);
  };

  test.each([
    ['in front of it', 2, {}],
    ['its first', 3, { index: 100 }],
    ['its last', 4, { index: 101 }],
    ['behind it', 5, {}],
  ])('an event %s has the place that this gives', async (_where, seq, expected) => {
    expect(await indexOf(seq)).toEqual({ state: 'waiting', ...expected });
  });
});

test('each tile is read once, however many events it proves', async () => {
  const log = provedLog(EVENTS);
  log.sign(600);
  const read: string[] = [];
  const tile: ProvedLog['places']['tile'] = (place) => {
    read.push(`${place.level}/${place.n}`);
    return log.places.tile(place);
  };
  await logPlacesOf({ places: { ...log.places, tile } }, EVENTS, await newestCheckpoint(log));
  expect(read).toHaveLength(new Set(read).size);
});

describe('an attack on what proves', () => {
  const signed = (): ProvedLog => {
    const log = provedLog(EVENTS);
    log.sign(600);
    return log;
  };

  test('an event that was written anew, with a hash of its own, is unproved', async () => {
    const anew = EVENTS.map((event, n) => (n === 7 ? { ...event, hash: EVENTS[8]!.hash } : event));
    const places = await placesIn(signed(), anew);
    expect(places[7]).toEqual({ state: 'unproved', index: 7 });
    expect(places.filter(({ state }) => state === 'unproved')).toHaveLength(1);
  });

  test('a place that was moved, a tile that was altered or cut short, prove nothing', async () => {
    const moved = signed();
    moved.runs[7] = { ...moved.runs[7]!, index: 8 };
    expect((await placesIn(moved))[7]).toEqual({ state: 'unproved', index: 8 });
    const altered = signed();
    altered.tiles.get('0/0')![9] = Buffer.alloc(32);
    expect((await placesIn(altered))[7]?.state).toBe('unproved');
    const short = signed();
    short.tiles.set('0/0', []);
    expect((await placesIn(short))[7]?.state).toBe('unproved');
  });

  test('a checkpoint of another key is none, and the newest of ours counts', async () => {
    const log = provedLog(EVENTS);
    log.sign(10);
    log.sign(600, checkpointKey());
    expect(await newestCheckpoint(log)).toMatchObject({ seq: 0, said: { size: 10 } });
  });

  test('where nothing of ours is among the last hundred there is none', async () => {
    const log = provedLog(EVENTS);
    log.sign(10);
    const stranger = checkpointKey();
    for (let n = 0; n < 101; n += 1) log.sign(600, stranger);
    expect(await newestCheckpoint(log)).toBeUndefined();
  });

  test('an event of another kind in that stream is no checkpoint', async () => {
    const log = provedLog(EVENTS);
    log.checkpoints.push(seal(undefined, 'checkpoint', recorded('request.ended', {}, { by: engineer, at: NOON })));
    expect(await newestCheckpoint(log)).toBeUndefined();
  });

  test('nor is one that says it is of another kind, whatever it was copied from', async () => {
    const log = provedLog(EVENTS);
    const copy: object = { ...log.sign(10), type: 'request.ended' };
    log.checkpoints.splice(0, 1, copy as StoredEvent);
    expect(await newestCheckpoint(log)).toBeUndefined();
  });

  test('a fault of ours passes for no forgery', async () => {
    const boom = (): never => {
      throw new RangeError('boom');
    };
    const log = signed();
    await expect(
      logPlacesOf({ places: { ...log.places, tile: boom } }, EVENTS.slice(0, 1), await newestCheckpoint(log)),
    ).rejects.toThrow('boom');
    const key = new Proxy(log.key.publicKey, { get: boom });
    await expect(newestCheckpoint({ ...log, checkpointKeys: () => Promise.resolve([key]) })).rejects.toThrow('boom');
  });

  test('that the index is away is said, and is no proof of anything', async () => {
    const log = signed();
    const away = () => Promise.reject(new HatcheckError({ code: 'ledger_unavailable', reason: 'away' }));
    await expect(logPlacesOf({ places: { ...log.places, runsFrom: away } }, EVENTS, undefined)).rejects.toMatchObject({
      code: 'ledger_unavailable',
    });
  });
});
