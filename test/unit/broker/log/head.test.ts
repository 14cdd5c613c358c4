import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { appendLeaf, carriedOf, emptyFrontier } from '../../../../lib/broker/log/frontier.ts';
import { ForgedLogError, LOG, headOf } from '../../../../lib/broker/log/head.ts';
import { rebuildPlaces } from '../../../../lib/broker/log/keep-places.ts';
import { leafHash } from '../../../../lib/broker/log/merkle.ts';
import type { EventData, StoredEvent } from '../../../../lib/domain/event.ts';
import { noon, recorded, security } from '../../../support/builders.ts';
import { eventsOf, memoryLogPlaces } from '../../../support/memory-log.ts';

const [one, two, three] = eventsOf('request#r_1', 3) as [StoredEvent, StoredEvent, StoredEvent];
const by = { by: security, at: noon(9000) };
const entryOf = ({ stream, seq, hash }: StoredEvent) => ({ stream, seq, hash });
const after = (...events: readonly StoredEvent[]) =>
  events.map(({ hash }) => leafHash(hash)).reduce(appendLeaf, emptyFrontier);
const extended = (before: StoredEvent | undefined, data: EventData['log.extended']): StoredEvent =>
  seal(before, LOG, recorded('log.extended', data, by));

const first = extended(undefined, { first: 0, entries: [entryOf(one)], carried: carriedOf(after(one)) });
const next: EventData['log.extended'] = {
  ...{ first: 1, entries: [entryOf(two), entryOf(three)] },
  carried: carriedOf(after(one, two, three)),
};

const headIn = (end: StoredEvent | undefined, before?: StoredEvent) =>
  headOf({ last: () => Promise.resolve(end), pair: () => Promise.resolve([before, end] as never) });

describe('where the log ends', () => {
  test('is nowhere while it is empty', async () => {
    expect(await headIn(undefined)).toEqual({ last: undefined, frontier: emptyFrontier });
  });

  test('is its last event, with the frontier that its entries make', async () => {
    expect(await headIn(first)).toEqual({ last: first, frontier: after(one) });
    const second = extended(first, next);
    expect(await headIn(second, first)).toEqual({ last: second, frontier: after(one, two, three) });
  });
});

describe('attack: an end that does not follow', () => {
  const others = carriedOf(after(one, three, two));
  const oneWrong = { ...next.carried, frontier: next.carried.frontier.with(1, two.hash) };
  const swapped = { ...next.carried, frontier: next.carried.frontier.toReversed() };
  const another = seal(undefined, LOG, eventsOf(LOG, 1)[0]!);
  test.each<readonly [string, StoredEvent, StoredEvent | undefined]>([
    ['that is no event of the log', seal(first, LOG, { ...eventsOf(LOG, 1)[0]!, at: first.at }), first],
    ['that follows what is no event of the log', extended({ ...another, at: first.at }, next), another],
    ['that begins one leaf too late', extended(first, { ...next, first: 2 }), first],
    ['that adds nothing', extended(first, { first: 1, entries: [], carried: carriedOf(after(one)) }), first],
    ['of which the size is another', extended(first, { ...next, carried: { ...next.carried, size: 6 } }), first],
    ['that carries the frontier of other leaves', extended(first, { ...next, carried: others }), first],
    ['of which one root of two is another', extended(first, { ...next, carried: oneWrong }), first],
    ['that carries roots in another order', extended(first, { ...next, carried: swapped }), first],
    ['that follows nothing', extended(undefined, next), undefined],
    ['that names another event before it', extended({ ...first, hash: 'x'.repeat(43) }, next), first],
  ])('%s', async (_what, end, before) => {
    await expect(headIn(end, before)).rejects.toThrow(ForgedLogError);
    await expect(headIn(end, before)).rejects.toMatchObject({ seq: end.seq });
  });
});

test('attack: a log whose first event begins elsewhere has no places', async () => {
  const carried = { size: 257, frontier: [one.hash, two.hash] };
  const event = extended(undefined, { first: 256, entries: [entryOf(one)], carried });
  const ledger = { part: () => Promise.resolve([event]) };
  const keeper = { ledger, places: memoryLogPlaces(), repaired: () => undefined };
  await expect(rebuildPlaces(keeper, 0)).rejects.toThrow(ForgedLogError);
});
