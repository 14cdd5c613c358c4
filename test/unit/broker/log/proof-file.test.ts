import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalOf, hashCanonical, seal } from '../../../../lib/broker/chain.ts';
import { checkpointText, parseCheckpoint } from '../../../../lib/broker/log/checkpoint.ts';
import { leafHash } from '../../../../lib/broker/log/merkle.ts';
import {
  type EventProof,
  ProofError,
  checkProof,
  proofFile,
  proofOf,
  proofsIn,
} from '../../../../lib/broker/log/proof-file.ts';
import { inclusionPath } from '../../../../lib/broker/log/prove.ts';
import { tilesOf } from '../../../support/audit-ledger.ts';
import { type CheckpointKey, checkpointKey, keyWithABug, logOf } from '../../../support/audit-log.ts';
import { submitted } from '../../../support/builders.ts';

const [key, other] = [checkpointKey(), checkpointKey()];
const steps = [...logOf({ events: 40, every: 13, key, open: 4 })];
const events = steps.flatMap((step) => step.events);
const tile = tilesOf(events.map(({ hash }) => leafHash(hash)));

const prove = async (index: number, { checkpoint, signature, kid } = steps.at(-1)!): Promise<EventProof> => {
  const event = events[index]!;
  const { size } = parseCheckpoint(checkpoint);
  const path = (await inclusionPath(tile, index, size)).map((hash) => hash.toString('base64url'));
  return proofOf({ ...event, canonical: canonicalOf(event), index, path }, { checkpoint, signature, kid, size });
};
const all = await Promise.all(events.map((_, index) => prove(index)));
const proof = all[17]!;

const faultOf = (tampered: EventProof, keys = [key]): string | undefined => {
  try {
    checkProof(
      tampered,
      keys.map(({ publicKey }) => publicKey),
    );
    return undefined;
  } catch (error) {
    if (error instanceof ProofError) return error.fault;
    throw error;
  }
};

test('attack: another text under the hash of the event that is proved', () => {
  const canonical = proof.event.canonical.replace('"eventId":"', '"eventId":"!');
  expect(canonical).not.toBe(proof.event.canonical);
  expect(faultOf({ ...proof, event: { ...proof.event, canonical } })).toBe('event');
});

test('a bug is no fault of a proof', () => {
  expect(() => checkProof(proof, [keyWithABug])).toThrow(RangeError);
});

describe('a proof file', () => {
  test('proves each event of the log by itself, by its newest checkpoint and by an earlier one', async () => {
    for (const [index, each] of proofsIn(proofFile(all)).entries()) {
      const { stream, seq, at } = events[index]!;
      expect(checkProof(each, [other.publicKey, key.publicKey])).toMatchObject({ stream, seq, at, index });
    }
    expect(faultOf(await prove(5, steps[0]))).toBeUndefined();
  });

  test.each<readonly [string, string]>([
    ['text', 'no JSON'],
    ['nothing', '[]'],
    ['another version', proofFile([{ ...proof, v: 2 } as unknown as EventProof])],
    ['a member more', proofFile([{ ...proof, more: 1 } as unknown as EventProof])],
    ['a path without end', proofFile([{ ...proof, path: Array.from({ length: 65 }, () => proof.path[0]!) }])],
  ])('is none with %s', (_, text) => {
    expect(() => proofsIn(text)).toThrow(expect.objectContaining({ fault: 'form' }));
  });
});

describe('a proof that somebody made of another', () => {
  const [first, second] = [all[17]!, all[18]!];
  const signed = (by: CheckpointKey, change: object, kid = by.kid) => {
    const checkpoint = checkpointText({ ...parseCheckpoint(proof.checkpoint), ...change });
    return { ...proof, checkpoint, signature: by.sign(checkpoint), kid };
  };
  const forged = seal(undefined, proof.event.stream, submitted());
  const own = (event: object, canonical = proof.event.canonical): EventProof => ({
    ...proof,
    event: { ...proof.event, canonical, hash: hashCanonical(canonical), ...event },
  });
  test.each<readonly [string, EventProof, string]>([
    ['puts another event on the path', { ...first, event: second.event }, 'path'],
    ['puts an event of the log on the path of another', { ...first, index: second.index, path: second.path }, 'path'],
    ['says that it stands at another place', { ...first, index: first.index + 1 }, 'path'],
    ['says that it stands beyond the end', { ...first, index: first.size }, 'path'],
    ['takes the path of another size of the log', { ...first, size: 39 }, 'path'],
    ['takes a checkpoint of another size', { ...first, ...signedPart(0) }, 'path'],
    ['takes a checkpoint and its size, with the path of another', { ...first, ...signedPart(1), size: 26 }, 'path'],
    ['shortens the path', { ...first, path: first.path.slice(1) }, 'path'],
    ['lengthens the path', { ...first, path: [...first.path, first.path[0]!] }, 'path'],
    ['puts something on the path that is no hash', { ...first, path: first.path.with(0, 'AAAA') }, 'path'],
    ['puts an inner node in the event’s place', { ...first, index: 0, path: first.path.slice(1) }, 'path'],
    [
      'alters a letter of the event',
      { ...first, event: { ...first.event, canonical: `${first.event.canonical} ` } },
      'event',
    ],
    ['alters the event and its hash', own({}, canonicalOf(forged)), 'event'],
    ['alters the event, its hash and its place', own({ seq: 0 }, canonicalOf(forged)), 'path'],
    ['says that the event is of another stream', own({ stream: 'request#r_OTHER' }), 'event'],
    ['says that the event has another number', own({ seq: proof.event.seq + 1 }), 'event'],
    ['alters the root and signs it with a key of their own', signed(other, {}), 'key'],
    ['signs with a key of their own in the name of ours', signed(other, {}, key.kid), 'signature'],
    [
      'alters the checkpoint',
      { ...first, checkpoint: first.checkpoint.replace('"size":40', '"size":41') },
      'signature',
    ],
    ['writes the checkpoint in another way', { ...first, checkpoint: ` ${first.checkpoint}` }, 'text'],
    ['takes the signature away', { ...first, signature: '' }, 'signature'],
    ['writes the signature in another way', { ...first, signature: `${first.signature}\n` }, 'signature'],
  ])('%s', (_, tampered, fault) => {
    expect(faultOf(tampered)).toBe(fault);
  });

  test('takes a checkpoint by a key that is not given', () => {
    expect(faultOf(proof, [other])).toBe('key');
    expect(faultOf(proof, [])).toBe('key');
  });

  test('alters any hash of any path', () => {
    fc.assert(
      fc.property(fc.nat(events.length - 1), fc.nat(), fc.integer({ min: 0, max: 31 }), (index, place, byte) => {
        const good = all[index]!;
        const at = place % good.path.length;
        const hash = Buffer.from(good.path[at]!, 'base64url');
        hash[byte] = (hash[byte] ?? 0) ^ 1;
        expect(faultOf({ ...good, path: good.path.with(at, hash.toString('base64url')) })).toBe('path');
      }),
    );
  });
});

function signedPart(step: number) {
  const { checkpoint, signature, kid } = steps[step]!;
  return { checkpoint, signature, kid };
}
