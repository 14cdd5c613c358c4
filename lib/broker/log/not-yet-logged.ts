import type { StoredEvent } from '../../domain/event.ts';
import { certain } from '../../domain/invariant.ts';
import { msOf } from '../../domain/time.ts';
import { isExtension, LOG, type LogHead } from './head.ts';
import { PART, type PlacesKeeper, runsOf } from './keep-places.ts';
import { isHash, leafHash } from './merkle.ts';
import type { Run, TypedEvent } from './ports.ts';
import { once, TILE_SIZE } from './tiles.ts';

export interface LogFiller extends PlacesKeeper {
  /** Before that event of a stream others are missing in the ledger, or are no events any more. */
  readonly gap: (stream: string, seq: number) => void;
}

/** Clocks of those who write the ledger differ by seconds; this is plenty. */
const CLOCKS_DIFFER_MS = 3_600_000;

/**
 * What of a stream has to go into the log: what was told and is not there, and before it what was never told, as the ledger has it. In order.
 *
 * NB. runs and tiles are derived, and somebody may have taken one away or put one there. What they say of an event that was told, and of the one before
 * it, is believed only where the leaf that they name is that event's; where it is not, and where something is missing, the log itself is read.
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
  const leaves = await leavesOf(filler, stream, Math.max(Math.min(...known.keys()) - 1, 0));
  const states = await Promise.all(inOrder(known).map(async (event) => ({ event, state: await leaves.say(event) })));
  const fresh = states.filter(({ state }) => state !== 'in the log').map(({ event }) => event);
  const [first] = fresh;
  if (!first) return [];
  const before = await beforeOf(leaves, known, first);
  const doubtful = before === 'not what it should be' || states.some(({ state }) => state === 'not what it should be');
  const isWhole = fresh.every(({ seq }, at) => seq === first.seq + at);
  if (before === 'in the log' && isWhole && !doubtful) return fresh;
  const from = doubtful ? 0 : before === 'in the log' ? first.seq : await afterRunBefore(filler, stream, first.seq);
  for (const event of await filler.ledger.part(stream, from, certain(fresh.at(-1), 'there is a first').seq)) {
    if (!known.has(event.seq)) known.set(event.seq, event);
  }
  const candidates = inOrder(known).filter(({ seq }) => seq >= from);
  const logged = await loggedOf(filler, head, stream, candidates);
  tellGaps(filler, stream, from, candidates);
  return candidates.filter(({ seq }) => !logged.has(seq));
};

/** What runs and tiles say of an event together. */
type Said = 'in the log' | 'not in the log' | 'not what it should be';

interface Leaves {
  say(event: Pick<StoredEvent, 'seq' | 'hash'>): Promise<Said>;
}

const leavesOf = async ({ places }: LogFiller, stream: string, from: number): Promise<Leaves> => {
  const runs = await places.runsFrom(stream, from);
  const read = once(places.tile);
  return {
    say: async ({ seq, hash }) => {
      const run = runs.find(({ last, count }) => last - count < seq && seq <= last);
      if (!run) return 'not in the log';
      const index = run.index + seq - (run.last - run.count + 1);
      const tile = await read({ level: 0, n: Math.floor(index / TILE_SIZE) });
      return tile[index % TILE_SIZE]?.equals(leafHash(hash)) ? 'in the log' : 'not what it should be';
    },
  };
};

/** What is said of the one before: its hash is known, as the event's own link. */
const beforeOf = async (
  leaves: Leaves,
  known: ReadonlyMap<number, StoredEvent>,
  { seq, prevHash }: StoredEvent,
): Promise<Said> => {
  if (seq === 0 || known.has(seq - 1)) return 'in the log';
  // Of a link that is none nothing can be said.
  return isHash(prevHash) ? leaves.say({ seq: seq - 1, hash: prevHash }) : 'not what it should be';
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
  filler: LogFiller,
  { last }: LogHead,
  stream: string,
  events: readonly StoredEvent[],
): Promise<ReadonlySet<number>> => {
  const wanted = new Set(events.map(({ seq }) => seq));
  const since = Math.min(...events.map(({ at }) => msOf(at))) - CLOCKS_DIFFER_MS;
  const found = new Set<number>();
  for (let to = last?.seq ?? -1; to >= 0; to -= PART) {
    const part = await filler.ledger.part(LOG, Math.max(to - PART + 1, 0), to);
    for (const event of part.filter(isExtension)) {
      const here = entriesAmong(event, stream, wanted);
      here.forEach((seq) => found.add(seq));
      if (here.length > 0) await repairRuns(filler, event, stream);
    }
    if (part.some(({ at }) => msOf(at) < since)) break;
  }
  return found;
};

const repairRuns = async (
  { places, repaired }: LogFiller,
  event: TypedEvent<'log.extended'>,
  stream: string,
): Promise<void> => {
  for (const run of runsOf(event).filter((each) => each.stream === stream)) {
    const [there] = await places.runsFrom(stream, run.last);
    if (there?.last === run.last && there.count === run.count && there.index === run.index) continue;
    repaired('run');
    await places.putRun(run);
  }
};

const entriesAmong = (
  { data }: TypedEvent<'log.extended'>,
  stream: string,
  wanted: ReadonlySet<number>,
): readonly number[] =>
  data.entries.filter((entry) => entry.stream === stream && wanted.has(entry.seq)).map(({ seq }) => seq);
