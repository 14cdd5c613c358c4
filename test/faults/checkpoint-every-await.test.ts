import { generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { seal } from '../../lib/broker/chain.ts';
import {
  checkpointHash,
  checkpointText,
  keyId,
  type SignedCheckpoint,
  verifyCheckpoint,
} from '../../lib/broker/log/checkpoint.ts';
import { CHECKPOINT, ForgedLogError, LOG } from '../../lib/broker/log/head.ts';
import { rebuildPlaces } from '../../lib/broker/log/keep-places.ts';
import type { CheckpointSigner } from '../../lib/broker/log/ports.ts';
import type { TilePlace } from '../../lib/broker/log/tiles.ts';
import { sequence } from '../../lib/broker/log/sequence.ts';
import { type CheckpointMaker, InconsistentLogError, signCheckpoint } from '../../lib/broker/log/sign-checkpoint.ts';
import { HatcheckError } from '../../lib/domain/errors.ts';
import type { EventData, StoredEvent } from '../../lib/domain/event.ts';
import { noon } from '../support/builders.ts';
import { patient } from '../support/memory.ts';
import { eventsOf, type LogWorld, logWorld, tileKey } from '../support/memory-log.ts';
import { striker, StruckError } from '../support/struck.ts';

const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const theirs = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const signerWith = ({ privateKey, publicKey }: typeof ours): CheckpointSigner => ({
  sign: (text) =>
    Promise.resolve({
      signature: sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'der' }).toString('base64'),
      kid: keyId(publicKey),
    }),
});

let world: LogWorld;
let forged: number[];
let maker: CheckpointMaker;
let told: number;

/** So many events more are in the log. */
const grow = async (count: number): Promise<void> => {
  const events = eventsOf('control', told + count).slice(told);
  for (const event of events) world.ledger.put(event);
  told += count;
  await sequence(world.sequencer, events, patient);
};

const setUp = async (): Promise<void> => {
  [world, forged, told] = [logWorld(), [], 0];
  maker = {
    ...{ ...world.sequencer, ledger: world.ledger, places: world.places, log: 'https://hatcheck.example.com' },
    ...{ signer: signerWith(ours), keys: () => Promise.resolve([ours.publicKey]) },
    forged: (seq) => forged.push(seq),
  };
  await grow(5);
};

const signed = async (): Promise<readonly SignedCheckpoint[]> =>
  (await world.ledger.part(CHECKPOINT, 0, 1000)).flatMap((event) =>
    event.type === 'checkpoint.signed' && event.actor.handle === 'on-checkpoint' ? [event.data] : [],
  );

/** What is wrong with the checkpoints; nothing where all is well. */
const brokenChain = async (): Promise<readonly string[]> => {
  let previous = '';
  let size = 0;
  const broken: string[] = [];
  for (const each of await signed()) {
    const said = verifyCheckpoint(each, [ours.publicKey]);
    if (said.previous !== previous) broken.push(`${said.size} is not chained`);
    if (said.size <= size) broken.push(`${said.size} covers nothing new`);
    previous = checkpointHash(each.checkpoint);
    size = said.size;
  }
  return broken;
};

const put = async (data: EventData['checkpoint.signed']): Promise<void> => {
  const last = await world.ledger.last(CHECKPOINT);
  world.ledger.put(
    seal(last, CHECKPOINT, {
      ...{ type: 'checkpoint.signed', data, eventId: `put by hand ${last?.seq ?? ''}`, at: last?.at ?? noon(0) },
      actor: { kind: 'system', handle: 'somebody' },
    }),
  );
};

beforeAll(setUp);

