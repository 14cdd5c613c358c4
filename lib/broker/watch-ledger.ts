import { HatcheckError } from '../domain/errors.ts';
import type { Actor, EventData, StoredEvent } from '../domain/event.ts';
import type { AccessPolicy } from '../domain/policy.ts';
import type { Instant } from '../domain/principal.ts';
import { type RequestState, evolve } from '../domain/request.ts';
import { deniedSince } from '../domain/sessions-out.ts';
import { latest } from '../domain/time.ts';
import { requestStream } from './broker.ts';
import { BrokenChainError, seal } from './chain.ts';
import { isCarried, readFollowing } from './forged.ts';
import { type LinkNotices, linkNoticeOf } from './link-notice.ts';
import { noticeOf } from './notice.ts';
import { intentDue } from './settle-intents.ts';
import type {
  Chance,
  Clock,
  Dues,
  Ledger,
  LedgerPairs,
  Notices,
  Revocations,
  SearchIndex,
  Summaries,
} from './ports.ts';
import { findCarried, findOfRequest, findOther } from './search/make-findable.ts';
import { summaryOf } from './summary.ts';

/** What happened to one item of the ledger, as its stream tells it, at least once and in each item's own order. */
export type LedgerChange = {
  /** The same when it is told again. */
  readonly changeId: string;
  /** When it happened. */
  readonly at: Instant;
} & (Appended | Altered);

/** A new item that is an event by itself: its hash is its content's, its key its own. Whether it follows the one before is not said. */
interface Appended {
  readonly kind: 'appended';
  readonly stream: string;
  readonly seq: number;
  readonly hash: string;
  readonly event: StoredEvent;
}

/** What nobody may do: any other new item, and whatever else happens to an item. */
interface Altered {
  readonly kind: 'altered';
  readonly altered: EventData['ledger.altered'];
}

/** So many streams at once: watching is waiting for DynamoDB, and a session to be ended waits behind all before it. */
export const LANES = 10;

export interface LedgerWatch {
  readonly ledger: Ledger & LedgerPairs;
  readonly summaries: Pick<Summaries, 'put'>;
  readonly notices: Notices;
  readonly linkNotices: LinkNotices;
  readonly revocations: Revocations;
  readonly dues: Pick<Dues, 'again'>;
  readonly search: Pick<SearchIndex, 'putEvent' | 'putGrant'>;
  readonly policy: AccessPolicy;
  readonly clock: Clock;
  readonly chance: Pick<Chance, 'fraction'>;
  /** Tells the operator, at once and each time, whether or not the alarm can be put on record. */
  readonly alarm: (altered: EventData['ledger.altered']) => void;
}

/**
 * A request's new event ends its sessions where it should, is told to whom it concerns, is looked at again where it is an intent, and repairs its
 * summary; any event is put where a search finds it; an alteration raises the alarm and is put on record once, however often it is told.
 *
 * @returns the request as the event left it, where it is one of a request
 * @throws HatcheckError `ledger_unavailable`, `ledger_conflict`, `aws_unavailable`: tell it again later.
 */
export const watchLedger = async (watch: LedgerWatch, change: LedgerChange): Promise<RequestState | undefined> => {
  if (change.kind === 'altered') await raise(watch, change, change.altered);
  else if (change.stream.startsWith(requestStream(''))) return repair(watch, change);
  else if (isCarried(change.stream)) await follow(watch, change);
  else await findOther(watch, change.event);
  return undefined;
};

/** An event in `control` or in a person's stream is believed by whoever reads it last: that it follows is checked here. Whose account in chat is whose, is told. */
const follow = async (watch: LedgerWatch, change: LedgerChange & Appended): Promise<void> => {
  const { stream, seq, hash } = change;
  const found = await readFollowing(watch.ledger, stream, seq);
  if (found === 'forged') return raise(watch, change, { stream, seq, change: 'insert', hashAfter: hash });
  if (!found) return;
  const notice = linkNoticeOf(found);
  if (notice) await watch.linkNotices.sendLink(notice);
  await findCarried(watch, found);
};

