import type { Due } from '../domain/due.ts';
import type { Actor, DomainEvent, StoredEvent } from '../domain/event.ts';
import { withoutOutcome } from '../domain/intents.ts';
import type { Instant } from '../domain/principal.ts';
import { isBefore, plusSeconds } from '../domain/time.ts';
import { type Seen, appendAsSystem, seen } from './append-as-system.ts';
import type { Broker, Patience } from './broker.ts';
import type { Dues } from './ports.ts';

/** Longer than any function may run: whoever wrote an intent this long ago writes no outcome any more. */
export const CUT_OFF_SECONDS = 600;

/** When to look whether a new intent got its outcome; undefined for every other event. One of a request is enough: all are looked at. */
export const intentDue = ({ type, at }: StoredEvent, requestId: string): Due | undefined =>
  type === 'credentials.intended' ? { requestId, kind: 'outcome', at: plusSeconds(at, CUT_OFF_SECONDS) } : undefined;

/** What settling intents works with. */
export interface Settling extends Broker {
  readonly dues: Pick<Dues, 'done' | 'again'>;
  /** Tells the operator: a role session may be open that nobody holds. */
  readonly intentLost: (requestId: string) => void;
}

/**
 * Puts on record, as `credentials.unknown`, what nobody said of an intent whose function was cut off: none stays without an outcome.
 * @throws HatcheckError `ledger_conflict`, `ledger_unavailable`
 */
export const settleIntents = async (settling: Settling, due: Due, actor: Actor, patience: Patience): Promise<void> => {
  const { requestId } = due;
  while ((await appendAsSystem(settling, { requestId, actor, patience }, lost))?.said) settling.intentLost(requestId);
  const after = await seen(settling, requestId);
  const [young] = after ? withoutOutcome(after.events) : [];
  if (young) await settling.dues.again({ ...due, at: plusSeconds(young.at, CUT_OFF_SECONDS) });
  else await settling.dues.done(due);
};

const lost = ({ events, now }: Seen): DomainEvent | undefined => {
  const [oldest] = withoutOutcome(events);
  return oldest && isCutOff(oldest.at, now)
    ? { type: 'credentials.unknown', data: { intent: oldest.eventId, reason: 'NoOutcome' } }
    : undefined;
};

const isCutOff = (at: Instant, now: Instant): boolean => !isBefore(now, plusSeconds(at, CUT_OFF_SECONDS));
