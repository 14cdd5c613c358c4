import { isReader } from '../domain/access.ts';
import type { Context, Decision } from '../domain/command.ts';
import { HatcheckError } from '../domain/errors.ts';
import type { DomainEvent, StoredEvent } from '../domain/event.ts';
import type { Handle, Instant, Principal } from '../domain/principal.ts';
import { type RequestState, evolve, fold } from '../domain/request.ts';
import { latest } from '../domain/time.ts';
import { type Broker, type Patience, actorOf, noSuchRequest, requestStream } from './broker.ts';
import { seal } from './chain.ts';
import { type Known, readKnown } from './known.ts';
import { concernedBy, onDuty } from './on-duty.ts';
import type { Said } from './said-before.ts';
import { pauseOrGiveUp } from './try-again.ts';

/** A request with the last of its events: what the next one is sealed to. */
export interface Loaded {
  readonly request: RequestState;
  readonly last: StoredEvent;
}

/**
 * And the principal, with the on-call groups that count for this request.
 * @throws HatcheckError `not_found`, also when the principal may not read it; `ledger_unavailable`.
 */
export const load = async (
  { events, known }: Read,
  caller: Principal,
  broker: Broker,
): Promise<{ readonly loaded: Loaded; readonly principal: Principal }> => {
  const loaded = loadUnchecked(events);
  if (!loaded) throw new HatcheckError(noSuchRequest);
  const { policy } = broker;
  const principal = await onDuty(broker, caller, concernedBy(loaded.request, caller, policy));
  const now = nowAfter(broker, loaded.last);
  if (!isReader(loaded.request, { ...known, principal, policy, now })) throw new HatcheckError(noSuchRequest);
  return { loaded, principal };
};

const loadUnchecked = (events: readonly StoredEvent[]): Loaded | undefined => {
  const request = fold(events);
  const last = events.at(-1);
  return request && last ? { request, last } : undefined;
};

/** What `decide` made of the request, as it is now in the ledger; `event` is absent when nothing had to be written. */
export interface Committed extends Loaded {
  readonly event?: StoredEvent;
  /** What the same act did when it was said first. */
  readonly before?: StoredEvent;
}

/** All that a decision on a request goes by and the ledger holds. */
export interface Read {
  readonly events: readonly StoredEvent[];
  readonly known: Known;
}

type ReadKnown = (broker: Broker, caller: Handle) => Promise<Known>;

/** On what, by whom, and how to learn what else the decision goes by. */
interface Wanted {
  readonly requestId: string;
  readonly caller: Handle;
  readonly known?: ReadKnown;
}

/**
 * Side by side: one trip for whoever made the request, and a second for everybody else, since only its first event says whose links are
 * asked for.
 * @throws HatcheckError `ledger_unavailable`
 */
export const readForDecision = async (
  broker: Broker,
  { requestId, caller, known = readKnown }: Wanted,
): Promise<Read> => {
  const [events, said] = await Promise.all([broker.ledger.read(requestStream(requestId)), known(broker, caller)]);
  const requester = events[0]?.actor.handle ?? caller;
  if (requester === caller) return { events, known: { ...said, requesterStanding: said.standing } };
  const { standing: requesterStanding } = await known(broker, requester);
  return { events, known: { ...said, requesterStanding } };
};

/**
 * Decides on what the ledger says and appends the one event; when somebody else was quicker, reads again, decides again. Ends with the
 * caller's patience.
 *
 * @param prepare runs once, after the first decision in favour and before the first append: what the event refers to is stored there.
 * @throws RefusedError when the decision is against it; HatcheckError `not_found`, `ledger_conflict`, `ledger_unavailable`.
 */
