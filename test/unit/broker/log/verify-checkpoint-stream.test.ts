import { describe, expect, test } from '@jest/globals';
import { canonicalOf, hashCanonical, seal } from '../../../../lib/broker/chain.ts';
import {
  type SignedCheckpoint,
  checkpointHash,
  checkpointText,
  parseCheckpoint,
} from '../../../../lib/broker/log/checkpoint.ts';
import { verifiedBefore, verifyInStream } from '../../../../lib/broker/log/verify-checkpoint-stream.ts';
import type { LedgerItem } from '../../../../lib/broker/log/verify-ledger-ports.ts';
import type { VerifiedCheckpoint } from '../../../../lib/broker/log/verify-signed.ts';
import type { StoredEvent } from '../../../../lib/domain/event.ts';
import { checkpointKey } from '../../../support/audit-log.ts';
import { NOON, engineer, recorded } from '../../../support/builders.ts';

const [key, other] = [checkpointKey(), checkpointKey()];

const signed = (size: number, after?: SignedCheckpoint, by = key): SignedCheckpoint => {
  const previous = after ? checkpointHash(after.checkpoint) : '';
  const root = hashCanonical(`a root of ${size}`);
  const checkpoint = checkpointText({ at: NOON, log: 'https://hatcheck.example.com', previous, root, size });
  return { checkpoint, signature: by.sign(checkpoint), kid: by.kid };
};
const first = signed(1);
const second = signed(2, first);
const third = signed(3, second);

/** The stream `checkpoint` with these in it, sealed one to the other. */
const standing = (...of: readonly SignedCheckpoint[]): readonly LedgerItem[] => {
  const events: StoredEvent[] = [];
  for (const data of of)
    events.push(
      seal(events.at(-1), 'checkpoint', recorded('checkpoint.signed', { ...data }, { by: engineer, at: NOON })),
    );
  return events.map((event) => ({ seq: event.seq, canonical: canonicalOf(event), hash: event.hash }));
};
const verified = (seq: number, { checkpoint }: SignedCheckpoint): VerifiedCheckpoint => ({
  ...{ ...parseCheckpoint(checkpoint), seq, hash: checkpointHash(checkpoint) },
});
/** What stands there says this of itself as well, and its hash is that. */
const saying = ({ seq, canonical = '' }: LedgerItem, more: object): LedgerItem => {
  const text = canonicalOf({ ...(JSON.parse(canonical) as StoredEvent), ...more });
  return { seq, canonical: text, hash: hashCanonical(text) };
};
const nobodys = { ...second, signature: other.sign(second.checkpoint) };
/** What somebody wrote there, who knows no better. */
const noEvents: readonly (readonly [string, (item: LedgerItem) => LedgerItem])[] = [
  ['no text', ({ seq, hash = '' }) => ({ seq, hash })],
  ['a text that is no JSON', ({ seq }) => ({ seq, canonical: '?', hash: hashCanonical('?') })],
  ['a text in no canonical JSON', ({ seq, canonical = '' }) => ({ seq, canonical: ` ${canonical}` })],
  ['an event that is no checkpoint', (item) => saying(item, { data: {} })],
];

describe('the last checkpoint before another', () => {
  const keys = [key.publicKey];
  const before = async (items: readonly LedgerItem[], seq: number) => {
    const reads: (readonly [string, number, number])[] = [];
    const found = await verifiedBefore(
      {
        items: (stream, from, to) => {
          reads.push([stream, from, to]);
          return Promise.resolve(items.filter((item) => item.seq >= from && item.seq <= to));
        },
      },
      seq,
      keys,
    );
    return { found, reads };
  };

  test('is none before the first, for which nothing is read', async () => {
    expect(await before(standing(first), 0)).toEqual({ found: undefined, reads: [] });
  });

  test('is the one before it, where that continues another; no more than these two are read', async () => {
    const items = standing(first, second, third);
    const { found, reads } = await before(items, 1);
    expect({ found, reads: reads.length }).toEqual({ found: verified(0, first), reads: 1 });
    expect(await before(items, 3)).toEqual({ found: verified(2, third), reads: [['checkpoint', 1, 2]] });
  });

  test('is the one before it, where the log had not grown since then', async () => {
    const again = signed(2, second);
    expect((await before(standing(first, second, again), 3)).found).toEqual(verified(2, again));
  });

  test('is an earlier one where somebody copied one behind it, or signed one without our key', async () => {
    expect((await before(standing(first, second, first), 3)).found).toEqual(verified(1, second));
    expect((await before(standing(first, second, second), 3)).found).toEqual(verified(1, second));
    expect((await before(standing(first, nobodys), 2)).found).toEqual(verified(0, first));
  });

  test.each(noEvents)('is found before and behind %s', async (_, change) => {
    const items = standing(first, second, third);
    expect((await before(items.with(1, change(items[1]!)), 2)).found).toEqual(verified(0, first));
    expect((await before(items.with(1, change(items[1]!)), 3)).found).toEqual(verified(2, third));
  });

  test('is looked for among the hundred before it, and no further back', async () => {
    const { found, reads } = await before(standing(first), 100);
    expect(found).toEqual(verified(0, first));
    expect(reads).toContainEqual(['checkpoint', 0, 99]);
    expect((await before(standing(first), 50)).reads).toContainEqual(['checkpoint', 0, 49]);
    expect((await before(standing(first), 101)).found).toBeUndefined();
  });
});

