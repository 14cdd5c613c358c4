import { hash } from 'node:crypto';
import { certain } from '../../domain/invariant.ts';
import { hashBytes } from './merkle.ts';

/** What the next event of a stream is held against. */
export interface LastOfStream {
  readonly seq: number;
  /** ms since the epoch. */
  readonly at: number;
  /** base64url. */
  readonly hash: string;
}

/** The last event of each stream that was read so far. */
export interface LastOfStreams {
  /** Streams. */
  readonly size: number;
  get(stream: string): LastOfStream | undefined;
  set(stream: string, last: LastOfStream): void;
}

/** at (8), seq (8), the beginning of the name's hash (16), the last event's hash (32). */
const BYTES = 64;
const [SEQ, NAME, HASH] = [8, 16, 32];
const NAME_BYTES = 16;

/** In each block of memory: a table that grows is never copied. */
const BLOCK = 16_384;

/**
 * 64 bytes a stream and at most 16 of index, whatever the streams are called: three hundred thousand of them are 24 MB.
 *
 * NB. of a name it keeps 16 bytes of its SHA-256. Two streams that agree in these would be one to it, and be told to be broken: never the other way round.
 */
export const lastOfStreams = (): LastOfStreams => {
  const blocks: Buffer[] = [];
  let slots = new Uint32Array(1024);
  let size = 0;

  /** @param number from 1 */
  const entryOf = (number: number): Buffer => {
    const start = ((number - 1) % BLOCK) * BYTES;
    const block = certain(blocks[Math.floor((number - 1) / BLOCK)], 'an entry is in a block');
    return block.subarray(start, start + BYTES);
  };

  const entryAt = (slot: number): Buffer | undefined => {
    const number = slots[slot];
    return number ? entryOf(number) : undefined;
  };

  /** Open addressing, the next slot that is free or its own: the table is never more than half full. */
  const slotOf = (name: Buffer): number => {
    let slot = name.readUInt32LE() % slots.length;
    for (let entry = entryAt(slot); entry && name.compare(entry, NAME, HASH) !== 0; entry = entryAt(slot))
      slot = (slot + 1) % slots.length;
    return slot;
  };

  const widen = (): void => {
    slots = new Uint32Array(slots.length * 2);
    for (let number = 1; number <= size; number += 1) slots[slotOf(entryOf(number).subarray(NAME, HASH))] = number;
  };

  const added = (name: Buffer): Buffer => {
    if (size * 2 >= slots.length) widen();
    if (size % BLOCK === 0) blocks.push(Buffer.alloc(BLOCK * BYTES));
    const slot = slotOf(name);
    size += 1;
    slots[slot] = size;
    const entry = entryOf(size);
    name.copy(entry, NAME);
    return entry;
  };

  return {
    get size() {
      return size;
    },
    get: (stream) => {
      const entry = entryAt(slotOf(nameOf(stream)));
      if (!entry) return undefined;
      const [at, seq] = [entry.readDoubleLE(0), entry.readDoubleLE(SEQ)];
      return { at, seq, hash: entry.toString('base64url', HASH) };
    },
    set: (stream, last) => {
      const name = nameOf(stream);
      const entry = entryAt(slotOf(name)) ?? added(name);
      entry.writeDoubleLE(last.at, 0);
      entry.writeDoubleLE(last.seq, SEQ);
      hashBytes(last.hash).copy(entry, HASH);
    },
  };
};

const nameOf = (stream: string): Buffer => hash('sha256', stream, 'buffer').subarray(0, NAME_BYTES);
