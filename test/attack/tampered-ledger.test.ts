import { describe, expect, test } from '@jest/globals';
import { canonicalOf, hashCanonical, seal } from '../../lib/broker/chain.ts';
import type { BadPlace } from '../../lib/broker/log/bad-place.ts';
import { leafHash } from '../../lib/broker/log/merkle.ts';
import { verifyLedger } from '../../lib/broker/log/verify-ledger.ts';
import type { LedgerItem } from '../../lib/broker/log/verify-ledger-ports.ts';
import type { RecordedEvent, StoredEvent } from '../../lib/domain/event.ts';
import { type Streams, ledgerOf, readLedger, tilesOf } from '../support/audit-ledger.ts';
import { checkpointKey, logOf } from '../support/audit-log.ts';

const [EVENTS, EVERY, ENTRIES] = [1000, 10, 4];
const key = checkpointKey();
const steps = [...logOf({ events: EVENTS, every: EVERY, key, open: 8 })];
const { streams: good, tile } = ledgerOf(steps, ENTRIES);
const events = steps.flatMap((step) => step.events);
const positions = events.map((_, index) => index);
const [logSeqs, checkpointSeqs] = ['log', 'checkpoint'].map((stream) => good.get(stream)!.map(({ seq }) => seq)) as [
  number[],
  number[],
];

/** The ledger before a tampered event is as it was: from the checkpoint on that covers it first. */
const verify = async (streams: Streams, checkpoint: number, tiles = tile): Promise<BadPlace | undefined> =>
  (await verifyLedger(readLedger(streams, tiles), { from: checkpoint, to: checkpoint }, [key.publicKey])).firstBad;

const stepOf = (index: number): number => Math.floor(index / EVERY);
const placeOf = (index: number) => {
  const { stream, seq } = events[index]!;
  return { index, stream, seq, checkpoint: stepOf(index) };
};

type Change = (items: readonly LedgerItem[], at: number) => readonly LedgerItem[];
const tamper = (stream: string, seq: number, change: Change): Streams =>
  new Map([...good, [stream, change(good.get(stream)!, seq)]]);

const numbered: (items: readonly LedgerItem[]) => readonly LedgerItem[] = (items) =>
  items.map((item, seq) => ({ ...item, seq }));
const withLetter = (canonical = ''): string => canonical.replace('"eventId":"', '"eventId":"!');
const letter: Change = (items, at) => items.with(at, { ...items[at]!, canonical: withLetter(items[at]!.canonical) });
const letterAndHash: Change = (items, at) => {
  const canonical = withLetter(items[at]!.canonical);
  return items.with(at, { ...items[at]!, canonical, hash: hashCanonical(canonical) });
};
const deleted: Change = (items, at) => items.toSpliced(at, 1);
const closed: Change = (items, at) => numbered(items.toSpliced(at, 1));
const swapped: Change = (items, at) => numbered(items.with(at, items[at + 1]!).with(at + 1, items[at]!));
const twice: Change = (items, at) => numbered(items.toSpliced(at, 0, items[at]!));
const between: Change = (items, at) => items.toSpliced(at, 0, { ...items[at]!, seq: at - 0.5 });
const cut: Change = (items, at) => items.slice(0, at);

const storedIn = ({ canonical = '', hash = '' }: LedgerItem): StoredEvent => ({
  ...(JSON.parse(canonical) as StoredEvent),
  hash,
});
/** `seal` gives it its place anew, whatever it says of it. */
const recordedIn = ({ canonical = '' }: LedgerItem): RecordedEvent => JSON.parse(canonical) as RecordedEvent;

/** All of these as one stream, with new hashes. */
const rehashed = (stream: string, recorded: readonly RecordedEvent[]): readonly LedgerItem[] => {
  let prev: StoredEvent | undefined;
  return recorded.map((event) => {
    prev = seal(prev, stream, event);
    return { seq: prev.seq, hash: prev.hash, canonical: canonicalOf(prev) };
  });
};
const rewritten =
  (stream: string, change: (events: readonly RecordedEvent[], at: number) => readonly RecordedEvent[]): Change =>
  (items, at) =>
    rehashed(stream, change(items.map(recordedIn), at));
const another = (event: RecordedEvent): RecordedEvent => ({ ...event, eventId: `${event.eventId}!` });
const isLast = ({ stream, seq }: StoredEvent): boolean => good.get(stream)!.length === seq + 1;
const forged: Change = (items, at) => {
  const before = items[at - 1];
  const { stream } = storedIn(items[at]!);
  const own = seal(before && storedIn(before), stream, another(recordedIn(items[at]!)));
  return numbered(items.toSpliced(at, 0, { seq: at, hash: own.hash, canonical: canonicalOf(own) }));
};

