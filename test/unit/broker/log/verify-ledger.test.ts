import { describe, expect, test } from '@jest/globals';
import { canonicalOf, hashCanonical, seal } from '../../../../lib/broker/chain.ts';
import { checkpointText, parseCheckpoint } from '../../../../lib/broker/log/checkpoint.ts';
import { type Frontier, appendLeaf, carriedOf, emptyFrontier, rootOf } from '../../../../lib/broker/log/frontier.ts';
import { leafHash } from '../../../../lib/broker/log/merkle.ts';
import type { LedgerItem } from '../../../../lib/broker/log/verify-ledger-ports.ts';
import { verifyLedger } from '../../../../lib/broker/log/verify-ledger.ts';
import type { StoredEvent } from '../../../../lib/domain/event.ts';
import { type Streams, ledgerOf, readLedger } from '../../../support/audit-ledger.ts';
import { type LogStep, checkpointKey, logOf } from '../../../support/audit-log.ts';
import { noon, submitted } from '../../../support/builders.ts';

const key = checkpointKey();
const steps = [...logOf({ events: 60, every: 10, key, open: 4 })];
const { streams, tile } = ledgerOf(steps, 4);
const verify = (of: Streams, from: number, to?: number) =>
  verifyLedger(readLedger(of, tile), { from, ...(to === undefined ? {} : { to }) }, [key.publicKey]);

const at = (stream: string, seq: number): LedgerItem => streams.get(stream)![seq]!;
const storedAt = (stream: string, seq: number): StoredEvent => {
  const { canonical = '', hash = '' } = at(stream, seq);
  return { ...(JSON.parse(canonical) as StoredEvent), hash };
};