/** Tells whom the event concerns, and writes the summary as the ledger has it now; the index takes it only if it is newer. */
const repair = async (watch: LedgerWatch, change: LedgerChange & Appended): Promise<RequestState | undefined> => {
  const { stream, seq, hash } = change;
  const found = await reread(watch.ledger, stream, seq);
  if ('request' in found) {
    if (found.notified) await endSessionsOf(watch, found.notified);
    if (found.notified) await tell(watch, found.notified);
    if (found.notified) await planOutcome(watch, found.notified);
    if (found.request) await watch.summaries.put(summaryOf(found.request));
    // Last of all: nothing waits for it, and when it fails all of it is told again.
    if (found.notified && found.request) await findOfRequest(watch, found.notified.event, found.request);
    return found.notified?.request;
  }
  // NB. Nothing else would tell that this event does not follow what is there; what is wrong elsewhere is told by its own change.
  if (found.brokenAt === seq) await raise(watch, change, { stream, seq, change: 'insert', hashAfter: hash });
  return undefined;
};

/** An event, and the request as it left it. */
interface Notified {
  readonly event: StoredEvent;
  readonly request: RequestState;
}

/** Before anything else: every second of a revoked session counts. @throws HatcheckError `aws_unavailable` */
const endSessionsOf = async ({ revocations }: LedgerWatch, { event, request }: Notified): Promise<void> => {
  const closes = event.type === 'request.revoked' || event.type === 'request.ended';
  if (!closes || deniedSince(request) === undefined || request.issues.length === 0) return;
  await revocations.send({ id: event.eventId, requestId: request.id, roleArn: request.snapshot.roleArn });
};

/** @throws HatcheckError `ledger_unavailable` */
const planOutcome = async ({ dues }: LedgerWatch, { event, request }: Notified): Promise<void> => {
  const due = intentDue(event, request.id);
  if (due) await dues.again(due);
};

/** @throws HatcheckError `aws_unavailable` */
const tell = async ({ notices, policy }: LedgerWatch, { event, request }: Notified): Promise<void> => {
  const notice = noticeOf(event, request, policy);
  if (notice) await notices.send(notice);
};

/** The request, `undefined` where the stream is gone, and what it was at one event; or the event at which it stops being one. */
type Reread =
  { readonly request: RequestState | undefined; readonly notified?: Notified } | { readonly brokenAt: number };

const reread = async (ledger: Ledger, stream: string, seq: number): Promise<Reread> => {
  const events = await readOrBreak(ledger, stream);
  if (events instanceof BrokenChainError) return { brokenAt: events.seq };
  let request: RequestState | undefined;
  let notified: Notified | undefined;
  for (const event of events) {
    try {
      request = evolve(request, event);
      if (event.seq === seq) notified = { event, request };
    } catch (error) {
      if (error instanceof TypeError) return { brokenAt: event.seq };
      throw error;
    }
  }
  return { request, ...(notified ? { notified } : {}) };
};

/** A broken chain is an answer here: whoever else reads the stream is told that the ledger is unavailable. */
const readOrBreak = async (ledger: Ledger, stream: string): Promise<readonly StoredEvent[] | BrokenChainError> => {
  try {
    return await ledger.read(stream);
  } catch (error) {
    if (error instanceof HatcheckError && error.cause instanceof BrokenChainError) return error.cause;
    throw error;
  }
};

/** Others append to the day's alarms too: each shard of the ledger's stream has a function call of its own. */
const TRIES = 8;
const MAX_PAUSE_MS = 100;

/** By the day of the change, not of its telling: told again after midnight it must meet itself. */
const alarmStream = (at: Instant): string => `alarm#${at.slice(0, 10)}`;

const raise = async (
  { ledger, clock, chance, policy, alarm }: LedgerWatch,
  { changeId, at }: LedgerChange,
  altered: EventData['ledger.altered'],
): Promise<void> => {
  // First, for the day's alarms may be what was altered.
  alarm(altered);
  const stream = alarmStream(at);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const alarms = await ledger.read(stream);
    if (alarms.some(({ eventId }) => eventId === changeId)) return;
    const last = alarms.at(-1);
    const event = seal(last, stream, {
      type: 'ledger.altered',
      data: altered,
      eventId: changeId,
      at: latest(clock.now(), last?.at ?? at),
      actor: WATCH,
      policy: policy.version,
    });
    if ((await ledger.append(event)) === 'appended') return;
    await clock.pause(chance.fraction() * MAX_PAUSE_MS);
  }
  throw new HatcheckError({ code: 'ledger_conflict', reason: `others raised alarms, ${TRIES} times quicker` });
};

const WATCH: Actor = { kind: 'system', handle: 'on-ledger-event' };
