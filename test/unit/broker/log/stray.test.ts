import { describe, expect, test } from '@jest/globals';
import { hashCanonical } from '../../../../lib/broker/chain.ts';
import type { LedgerItem } from '../../../../lib/broker/log/verify-ledger-ports.ts';
import { verifyLedger } from '../../../../lib/broker/log/verify-ledger.ts';
import { ledgerOf, readLedger } from '../../../support/audit-ledger.ts';
import { checkpointKey, logOf } from '../../../support/audit-log.ts';

const key = checkpointKey();
const { streams, tile } = ledgerOf([...logOf({ events: 60, every: 10, key, open: 4 })], 4);
const [busiest = ''] = [...streams.keys()].filter((stream) => stream.startsWith('request#'));

/** Before the first, and between each two. */
const placesIn = (stream: string): readonly number[] => {
  const items = streams.get(stream)!;
  return [-1e100, -1, -0.5, ...items.slice(1).map(({ seq }) => seq - 0.5)];
};

const verifyWith = async (stream: string, stray: LedgerItem) => {
  const items = [...streams.get(stream)!, stray].toSorted((a, b) => a.seq - b.seq);
  const ledger = readLedger(new Map([...streams, [stream, items]]), tile);
  return verifyLedger(ledger, { from: 0 }, [key.publicKey]);
};

describe.each(['checkpoint', 'log', busiest])('attack: what is put into %s under no number of an event', (stream) => {
  test('is found at every place, though nothing else is altered', async () => {
    for (const seq of placesIn(stream)) {
      const { firstBad } = await verifyWith(stream, { seq, canonical: '{}', hash: hashCanonical('{}') });
      expect([seq, firstBad?.what, firstBad?.stream, firstBad?.seq]).toEqual([
        ...[seq, 'added', stream, Math.max(0, Math.ceil(seq))],
      ]);
    }
  });

  test('is found where it is a copy of what stands before it', async () => {
    for (const seq of placesIn(stream)) {
      const copied = streams.get(stream)!.findLast((item) => item.seq < seq) ?? streams.get(stream)![0]!;
      const { firstBad } = await verifyWith(stream, { ...copied, seq });
      expect([seq, firstBad?.stream]).toEqual([seq, stream]);
    }
  });

  test('is looked for, and the ledger is well without it', async () => {
    expect(placesIn(stream).length).toBeGreaterThan(4);
    expect(await verifyLedger(readLedger(streams, tile), { from: 0 }, [key.publicKey])).toMatchObject({
      checked: { events: 60, checkpoints: 6 },
    });
  });
});