describe('checkpoints', () => {
  test('are chained, cover all that is in the log, and are not made of what has not grown', async () => {
    await setUp();
    for (const count of [0, 1, 0, 300]) {
      if (count > 0) await grow(count);
      await signCheckpoint(maker, patient);
      expect(await signCheckpoint(maker, patient)).toBeUndefined();
    }
    expect((await signed()).map((each) => verifyCheckpoint(each, [ours.publicKey]).size)).toEqual([5, 6, 306]);
    expect(await brokenChain()).toStrictEqual([]);
    expect(forged).toStrictEqual([]);
  });

  test('of an empty log are not made', async () => {
    await setUp();
    world = logWorld();
    expect(await signCheckpoint({ ...maker, ledger: world.ledger, places: world.places }, patient)).toBeUndefined();
  });

  test.each(['crash', 'lost answer'] as const)(
    'struck by a %s at any await are made by the next run, once',
    async (how) => {
      let at = 1;
      for (; ; at += 1) {
        await setUp();
        await signCheckpoint(maker, patient);
        await grow(3);
        const { around, wasStruck } = striker({ at, how });
        const struck = { ledger: around(maker.ledger), places: around(maker.places), signer: around(maker.signer) };
        await signCheckpoint({ ...maker, ...struck }, patient).catch((error: unknown) => {
          if (!(error instanceof StruckError)) throw error;
        });
        await signCheckpoint(maker, patient);
        expect([at, await brokenChain(), (await signed()).length]).toEqual([at, [], 2]);
        if (!wasStruck()) break;
      }
      expect(at).toBeGreaterThan(6);
    },
  );

  test('by two runs at once are one', async () => {
    await setUp();
    await Promise.all([1, 2, 3].map(() => signCheckpoint(maker, patient)));
    expect((await signed()).length).toBe(1);
    await grow(2);
    await Promise.all([1, 2, 3].map(() => signCheckpoint(maker, patient)));
    expect([(await signed()).length, await brokenChain()]).toEqual([2, []]);
  });

  test('made while the log grows are of the log as it was at a time', async () => {
    await setUp();
    for (let round = 0; round < 5; round += 1) await Promise.all([grow(7), signCheckpoint(maker, patient)]);
    await signCheckpoint(maker, patient);
    expect(await brokenChain()).toStrictEqual([]);
  });

  test('wait for the tiles of what was just appended, and not for ever', async () => {
    await setUp();
    await signCheckpoint(maker, patient);
    await grow(2);
    let late = 3;
    const tile = (place: TilePlace) => {
      late -= 1;
      return late >= 0 ? Promise.resolve([]) : world.places.tile(place);
    };
    await signCheckpoint({ ...maker, places: { tile } }, patient);
    expect([await brokenChain(), (await signed()).length]).toEqual([[], 2]);
    await grow(1);
    const never = { tile: () => Promise.resolve([]) };
    await expect(signCheckpoint({ ...maker, places: never }, patient)).rejects.toMatchObject({
      code: 'ledger_unavailable',
    });
  });

  test('are not on record when KMS is away, or signs with a key that nobody knows', async () => {
    await setUp();
    const away = new HatcheckError({ code: 'aws_unavailable', reason: 'as the test says' });
    const none = { ...maker, signer: { sign: () => Promise.reject(away) } };
    await expect(signCheckpoint(none, patient)).rejects.toBe(away);
    await expect(signCheckpoint({ ...maker, signer: signerWith(theirs) }, patient)).rejects.toMatchObject({
      fault: 'key',
    });
    const lying: CheckpointSigner = {
      sign: async (text) => ({ ...(await signerWith(theirs).sign(text)), kid: keyId(ours.publicKey) }),
    };
    await expect(signCheckpoint({ ...maker, signer: lying }, patient)).rejects.toMatchObject({ fault: 'signature' });
    expect(await world.ledger.read(CHECKPOINT)).toStrictEqual([]);
  });
});

