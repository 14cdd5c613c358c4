import { expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { CHECKPOINT } from '../../../../lib/broker/log/head.ts';
import { lastSigned } from '../../../../lib/broker/log/last-signed.ts';
import type { EventData, RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import { checkpointKey, keyWithABug, logOf } from '../../../support/audit-log.ts';
import { noon, recorded, security, submitted } from '../../../support/builders.ts';

const key = checkpointKey();
const [one, two, three] = [...logOf({ events: 6, every: 2, key })].map(
  ({ checkpoint, signature, kid }): EventData['checkpoint.signed'] => ({ checkpoint, signature, kid }),
) as [EventData['checkpoint.signed'], EventData['checkpoint.signed'], EventData['checkpoint.signed']];
const signed = (data: EventData['checkpoint.signed']): RecordedEvent =>
  recorded('checkpoint.signed', data, { by: security, at: noon(0) });
const NOBODYS = signed({ ...one, signature: '' });

/** What is the last of ours in a stream with these, and what else stands there; how many reads that took. */
const last = async (recordeds: readonly RecordedEvent[], keys = [key.publicKey]) => {
  const events: StoredEvent[] = [];
  for (const event of recordeds) events.push(seal(events.at(-1), CHECKPOINT, event));
  const [forged, reads]: [number[], string[]] = [[], []];
  const part = (_stream: string, from: number, to: number): Promise<readonly StoredEvent[]> => {
    reads.push(`${from}..${to}`);
    return Promise.resolve(events.filter(({ seq }) => seq >= from && seq <= to));
  };
  const ledger = { part };
  const found = await lastSigned({ ledger, forged: (seq) => forged.push(seq) }, events.at(-1)!, keys);
  return { text: found?.text, forged, reads };
};

test('where the last two are ours, no others are read', async () => {
  expect(await last([one].map(signed))).toEqual({ text: one.checkpoint, forged: [], reads: [] });
  expect(await last([one, two, three].map(signed))).toEqual({ text: three.checkpoint, forged: [], reads: ['1..1'] });
});

test('what nobody signed is told, and passed over', async () => {
  expect(await last([signed(one), NOBODYS, signed(two), NOBODYS])).toMatchObject({
    ...{ text: two.checkpoint, forged: [1, 3] },
  });
  expect(await last([NOBODYS])).toMatchObject({ text: undefined, forged: [0] });
});

test('attack: a copy of the first behind what nobody signed is not where ours go on', async () => {
  expect(await last([signed(one), signed(two), NOBODYS, signed(one)])).toMatchObject({
    ...{ text: two.checkpoint, forged: [2, 3] },
  });
});

test('attack: a copy of an earlier one is passed over', async () => {
  expect(await last([...[one, two, three].map(signed), signed(two)])).toMatchObject({
    ...{ text: three.checkpoint, forged: [3] },
  });
});

test('attack: what is no checkpoint at all is passed over, whatever it says', async () => {
  const other = submitted({}, { at: noon(0) });
  const unfit = signed(null as never);
  expect(await last([signed(one), other, unfit])).toMatchObject({ text: one.checkpoint, forged: [1, 2] });
});

test('a bug is no forgery', async () => {
  await expect(last([signed(one)], [keyWithABug])).rejects.toThrow(RangeError);
});