test('a ledger of 1,000 events as it was written verifies, in one go and in several', async () => {
  const ledger = readLedger(good, tile);
  expect(await verifyLedger(ledger, { from: 0 }, [key.publicKey], EVENTS)).toMatchObject({
    checked: { events: EVENTS, checkpoints: EVENTS / EVERY },
    last: { size: EVENTS },
  });
  const [first, second] = [
    await verifyLedger(ledger, { from: 0 }, [key.publicKey], 300),
    await verifyLedger(ledger, { from: 30 }, [key.publicKey], EVENTS),
  ];
  expect(first).toMatchObject({ checked: { events: 300 }, next: 30, last: { seq: 29 } });
  expect(second).toMatchObject({ checked: { events: 700 }, last: { seq: 99 } });
  for (const verdict of [first, second]) expect(verdict).not.toHaveProperty('firstBad');
});

describe('a ledger of 1,000 events, in which somebody, at every position,', () => {
  type What = BadPlace['what'];
  test.each<readonly [string, What, BadPlace['sign'], Change, (event: StoredEvent) => boolean]>([
    ['alters an event', 'altered', 'content', letter, () => true],
    ['alters an event and its hash', 'altered', 'content', letterAndHash, () => true],
    [
      'alters the hash beside an event',
      'altered',
      'line',
      (of, at) => of.with(at, { ...of[at]!, hash: '' }),
      () => true,
    ],
    ['takes the text of an event away', 'altered', 'content', (of, at) => of.with(at, { seq: at }), () => true],
    ['deletes an event', 'dropped', 'content', deleted, () => true],
    ['deletes an event and moves those behind it up', 'dropped', 'content', closed, () => true],
    ['cuts a stream off', 'dropped', 'content', cut, () => true],
    [
      'lets an event and the next of its stream change places',
      'reordered',
      'content',
      swapped,
      (event) => !isLast(event),
    ],
    ['inserts an event that continues the one before', 'added', 'content', forged, () => true],
    ['puts an event between two others', 'added', 'place', between, () => true],
  ])('%s', async (_, what, sign, change, where) => {
    for (const index of positions.filter((each) => where(events[each]!))) {
      const { stream, seq } = events[index]!;
      const bad = await verify(tamper(stream, seq, change), stepOf(index));
      expect(bad).toEqual({ what, sign, ...placeOf(index) });
    }
  });

  test('alters an event and works out anew all hashes behind it in its stream', async () => {
    for (const index of positions) {
      const { stream, seq } = events[index]!;
      const change = rewritten(stream, (of, at) => of.with(at, another(of[at]!)));
      expect(await verify(tamper(stream, seq, change), stepOf(index))).toEqual({
        ...{ what: 'altered', sign: 'content', ...placeOf(index) },
      });
    }
  });

  test('cuts all streams off at once, as if nothing had happened since', async () => {
    for (const index of positions) {
      const left = new Map([
        ['log', good.get('log')!],
        ['checkpoint', good.get('checkpoint')!],
      ]);
      for (const { stream, seq } of events.slice(0, index)) left.set(stream, good.get(stream)!.slice(0, seq + 1));
      expect(await verify(left, stepOf(index))).toEqual({ what: 'dropped', sign: 'content', ...placeOf(index) });
    }
  });
});

const PER_CHECKPOINT = Math.ceil(EVERY / ENTRIES);
const inLog = (seq: number) => {
  const checkpoint = Math.floor(seq / PER_CHECKPOINT);
  const index = checkpoint * EVERY + (seq % PER_CHECKPOINT) * ENTRIES;
  return { index, stream: 'log', seq, checkpoint };
};