export const commit = async (
  broker: Broker,
  {
    requestId,
    principal: caller,
    patience,
    known = readKnown,
    first = readForDecision(broker, { requestId, caller: caller.handle, known }),
    said,
    prepare,
    alongside,
  }: CommitOptions,
  decision: (request: RequestState, context: Context) => Decision,
): Promise<Committed> => {
  const stream = requestStream(requestId);
  let read = await first;
  for (let tries = 0; ; tries += 1) {
    const { loaded, principal } = await load(read, caller, broker);
    const before = await said?.among(read.events);
    if (before) return { ...loaded, before };
    const now = nowAfter(broker, loaded.last);
    const decided = decision(loaded.request, { ...read.known, principal, policy: broker.policy, now });
    if ('refusal' in decided) throw new RefusedError(decided, loaded.request);
    if (!decided.event) return loaded;
    if (tries === 0) await prepare?.();
    const eventId = broker.chance.id();
    const place = { stream, last: loaded.last, now, principal, eventId, ...(said ? { key: said.key } : {}), ...broker };
    const event = record(place, decided.event);
    alongside?.(loaded.request, event);
    if ((await broker.ledger.append(event)) === 'appended')
      return { request: evolve(loaded.request, event), last: event, event };
    await pauseOrGiveUp(broker, patience, tries, 'ledger_conflict');
    read = await readForDecision(broker, { requestId, caller: caller.handle, known });
  }
};

interface CommitOptions {
  readonly requestId: string;
  readonly principal: Principal;
  readonly patience: Patience;
  /** How to learn what else the decision goes by; anew for each try. */
  readonly known?: ReadKnown;
  /** A read that is already under way. */
  readonly first?: Promise<Read>;
  /** Under which key it is said; what was said with it before is not said again. */
  readonly said?: Said;
  readonly prepare?: () => Promise<void>;
  /** Told of each event before it is appended, for what may go on meanwhile: it may never be in the ledger. */
  readonly alongside?: (request: RequestState, event: StoredEvent) => void;
}

/** The decision was against it; the request is the one that it was made on. */
export class RefusedError extends HatcheckError {
  readonly request: RequestState;

  constructor({ refusal }: Extract<Decision, { refusal: unknown }>, request: RequestState) {
    super(refusal);
    this.name = 'RefusedError';
    this.request = request;
  }
}

/**
 * A fact is not a decision: it happened, and is appended until the caller's patience ends, whoever else writes and even when the ledger
 * is away for a moment. What it says may depend on what the others wrote; `undefined` means that there is nothing left to say. It stands
 * in the stream once, also when the answer to a try was lost.
 *
 * @returns the request as it is after the fact; it may be closed by then.
 * @throws HatcheckError `ledger_unavailable`
 */
export const recordFact = async (
  broker: Broker,
  { principal, patience, after }: { principal: Principal; patience: Patience; after: Loaded },
  fact: (request: RequestState) => DomainEvent | undefined,
): Promise<Loaded> => {
  const stream = requestStream(after.request.id);
  const eventId = broker.chance.id();
  let loaded = after;
  for (let tries = 0; ; tries += 1) {
    const said = fact(loaded.request);
    if (!said) return loaded;
    const now = nowAfter(broker, loaded.last);
    const event = record({ stream, last: loaded.last, now, principal, eventId, ...broker }, said);
    if ((await orLost(broker.ledger.append(event))) === 'appended')
      return { request: evolve(loaded.request, event), last: event };
    await pauseOrGiveUp(broker, patience, tries, 'ledger_unavailable');
    const events = await orLost(broker.ledger.read(stream));
    loaded = (events && loadUnchecked(events)) ?? loaded;
    // A try whose answer was lost.
    if (events?.some((each) => each.eventId === eventId)) return loaded;
  }
};

/** A ledger that is away for a moment is asked again; whatever else goes wrong is a bug. */
const orLost = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HatcheckError) return undefined;
    throw error;
  }
};

/** Never before the stream's last event, even when this machine's clock is behind the one that wrote it. */
const nowAfter = ({ clock }: Broker, last: StoredEvent): Instant => latest(clock.now(), last.at);

interface Place extends Pick<Broker, 'policy'> {
  readonly stream: string;
  readonly last: StoredEvent;
  readonly now: Instant;
  readonly principal: Principal;
  readonly eventId: string;
  readonly key?: string;
}

const record = ({ stream, last, now, principal, eventId, key, policy }: Place, event: DomainEvent): StoredEvent =>
  seal(last, stream, {
    ...{ ...event, eventId, at: now, actor: actorOf(principal), policy: policy.version },
    ...(key === undefined ? {} : { key }),
  });