describe('somebody who may write into the stream of checkpoints', () => {
  const text = (size: number, previous = '') =>
    checkpointText({ at: noon(0), log: maker.log, previous, root: Buffer.alloc(32).toString('base64url'), size });

  test.each([
    ['without the key', async () => ({ checkpoint: text(900), ...(await signerWith(theirs).sign(text(900))) })],
    [
      'with the name of our key',
      async () => ({
        checkpoint: text(900),
        ...(await signerWith(theirs).sign(text(900))),
        kid: keyId(ours.publicKey),
      }),
    ],
    ['of one that was signed, altered', async () => ({ ...((await signed())[0] ?? never()), checkpoint: text(900) })],
    ['that was signed before', async () => (await signed())[0] ?? never()],
    ['that is nothing', () => Promise.resolve({ checkpoint: '', signature: '', kid: '' })],
  ])('puts one there %s: it is told, it proves nothing, and ours go on where ours ended', async (_what, made) => {
    await setUp();
    await signCheckpoint(maker, patient);
    await grow(4);
    await signCheckpoint(maker, patient);
    await put(await made());
    await grow(2);
    await signCheckpoint(maker, patient);
    expect(forged).toEqual([2]);
    expect([await brokenChain(), (await signed()).length]).toEqual([[], 3]);
    await grow(1);
    await signCheckpoint(maker, patient);
    await grow(1);
    await signCheckpoint(maker, patient);
    expect([await brokenChain(), (await signed()).length]).toEqual([[], 5]);
  });

  test('puts an event of another kind there: the same', async () => {
    await setUp();
    await signCheckpoint(maker, patient);
    const last = (await world.ledger.last(CHECKPOINT)) ?? never();
    const [other] = eventsOf('control', 1);
    world.ledger.put(seal(last, CHECKPOINT, { ...(other ?? never()), at: last.at }));
    await grow(2);
    await signCheckpoint(maker, patient);
    expect([forged, await brokenChain(), (await signed()).length]).toEqual([[1], [], 2]);
  });

  test.each([
    ['that nobody signed', () => ({ checkpoint: '', signature: '', kid: '' })],
    ['that are copies of the first', (first: SignedCheckpoint) => first],
  ])('puts very many there %s: ours go on where ours ended', async (_what, made) => {
    await setUp();
    await signCheckpoint(maker, patient);
    await grow(1);
    await signCheckpoint(maker, patient);
    const [first = never()] = await signed();
    for (let count = 0; count < 250; count += 1) await put(made(first));
    await grow(1);
    await signCheckpoint(maker, patient);
    expect([forged.length, await brokenChain(), (await signed()).length]).toEqual([250, [], 3]);
  });

  test('puts the first of all there: ours begin behind it', async () => {
    await setUp();
    await put({ checkpoint: text(900), ...(await signerWith(theirs).sign(text(900))) });
    await signCheckpoint(maker, patient);
    expect([forged, await brokenChain(), (await signed()).length]).toEqual([[0], [], 1]);
  });
});

const never = (): never => {
  throw new TypeError('there is a first checkpoint');
};

describe('somebody who writes the log anew', () => {
  /** Sealed rightly from the beginning, with another event in it: all that a chain of hashes could show is as it should be. */
  const rewrite = async (): Promise<void> => {
    const other = logWorld();
    const events = eventsOf('control', told, noon(1));
    for (const event of events) other.ledger.put(event);
    await sequence(other.sequencer, events, patient);
    const log: readonly StoredEvent[] = await other.ledger.read(LOG);
    for (const { seq } of await world.ledger.read(LOG)) world.ledger.remove(LOG, seq);
    for (const event of log) world.ledger.put(event);
    await rebuildPlaces(world.sequencer, log.length - 1);
  };

  test('and all that is derived of it: what was signed does not fit, and nothing more is signed', async () => {
    await setUp();
    await signCheckpoint(maker, patient);
    await grow(3);
    await rewrite();
    await expect(signCheckpoint(maker, patient)).rejects.toThrow(InconsistentLogError);
    expect((await signed()).length).toBe(1);
  });

  test('shorter than what was signed: the same', async () => {
    await setUp();
    await grow(1);
    await signCheckpoint(maker, patient);
    world.ledger.remove(LOG, 1);
    await expect(signCheckpoint(maker, patient)).rejects.toThrow(InconsistentLogError);
  });

  test('or its tiles only: nothing is signed until they are true again', async () => {
    await setUp();
    await signCheckpoint(maker, patient);
    await grow(3);
    const tile = world.places.tiles.get(tileKey({ level: 0, n: 0 })) ?? never();
    world.places.tiles.set('0/0', { ...tile, hashes: tile.hashes.with(0, Buffer.alloc(32)) });
    await expect(signCheckpoint(maker, patient)).rejects.toThrow(InconsistentLogError);
    world.places.tiles.delete('0/0');
    await expect(signCheckpoint(maker, patient)).rejects.toMatchObject({ code: 'ledger_unavailable' });
    await grow(1);
    await signCheckpoint(maker, patient);
    expect([await brokenChain(), (await signed()).length]).toEqual([[], 2]);
  });

  test('behind its end: an event that does not follow is never signed', async () => {
    await setUp();
    const last = (await world.ledger.last(LOG)) ?? never();
    if (last.type !== 'log.extended') throw new TypeError('it is of the log');
    const data = { ...last.data, carried: { size: 6, frontier: [] } };
    world.ledger.put(
      seal(last, LOG, { type: 'log.extended', data, eventId: 'forged', at: last.at, actor: last.actor }),
    );
    await expect(signCheckpoint(maker, patient)).rejects.toThrow(ForgedLogError);
    expect(await signed()).toStrictEqual([]);
  });
});
