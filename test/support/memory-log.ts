import { seal } from '../../lib/broker/chain.ts';
import type { EventBus, LogPlaces, Run } from '../../lib/broker/log/ports.ts';
import type { Sequencer } from '../../lib/broker/log/sequence.ts';
import type { Tile, TilePlace } from '../../lib/broker/log/tiles.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { NOON, policy } from './builders.ts';
import { type MemoryClock, type MemoryLedger, memoryClock, memoryLedger, seededChance } from './memory.ts';

export interface MemoryLogPlaces extends LogPlaces {
  readonly runs: Map<string, Run>;
  readonly tiles: Map<string, Tile>;
}

export const runKey = ({ stream, last }: Pick<Run, 'stream' | 'last'>): string => `${stream} ${last}`;
export const tileKey = ({ level, n }: TilePlace): string => `${level}/${n}`;

export const memoryLogPlaces = (): MemoryLogPlaces => {
  const runs = new Map<string, Run>();
  const tiles = new Map<string, Tile>();
  const of = (stream: string): readonly Run[] =>
    [...runs.values()].filter((run) => run.stream === stream).sort((a, b) => a.last - b.last);
  return {
    ...{ runs, tiles },
    runsFrom: (stream, seq) => Promise.resolve(of(stream).filter(({ last }) => last >= seq)),
    runBefore: (stream, seq) => Promise.resolve(of(stream).findLast(({ last }) => last < seq)),
    putRun: (run) => {
      runs.set(runKey(run), run);
      return Promise.resolve();
    },
    tile: (place) => Promise.resolve(tiles.get(tileKey(place))?.hashes ?? []),
    putTile: (tile, over) => {
      const there = tiles.get(tileKey(tile));
      if (!over && there && there.hashes.length > tile.hashes.length) return Promise.resolve('longer');
      tiles.set(tileKey(tile), tile);
      return Promise.resolve('written');
    },
  };
};

export interface LogWorld {
  readonly ledger: MemoryLedger;
  readonly places: MemoryLogPlaces;
  readonly clock: MemoryClock;
  /** What was published, in the order in which it was. */
  readonly published: StoredEvent[];
  /** What the operator was told. */
  readonly told: string[];
  readonly sequencer: Sequencer;
}

export const logWorld = (seed = 1): LogWorld => {
  const [ledger, places, clock] = [memoryLedger(undefined, null), memoryLogPlaces(), memoryClock()];
  const published: StoredEvent[] = [];
  const told: string[] = [];
  const bus: EventBus = {
    put: (events) => {
      published.push(...events);
      return Promise.resolve();
    },
  };
  const sequencer: Sequencer = {
    ...{ ledger, places, clock, bus, policy: policy(), chance: seededChance(seed) },
    repaired: (what) => told.push(`repaired ${what}`),
    gap: (stream, seq) => told.push(`gap before ${stream} ${seq}`),
  };
  return { ledger, places, clock, published, told, sequencer };
};

/** So many events of a stream, sealed one to the other, a minute apart. */
export const eventsOf = (stream: string, count: number, from = NOON): readonly StoredEvent[] => {
  const events: StoredEvent[] = [];
  for (let seq = 0; seq < count; seq += 1) {
    events.push(
      seal(events.at(-1), stream, {
        type: 'signin.succeeded',
        data: { provider: 'okta', method: 'browser', methods: ['pwd'] },
        eventId: `${stream} ${seq}`,
        at: new Date(Date.parse(from) + seq * 60_000).toISOString(),
        actor: { kind: 'person', handle: 'p_somebody' },
        policy: 'the-version',
      }),
    );
  }
  return events;
};