describe('verifyLedger', () => {
  test('has nothing to say where nothing is', async () => {
    expect(await verify(streams, 6)).toEqual({ checked: { events: 0, checkpoints: 0 } });
    expect(await verify(new Map(), 0)).toEqual({ checked: { events: 0, checkpoints: 0 } });
  });

  test('misses a checkpoint that is asked for and is not there', async () => {
    expect((await verify(streams, 6, 6)).firstBad).toMatchObject({ what: 'dropped', sign: 'missing', seq: 6 });
  });

  test('says where to go on behind what is bad', async () => {
    const cut = new Map([...streams, ['checkpoint', streams.get('checkpoint')!.toSpliced(2, 1)]]);
    expect(await verify(cut, 0, 5)).toMatchObject({ firstBad: { seq: 2 }, next: 3, last: { seq: 1 } });
    expect(await verify(cut, 3, 5)).toMatchObject({ firstBad: { what: 'dropped', sign: 'previous', seq: 3 }, next: 4 });
  });

  test('begins behind what nobody signed, and behind a copy of an earlier checkpoint', async () => {
    const text = (seq: number, change: (text: string) => string): LedgerItem => {
      const event = seal(storedAt('checkpoint', 3), 'checkpoint', {
        ...storedAt('checkpoint', seq),
        at: storedAt('checkpoint', 3).at,
      });
      const canonical = change(canonicalOf(event));
      return { seq: 4, canonical, hash: hashCanonical(canonical) };
    };
    const inserted = (item: LedgerItem): Streams => {
      const next = seal(
        { ...storedAt('checkpoint', 3), seq: 4, hash: item.hash ?? '' },
        'checkpoint',
        storedAt('checkpoint', 4),
      );
      const moved = { seq: 5, canonical: canonicalOf(next), hash: next.hash };
      return new Map([...streams, ['checkpoint', [...streams.get('checkpoint')!.slice(0, 4), item, moved]]]);
    };
    const copied = inserted(text(1, (same) => same));
    const nobodys = inserted(text(1, (same) => same.replace(/"signature":"[^"]*"/, '"signature":""')));
    for (const ledger of [copied, nobodys]) {
      expect(await verify(ledger, 5)).toMatchObject({
        checked: { events: 10, checkpoints: 1 },
        last: { seq: 5, size: 50 },
      });
      expect((await verify(ledger, 4)).firstBad).toMatchObject({ what: 'added', stream: 'checkpoint', seq: 4 });
    }
  });

  test('does not go by an event of the log that carries another frontier than was signed', async () => {
    const log = streams.get('log')!;
    const carrying = (canonical: string): Streams => {
      const item = { seq: 2, canonical, hash: hashCanonical(canonical) };
      return new Map([...streams, ['log', log.with(2, item)]]);
    };
    const { canonical = '' } = at('log', 2);
    const other = canonical.replace(/"frontier":\["[^"]*"/, `"frontier":["${hashCanonical('another')}"`);
    const none = canonical.replace(/"frontier":\[[^\]]*\]/, '"frontier":[]');
    for (const ledger of [carrying(other), carrying(none)])
      expect((await verify(ledger, 1, 1)).firstBad).toMatchObject({ sign: 'root', stream: 'log', checkpoint: 1 });
  });
});

describe('what shows in the ledger, and not in its tiles,', () => {
  const log = streams.get('log')!;
  const noTile = () => Promise.resolve([]);
  const firstBad = async (of: Streams, from: number, tiles = tile) =>
    (await verifyLedger(readLedger(of, tiles), { from, to: from }, [key.publicKey])).firstBad;
  const withLog = (items: readonly LedgerItem[]): Streams => new Map([...streams, ['log', items]]);
  /** The event of the log with that number, with its entries changed. */
  const changed = (seq: number, change: (entries: readonly object[]) => readonly object[]): LedgerItem => {
    const event = storedAt('log', seq);
    if (event.type !== 'log.extended') throw new TypeError('the log has such events');
    const canonical = canonicalOf({ ...event, data: { ...event.data, entries: change(event.data.entries) } } as never);
    return { seq, canonical, hash: hashCanonical(canonical) };
  };

  test('is how many entries there are too few or too many, somewhere since the last checkpoint', async () => {
    const range = { sign: 'root', stream: 'log', index: 10, to: 19, checkpoint: 1 };
    expect(await firstBad(withLog(log.slice(0, 5)), 1, noTile)).toMatchObject({ what: 'dropped', ...range });
    const twice = changed(5, (entries) => [...entries, ...entries]);
    expect(await firstBad(withLog(log.with(5, twice)), 1, noTile)).toMatchObject({ what: 'added', ...range });
  });

  test('is that the log was written anew, wholly, behind the checkpoint', async () => {
    const anew = ledgerOf([...logOf({ events: 60, every: 10, key, open: 4, seed: 2 })], 4);
    expect(await firstBad(withLog(anew.streams.get('log')!), 0, anew.tile)).toMatchObject({
      ...{ what: 'altered', sign: 'root', stream: 'log', seq: 0, index: 0, to: 9 },
    });
  });

  test('is which event of the log has the entry that is another', async () => {
    const another = (at: number) => (entries: readonly object[]) =>
      entries.with(at, { ...entries[at], hash: hashCanonical('another') });
    for (const at of [0, 1, 3])
      expect(await firstBad(withLog(log.with(1, changed(1, another(at)))), 0)).toMatchObject({
        ...{ what: 'altered', sign: 'leaves', stream: 'log', seq: 1, index: 4 + at },
      });
  });

  test('is an event of the log that has no text', async () => {
    expect(await firstBad(withLog(log.with(1, { seq: 1 })), 0)).toMatchObject({ stream: 'log', seq: 1, checkpoint: 0 });
  });

  test('is what stands between two events of the log', async () => {
    const between = withLog(log.toSpliced(1, 0, { seq: 0.5, canonical: '{}', hash: '' }));
    expect(await firstBad(between, 0)).toMatchObject({ what: 'added', sign: 'chain', stream: 'log', seq: 1 });
  });

  test('is a checkpoint that is another event, with more such behind it', async () => {
    const other = seal(storedAt('checkpoint', 1), 'checkpoint', submitted({}, { at: noon(99_999) }));
    const item = { canonical: canonicalOf(other), hash: other.hash };
    const checkpoints = [...streams.get('checkpoint')!.slice(0, 2), { seq: 2, ...item }, { seq: 3, ...item }];
    expect(await firstBad(new Map([...streams, ['checkpoint', checkpoints]]), 2)).toMatchObject({
      ...{ what: 'altered', sign: 'checkpoint', stream: 'checkpoint', seq: 2 },
    });
  });

  test.each(['{}', '{"seq":7}', '{"stream":"","seq":7}', '{"stream":"control"}', 'event'])(
    'is an event that was overwritten with %s: it says of no place that it belongs there',
    async (canonical) => {
      const [{ stream, seq }] = steps[0]!.events as readonly [StoredEvent];
      const items = streams.get(stream)!.with(seq, { seq, canonical, hash: hashCanonical(canonical) });
      expect(await firstBad(new Map([...streams, [stream, items]]), 0)).toMatchObject({
        ...{ what: 'altered', sign: 'content', stream, seq, index: 0 },
      });
    },
  );
});

describe('a ledger whose log has what should never have come there', () => {
  /** One checkpoint over these, whatever they are. */
  const logged = (events: readonly (LedgerItem & { readonly stream: string })[]): Streams => {
    const grow = (frontier: Frontier, { hash = '' }: LedgerItem): Frontier => appendLeaf(frontier, leafHash(hash));
    const frontier = events.reduce(grow, emptyFrontier);
    const root = rootOf(frontier).toString('base64url');
    const checkpoint = checkpointText({ ...parseCheckpoint(steps[0]!.checkpoint), root, size: events.length });
    const signed: Pick<LogStep, 'checkpoint' | 'signature' | 'kid'> = {
      checkpoint,
      signature: key.sign(checkpoint),
      kid: key.kid,
    };
    const written = { at: noon(0), eventId: 'one', actor: { kind: 'system', handle: 'on-sequence' } } as const;
    const entries = events.map(({ stream, seq, hash = '' }) => ({ stream, seq, hash }));
    const data = { first: 0, entries, carried: carriedOf(frontier) };
    const log = seal(undefined, 'log', { type: 'log.extended', data, ...written });
    const own = seal(undefined, 'checkpoint', { type: 'checkpoint.signed', data: signed, ...written });
    const items = [log, own].map((event) => ({ ...event, canonical: canonicalOf(event) }));
    return Map.groupBy([...events, ...items], ({ stream }) => stream);
  };
  const sealed = (seconds: number, before?: StoredEvent) => {
    const event = seal(before, 'request#r_A', submitted({}, { at: noon(seconds) }));
    return { event, item: { stream: event.stream, seq: event.seq, hash: event.hash, canonical: canonicalOf(event) } };
  };
  const first = sealed(0);

  test('shows that an event does not continue the one before it', async () => {
    const second = sealed(1, sealed(0).event);
    expect((await verify(logged([first.item, second.item]), 0)).firstBad).toMatchObject({
      ...{ what: 'altered', sign: 'chain', stream: 'request#r_A', seq: 1, index: 1, checkpoint: 0 },
    });
  });

  test.each([{ stream: 'request#r_B' }, { seq: 1 }])(
    'shows that an event says another place than %j',
    async (place) => {
      const item = { ...first.item, ...place };
      expect((await verify(logged([item]), 0)).firstBad).toMatchObject({
        ...{ what: 'altered', sign: 'line', stream: item.stream, seq: item.seq, index: 0 },
      });
    },
  );

  test('shows that the first event of a stream names one before it', async () => {
    const canonical = first.item.canonical.replace('"prevHash":""', '"prevHash":"another"');
    const item = { ...first.item, canonical, hash: hashCanonical(canonical) };
    expect((await verify(logged([item]), 0)).firstBad).toMatchObject({ what: 'altered', sign: 'chain', seq: 0 });
  });

  test('shows that an event is no canonical JSON', async () => {
    const canonical = ` ${first.item.canonical}`;
    expect(
      (await verify(logged([{ ...first.item, canonical, hash: hashCanonical(canonical) }]), 0)).firstBad,
    ).toMatchObject({
      ...{ what: 'altered', sign: 'canonical', index: 0 },
    });
  });

  test('is well where all is well', async () => {
    expect(await verify(logged([first.item, sealed(1, first.event).item]), 0)).toMatchObject({
      checked: { events: 2 },
    });
  });
});
