import { describe, expect, test } from '@jest/globals';
import { canonicalOf, hashCanonical } from '../../../../lib/broker/chain.ts';
import type { LedgerItem } from '../../../../lib/broker/log/verify-ledger-ports.ts';
import { LOG_BEGINNING, logItem, placeAfter, readStretch } from '../../../../lib/broker/log/verify-log-stream.ts';
import type { StoredEvent } from '../../../../lib/domain/event.ts';
import { ledgerOf, readLedger } from '../../../support/audit-ledger.ts';
import { checkpointKey, logOf } from '../../../support/audit-log.ts';

const { streams, tile } = ledgerOf([...logOf({ events: 8, every: 8, key: checkpointKey(), open: 2 })], 2);
const log = streams.get('log')!;
const ledger = (items: readonly LedgerItem[]) => readLedger(new Map([['log', items]]), tile);
const faultOf = async (items: readonly LedgerItem[]) => (await readStretch(ledger(items), LOG_BEGINNING, 8)).fault;

/** The second event of the log, with some of it changed, and the hash of what it is then. */
const changed = (more: object, data: object = {}): readonly LedgerItem[] => {
  const event = JSON.parse(log[1]!.canonical!) as StoredEvent;
  const canonical = canonicalOf({ ...event, ...more, data: { ...event.data, ...data } } as never);
  return log.with(1, { seq: 1, canonical, hash: hashCanonical(canonical) });
};
const { carried } = (JSON.parse(log[2]!.canonical!) as { data: { carried: object } }).data;

describe('the events of the log', () => {
  test('say where each entry stands, and nothing is wrong with them', async () => {
    const { entries, seqs, next, ...more } = await readStretch(ledger(log), LOG_BEGINNING, 8);
    expect(entries).toHaveLength(8);
    expect(seqs).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(next).toMatchObject({ seq: 4, frontier: { size: 8 }, prevHash: log[3]!.hash });
    expect(more).toEqual({});
  });

  test.each([
    ['that begins with another leaf', changed({}, { first: 3 })],
    ['that carries another frontier', changed({}, { carried })],
    ['that continues another event', changed({ prevHash: hashCanonical('another') })],
    ['of another stream', changed({ stream: 'control' })],
    ['beside whose text stands another hash', log.with(1, { ...log[1]!, hash: log[0]!.hash! })],
  ])('are held against each other: one %s is altered', async (_, items) => {
    expect(await faultOf(items)).toEqual({ what: 'altered', sign: 'chain', seq: 1, index: 2 });
  });

  test.each([
    ['no text', { seq: 1 }],
    ['what is no JSON', { seq: 1, canonical: 'event', hash: '' }],
    ['another event', { seq: 1, canonical: streams.get('checkpoint')![0]!.canonical!, hash: '' }],
    ['a frontier that is none', changed({}, { carried: { size: 3, frontier: [] } })[1]!],
  ])('are events of the log: %s is none', async (_, item) => {
    expect(logItem(item)).toBeUndefined();
    expect(await faultOf(log.with(1, item))).toEqual({ what: 'altered', sign: 'canonical', seq: 1, index: 2 });
  });

  test.each([
    ['dropped', 'the number of one that follows', log.with(1, { ...log[2]!, seq: 1 })],
    ['added', 'the number of one before', log.with(1, { ...log[0]!, seq: 1 })],
    ['reordered', 'each other’s number', log.with(1, { ...log[2]!, seq: 1 }).with(2, { ...log[1]!, seq: 2 })],
  ])('have their own number: %s is what stands under %s', async (what, _, items) => {
    expect(await faultOf(items)).toEqual({ what, sign: 'place', seq: 1, index: 2 });
  });

  test('are all there', async () => {
    expect(await faultOf(log.toSpliced(1, 1))).toEqual({ what: 'dropped', sign: 'chain', seq: 1, index: 2 });
  });

  test('are found by how many leaves the log has after them', async () => {
    expect(await placeAfter(ledger(log), 0)).toBe(LOG_BEGINNING);
    expect(await placeAfter(ledger(log), 4)).toMatchObject({ seq: 2, frontier: { size: 4 }, prevHash: log[1]!.hash });
    for (const size of [3, 9]) expect(await placeAfter(ledger(log), size)).toBeUndefined();
  });
});