describe('the log of a ledger, in which somebody, at every event of it,', () => {
  const isFollowed = (seq: number): boolean => (seq + 1) % PER_CHECKPOINT !== 0;
  test.each<readonly [string, object, Change, (seq: number) => boolean]>([
    ['alters a letter', { what: 'altered', sign: 'chain' }, letter, () => true],
    [
      'makes an event unreadable',
      { what: 'altered' },
      (of, at) => of.with(at, { seq: at, canonical: '{}' }),
      () => true,
    ],
    ['deletes an event', { what: 'dropped' }, deleted, () => true],
    ['deletes an event and moves those behind it up', { what: 'dropped' }, closed, () => true],
    ['cuts the log off', { what: 'dropped' }, cut, () => true],
    ['lets two events change places', { what: 'reordered' }, swapped, isFollowed],
    ['puts an event in once more', { what: 'added' }, (of, at) => twice(of, at), isFollowed],
  ])('%s', async (name, expected, change, where) => {
    for (const seq of logSeqs.filter(where)) {
      const bad = await verify(tamper('log', seq, change), inLog(seq).checkpoint);
      // The same event twice: it is the second that is one too many.
      const place = name.endsWith('once more')
        ? { ...inLog(seq), seq: seq + 1, index: inLog(seq + 1).index }
        : inLog(seq);
      expect(bad).toMatchObject({ ...expected, ...place });
    }
  });

  const ofAnother = (event: RecordedEvent): RecordedEvent => {
    const text = JSON.stringify(event).replace(/"hash":"[^"]*"/, `"hash":"${hashCanonical('another')}"`);
    return JSON.parse(text) as RecordedEvent;
  };
  const named = rewritten('log', (of, at) => of.with(at, ofAnother(of[at]!)));

  test('puts another hash into the log and works out anew all that follows: the tiles still show where', async () => {
    for (const seq of logSeqs)
      expect(await verify(tamper('log', seq, named), inLog(seq).checkpoint)).toEqual({
        ...{ what: 'altered', sign: 'leaves', ...inLog(seq) },
      });
  });

  test('and alters the tiles as well: then it is somewhere since the checkpoint before', async () => {
    const leaves = events.map(({ hash }) => leafHash(hash));
    for (const seq of logSeqs) {
      const { index, checkpoint } = inLog(seq);
      const tiles = tilesOf(leaves.with(index, leafHash(hashCanonical('another'))));
      expect(await verify(tamper('log', seq, named), checkpoint, tiles)).toMatchObject({
        ...{ what: 'altered', sign: 'root', stream: 'log', checkpoint },
        ...{ index: checkpoint * EVERY, to: checkpoint * EVERY + EVERY - 1 },
      });
    }
  });
});

describe('the checkpoints of a ledger, of which somebody, at every one of them,', () => {
  const unsigned: Change = (items, at) => forged(items, at);
  const isFollowed = (seq: number): boolean => seq + 1 < checkpointSeqs.length;
  const elsewhere = checkpointKey();
  const resigned: Change = (items, at) => {
    const event = storedIn(items[at]!);
    if (event.type !== 'checkpoint.signed') throw new TypeError('the stream has checkpoints');
    const data = { ...event.data, signature: elsewhere.sign(event.data.checkpoint) };
    return rewritten('checkpoint', (of) => of.with(at, { ...recordedIn(items[at]!), type: 'checkpoint.signed', data }))(
      items,
      at,
    );
  };
  test.each<readonly [string, object, Change, (seq: number) => boolean]>([
    ['alters a letter', { what: 'altered', sign: 'chain' }, letter, () => true],
    [
      'makes one unreadable',
      { what: 'altered', sign: 'checkpoint' },
      (of, at) => of.with(at, { seq: at, canonical: '' }),
      () => true,
    ],
    ['signs one with another key', { what: 'altered', sign: 'signature' }, resigned, () => true],
    ['deletes one', { what: 'dropped', sign: 'missing' }, deleted, () => true],
    ['deletes one and moves those behind it up', { what: 'dropped' }, closed, () => true],
    ['cuts them off', { what: 'dropped', sign: 'missing' }, cut, () => true],
    ['lets two change places', { what: 'reordered', sign: 'previous' }, swapped, isFollowed],
  ])('%s', async (_, expected, change, where) => {
    for (const seq of checkpointSeqs.filter(where))
      expect(await verify(tamper('checkpoint', seq, change), seq)).toMatchObject({
        ...{ ...expected, stream: 'checkpoint', seq, checkpoint: seq, index: seq * EVERY },
      });
  });

  test('inserts one that nobody signed', async () => {
    const nobodys: Change = (items, at) => {
      const event = unsigned(items, at)[at]!;
      const canonical = event.canonical?.replace(/"signature":"[^"]*"/, '"signature":"AAAA"') ?? '';
      return numbered(items.toSpliced(at, 0, { seq: at, canonical, hash: hashCanonical(canonical) }));
    };
    for (const seq of checkpointSeqs)
      expect(await verify(tamper('checkpoint', seq, nobodys), seq)).toMatchObject({
        ...{ what: 'added', sign: 'signature', stream: 'checkpoint', seq },
      });
  });
});
