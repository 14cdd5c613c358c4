import type { Actor, StoredEvent } from '../../domain/event.ts';
import { eventOf } from '../../domain/invariant.ts';
import { latest } from '../../domain/time.ts';
import type { Broker, Patience } from '../broker.ts';
import { seal } from '../chain.ts';
import type { Ledger, LedgerPairs } from '../ports.ts';
import { pauseOrGiveUp } from '../try-again.ts';
import { appendLeaf, carriedOf } from './frontier.ts';
import { headOf, isLogged, LOG, type LogHead } from './head.ts';
import { keepPlaces } from './keep-places.ts';
import { leafHash } from './merkle.ts';
import { type LogFiller, notYetLogged } from './not-yet-logged.ts';
import type { EventBus, LedgerParts, TypedEvent } from './ports.ts';

export interface Sequencer extends LogFiller, Pick<Broker, 'policy' | 'clock' | 'chance'> {
  readonly ledger: Ledger & LedgerPairs & LedgerParts;
  /** Absent: events are published nowhere. */
  readonly bus?: EventBus;
}

/** An event of the log stays some 12 kB large, of the 400 kB that an item may have. */
const MOST_ENTRIES = 100;

/**
 * Puts events of the ledger into the log, each once, those of one stream in their order and without a gap, however often, late or early they are
 * told; each is published before. Whatever stopped an earlier run half-way is made good first. Of two at once one waits for the other.
 *
 * @returns how many went in
 * @throws HatcheckError `ledger_unavailable`, `ledger_conflict`, `aws_unavailable`: tell them again; ForgedLogError: nothing more goes in
 */
export const sequence = async (
  sequencer: Sequencer,
  told: readonly StoredEvent[],
  patience: Patience,
): Promise<number> => {
  const logged = Map.groupBy(
    // NB. of a place before a stream's beginning there is no log: whoever put it there must not stop it.
    told.filter(({ stream, seq }) => isLogged(stream) && seq >= 0),
    ({ stream }) => stream,
  );
  if (logged.size === 0) return 0;
  let done = 0;
  for (let tries = 0; ; tries += 1) {
    let head = await headOf(sequencer.ledger);
    if (head.last) await keepPlaces(sequencer, head.last);
    const found = await Promise.all([...logged].map((of) => notYetLogged(sequencer, head, ...of)));
    let left = found.flat();
    while (left.length > 0) {
      const next = await extend(sequencer, head, left.slice(0, MOST_ENTRIES));
      if (next === 'conflict') break;
      head = next;
      done += Math.min(left.length, MOST_ENTRIES);
      left = left.slice(MOST_ENTRIES);
    }
    if (left.length === 0) return done;
    await pauseOrGiveUp(sequencer, patience, tries, 'ledger_conflict');
  }
};

const extend = async (
  sequencer: Sequencer,
  head: LogHead,
  events: readonly StoredEvent[],
): Promise<LogHead | 'conflict'> => {
  await sequencer.bus?.put(events);
  const frontier = events.map(({ hash }) => leafHash(hash)).reduce(appendLeaf, head.frontier);
  const data: TypedEvent<'log.extended'>['data'] = {
    first: head.frontier.size,
    entries: events.map(({ stream, seq, hash }) => ({ stream, seq, hash })),
    carried: carriedOf(frontier),
  };
  const last = sealed(sequencer, head, data);
  if ((await sequencer.ledger.append(last)) === 'conflict') return 'conflict';
  await keepPlaces(sequencer, last);
  return { last, frontier };
};

const ACTOR: Actor = { kind: 'system', handle: 'on-sequence' };

const sealed = (
  { clock, chance, policy }: Sequencer,
  { last }: LogHead,
  data: TypedEvent<'log.extended'>['data'],
): TypedEvent<'log.extended'> => {
  const at = last ? latest(clock.now(), last.at) : clock.now();
  const written = { eventId: chance.id(), at, actor: ACTOR, policy: policy.version };
  return eventOf('log.extended', seal(last, LOG, { type: 'log.extended', data, ...written }));
};