describe('what stands in the stream of checkpoints', () => {
  const inStream = (items: readonly LedgerItem[], seq: number, last?: SignedCheckpoint) =>
    verifyInStream(items, seq, last && verified(seq - 1, last), [key.publicKey]);
  const items = standing(first, second, third);

  test('is a checkpoint, whether or not the one before it was read', async () => {
    expect(await inStream(items, 0)).toEqual(verified(0, first));
    expect(await inStream(items, 1, first)).toEqual(verified(1, second));
    expect(await inStream(items.slice(1), 1, first)).toEqual(verified(1, second));
  });

  test('is missing where only others stand', async () => {
    expect(await inStream(items.toSpliced(1, 1), 1, first)).toEqual({ what: 'dropped', sign: 'missing' });
  });

  test.each(noEvents)('was altered where there is %s', async (_, change) => {
    expect(await inStream(items.with(1, change(items[1]!)), 1, first)).toEqual({ what: 'altered', sign: 'checkpoint' });
    expect(await inStream(items.with(2, change(items[2]!)), 1, first)).toEqual(verified(1, second));
  });

  const elsewhere: readonly (readonly [string, (item: LedgerItem) => LedgerItem])[] = [
    ['is of another stream', (item) => saying(item, { stream: 'log' })],
    ['has another number', (item) => saying(item, { seq: 7 })],
    ['continues another event', (item) => saying(item, { prevHash: hashCanonical('another') })],
    ['continues nothing', (item) => saying(item, { prevHash: item.seq === 0 ? hashCanonical('another') : '' })],
    ['has another hash beside it', (item) => ({ ...item, hash: hashCanonical('another') })],
    ['has no hash beside it', ({ seq, canonical = '' }) => ({ seq, canonical })],
  ];
  test.each(elsewhere)('was altered where the event %s, whatever we signed of it', async (_, change) => {
    const altered = { what: 'altered', sign: 'chain' };
    expect(await inStream(items.with(1, change(items[1]!)), 1, first)).toEqual(altered);
    expect(await inStream(items.with(0, change(items[0]!)), 0)).toEqual(altered);
  });

  test('was altered where nobody signed it and the next one continues it', async () => {
    const altered = { what: 'altered', sign: 'signature' };
    expect(await inStream(standing(first, nobodys, third), 1, first)).toEqual(altered);
    expect(await inStream(standing(first, nobodys), 1, first)).toEqual(altered);
    expect(await inStream(standing({ ...first, signature: nobodys.signature }, second), 0)).toEqual(altered);
  });

  test('was added where nobody signed it and a later one continues the one before it', async () => {
    const added = { what: 'added', sign: 'signature' };
    expect(await inStream(standing(first, nobodys, second), 1, first)).toEqual(added);
    expect(await inStream(standing(nobodys, first), 0)).toEqual(added);
  });

  test('tells of a key that is none of ours', async () => {
    const theirs = signed(2, first, other);
    expect(await inStream(standing(first, theirs), 1, first)).toEqual({ what: 'altered', sign: 'key', kid: other.kid });
  });

  test('changed places with a later one that continues the last, or follows one that is gone', async () => {
    expect(await inStream(standing(first, third, second), 1, first)).toEqual({ what: 'reordered', sign: 'previous' });
    expect(await inStream(standing(first, third), 1, first)).toEqual({ what: 'dropped', sign: 'previous' });
  });
});
