import type { LogReader } from '../../lib/broker/dossier/coverage.ts';
import { seal } from '../../lib/broker/chain.ts';
import { checkpointHash, checkpointText } from '../../lib/broker/log/checkpoint.ts';
import { appendLeaf, emptyFrontier, rootOf } from '../../lib/broker/log/frontier.ts';
import { leafHash } from '../../lib/broker/log/merkle.ts';
import type { Run } from '../../lib/broker/log/ports.ts';
import { type TilePlace, grownTiles } from '../../lib/broker/log/tiles.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { type CheckpointKey, checkpointKey } from './audit-log.ts';
import { NOON, engineer, noon, recorded } from './builders.ts';

/** A log in memory, with what reads it; whatever a test alters of it is in its hands. */
export interface ProvedLog extends LogReader {
  readonly key: CheckpointKey;
  readonly runs: Run[];
  readonly tiles: Map<string, Buffer[]>;
  readonly checkpoints: StoredEvent[];
  /** Signs the log of its first `size` events. @param by another key than that of the log */
  sign(size: number, by?: CheckpointKey): StoredEvent;
}

const keyOf = ({ level, n }: TilePlace): string => `${level}/${n}`;

/** All these events in a log, in this order; a run each. Nothing is signed of it yet. */
export const provedLog = (events: readonly StoredEvent[]): ProvedLog => {
  const key = checkpointKey();
  const leaves = events.map(({ hash }) => leafHash(hash));
  const runs = events.map(({ stream, seq }, index) => ({ stream, last: seq, count: 1, index }));
  const tiles = new Map(grownTiles(0, [], leaves).map((tile) => [keyOf(tile), [...tile.hashes]]));
  const checkpoints: StoredEvent[] = [];
  let previous = '';
  return {
    ...{ key, runs, tiles, checkpoints },
    sign: (size, by = key) => {
      const root = rootOf(leaves.slice(0, size).reduce(appendLeaf, emptyFrontier)).toString('base64url');
      const at = noon(3600 + checkpoints.length);
      const checkpoint = checkpointText({ at, log: 'https://hatcheck.example.com', previous, root, size });
      const data = { checkpoint, signature: by.sign(checkpoint), kid: by.kid };
      const event = seal(checkpoints.at(-1), 'checkpoint', recorded('checkpoint.signed', data, { by: engineer, at }));
      previous = checkpointHash(checkpoint);
      checkpoints.push(event);
      return event;
    },
    checkpointKeys: () => Promise.resolve([key.publicKey]),
    places: {
      runsFrom: (stream, seq) => Promise.resolve(runs.filter((run) => run.stream === stream && run.last >= seq)),
      tile: (place) => Promise.resolve(tiles.get(keyOf(place)) ?? []),
    },
    ledger: {
      last: (stream) => Promise.resolve(stream === 'checkpoint' ? checkpoints.at(-1) : undefined),
      part: (stream, from, to) =>
        Promise.resolve(stream === 'checkpoint' ? checkpoints.filter(({ seq }) => from <= seq && seq <= to) : []),
    },
  };
};

/** So many sign-ins, a stream each. */
export const signIns = (count: number): readonly StoredEvent[] =>
  Array.from({ length: count }, (_, n) =>
    seal(
      undefined,
      `signin#${n}`,
      recorded('signin.succeeded', { provider: 'okta', method: 'browser', methods: [] }, { by: engineer, at: NOON }),
    ),
  );
