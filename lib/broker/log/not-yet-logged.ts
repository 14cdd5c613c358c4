import type { StoredEvent } from '../../domain/event.ts';
import { msOf } from '../../domain/time.ts';
import { isExtension, LOG, type LogHead } from './head.ts';
import { PART, type PlacesKeeper, runsOf } from './keep-places.ts';
import type { Run, TypedEvent } from './ports.ts';

export interface LogFiller extends PlacesKeeper {
  /** Before that event of a stream others are missing in the ledger, or are no events any more. */
  readonly gap: (stream: string, seq: number) => void;
}

/** Clocks of those who write the ledger differ by seconds; this is plenty. */
const CLOCKS_DIFFER_MS = 3_600_000;

/**
 * What of a stream has to go into the log: what was told and is not there, and before it what was never told, as the ledger has it. In order.
 *
 * @param told of one stream, in any order, some of it perhaps twice
 * @throws HatcheckError `ledger_unavailable`
 */
export const notYetLogged = async (
  filler: LogFiller,
  head: LogHead,
  stream: string,
  told: readonly StoredEvent[],
): Promise<readonly StoredEvent[]> => {
  const known = new Map(told.map((event) => [event.seq, event]));
  const first = Math.min(...known.keys());
  const last = Math.max(...known.keys());
  const runs = await filler.places.runsFrom(stream, Math.max(first - 1, 0));
  const isIn = (seq: number): boolean => runs.some((run) => run.last - run.count < seq && seq <= run.last);
  if ([...known.keys()].every(isIn)) return [];
  const from = first === 0 || isIn(first - 1) ? first : await afterRunBefore(filler, stream, first - 1);
  const isWhole = last - from + 1 === known.size;
  if (isWhole) return inOrder(known).filter(({ seq }) => !isIn(seq));
  // NB. a place in the log that somebody took away looks like events that were never told: the log itself says which it is.
  for (const event of await filler.ledger.part(stream, from, last)) {
    if (!known.has(event.seq)) known.set(event.seq, event);
  }
  const missing = inOrder(known).filter(({ seq }) => !isIn(seq));
  const logged = await loggedOf(filler, head, stream, missing);
  tellGaps(filler, stream, from, inOrder(known));
  return missing.filter(({ seq }) => !logged.has(seq));
};

const afterRunBefore = async ({ places }: LogFiller, stream: string, seq: number): Promise<number> => {
  const run: Run | undefined = await places.runBefore(stream, seq);
  return run ? run.last + 1 : 0;
};

const inOrder = (events: ReadonlyMap<number, StoredEvent>): readonly StoredEvent[] =>
  [...events.values()].sort((a, b) => a.seq - b.seq);

const tellGaps = ({ gap }: LogFiller, stream: string, from: number, there: readonly StoredEvent[]): void => {
  let next = from;
  for (const { seq } of there) {
    if (seq !== next) gap(stream, seq);
    next = seq + 1;
  }
};

/** Which of these the log has, read back from its end to when they were written; their places are written again. */
const loggedOf = async (
  { ledger, places, repaired }: LogFiller,
  { last }: LogHead,
  stream: string,
  events: readonly StoredEvent[],
): Promise<ReadonlySet<number>> => {
  const wanted = new Set(events.map(({ seq }) => seq));
  const since = Math.min(...events.map(({ at }) => msOf(at))) - CLOCKS_DIFFER_MS;
  const found = new Set<number>();
  for (let to = last?.seq ?? -1; to >= 0; to -= PART) {
    const part = await ledger.part(LOG, Math.max(to - PART + 1, 0), to);
    for (const event of part.filter(isExtension)) {
      const here = entriesAmong(event, stream, wanted);
      if (here.length === 0) continue;
      here.forEach((seq) => found.add(seq));
      repaired('run');
      await Promise.all(runsOf(event).map((run) => places.putRun(run)));
    }
    if (part.some(({ at }) => msOf(at) < since)) break;
  }
  return found;
};

const entriesAmong = (
  { data }: TypedEvent<'log.extended'>,
  stream: string,
  wanted: ReadonlySet<number>,
): readonly number[] =>
  data.entries.filter((entry) => entry.stream === stream && wanted.has(entry.seq)).map(({ seq }) => seq);
