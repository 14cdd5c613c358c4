import { certain } from '../../domain/invariant.ts';
import { canonicalOf } from '../chain.ts';
import type { LedgerParts } from '../log/ports.ts';
import type { ExportSource, Place } from './ports.ts';

/** So many streams at a time. */
const READS_AT_ONCE = 25;

/** What the export reads, of the ledger as it is read by parts. An event whose item is not sound is not there. */
export const exportSource = (ledger: LedgerParts): ExportSource => ({
  from: (stream, seq, limit) => ledger.part(stream, seq, seq + limit - 1),

  texts: async (places) => {
    const found = new Map<string, string>();
    const streams = [...Map.groupBy(places, ({ stream }) => stream)];
    for (let at = 0; at < streams.length; at += READS_AT_ONCE) {
      await Promise.all(
        streams.slice(at, at + READS_AT_ONCE).map(async ([stream, of]) => {
          // In the log the events of a stream stand in their order, without gaps.
          const [first, last] = [certain(of[0], 'a group has one'), certain(of.at(-1), 'a group has one')];
          for (const event of await ledger.part(stream, first.seq, last.seq)) found.set(key(event), canonicalOf(event));
        }),
      );
    }
    return places.map((place) => found.get(key(place)));
  },
});

const key = ({ stream, seq }: Place): string => `${seq} ${stream}`;
