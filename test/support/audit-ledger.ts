import { canonicalOf, seal } from '../../lib/broker/chain.ts';
import { appendLeaf, carriedOf } from '../../lib/broker/log/frontier.ts';
import { leafHash } from '../../lib/broker/log/merkle.ts';
import { type ReadTile, grownTiles } from '../../lib/broker/log/tiles.ts';
import type { LedgerItem, LedgerItems } from '../../lib/broker/log/verify-ledger-ports.ts';
import type { DomainEvent, StoredEvent } from '../../lib/domain/event.ts';
import type { LogStep } from './audit-log.ts';

/** A ledger as it stands, by stream. A test alters a copy of it. */
export type Streams = ReadonlyMap<string, readonly LedgerItem[]>;

export interface LedgerOf {
  readonly streams: Streams;
  readonly tile: ReadTile;
}

const itemOf = (event: StoredEvent): LedgerItem => ({
  ...{ seq: event.seq, canonical: canonicalOf(event), hash: event.hash },
});

/** The ledger with the log and the checkpoints of these steps; so many entries to an event of `log` at the most. */
export const ledgerOf = (steps: readonly LogStep[], entriesAtMost: number): LedgerOf => {
  const last = new Map<string, StoredEvent>();
  const streams = new Map<string, LedgerItem[]>();
  const put = (event: StoredEvent): void => {
    last.set(event.stream, event);
    streams.set(event.stream, [...(streams.get(event.stream) ?? []), itemOf(event)]);
  };
  const append = (stream: string, event: DomainEvent, at: string): void => {
    const written = { at, eventId: `${stream} ${at} ${last.get(stream)?.seq ?? ''}` };
    put(seal(last.get(stream), stream, { ...event, ...written, actor: { kind: 'system', handle: 'on-sequence' } }));
  };
  for (const { events, before, at, checkpoint, signature, kid } of steps) {
    let frontier = before;
    for (let from = 0; from < events.length; from += entriesAtMost) {
      const some = events.slice(from, from + entriesAtMost);
      some.forEach(put);
      const first = frontier.size;
      frontier = some.reduce((grown, { hash }) => appendLeaf(grown, leafHash(hash)), frontier);
      const entries = some.map(({ stream, seq, hash }) => ({ stream, seq, hash }));
      append('log', { type: 'log.extended', data: { first, entries, carried: carriedOf(frontier) } }, at);
    }
    append('checkpoint', { type: 'checkpoint.signed', data: { checkpoint, signature, kid } }, at);
  }
  const leaves = steps.flatMap(({ events }) => events.map(({ hash }) => leafHash(hash)));
  return { streams, tile: tilesOf(leaves) };
};

export const tilesOf = (leaves: readonly Buffer[]): ReadTile => {
  const tiles = new Map(grownTiles(0, [], leaves).map(({ level, n, hashes }) => [`${level} ${n}`, hashes]));
  return ({ level, n }) => Promise.resolve(tiles.get(`${level} ${n}`) ?? []);
};

/** What verifies it reads it by this. */
export const readLedger = (streams: Streams, tile: ReadTile): LedgerItems => ({
  items: (stream, from, to) =>
    Promise.resolve((streams.get(stream) ?? []).filter(({ seq }) => seq >= from && seq <= to)),
  tile,
});
