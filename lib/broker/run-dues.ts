import { BOUNDARY_EVERY_SECONDS, type Due, TICKET_EVERY_SECONDS } from '../domain/due.ts';
import type { Actor, DomainEvent } from '../domain/event.ts';
import { type RequestState, openExtension, statusAt } from '../domain/request.ts';
import { areToBeDenied } from '../domain/sessions-out.ts';
import type { Staged } from '../domain/stages.ts';
import { isBefore, plusSeconds, secondsBetween } from '../domain/time.ts';
import { type Seen, appendAsSystem, seen } from './append-as-system.ts';
import type { Broker, Patience } from './broker.ts';
import { type Notice, type Recipient, approversAsked } from './notice.ts';
import type { Dues, Notices, Revocations, Summaries, Texts, Tickets } from './ports.ts';
import { summaryOf } from './summary.ts';
import { settleIntents } from './settle-intents.ts';
import { newWords } from './words.ts';

/** What the schedule works with. */
export interface Schedule extends Broker {
  readonly dues: Dues;
  readonly notices: Notices;
  readonly revocations: Revocations;
  readonly tickets: Tickets;
  readonly texts: Pick<Texts, 'put'>;
  readonly summaries: Pick<Summaries, 'put'>;
  /** Tells the operator: a role session may be open that nobody holds. */
  readonly intentLost: (requestId: string) => void;
  /** Told how long a request has waited when somebody is reminded of it. */
  readonly stillPending?: (seconds: number, told: 'reminded' | 'escalated') => void;
}

const SCHEDULE: Actor = { kind: 'system', handle: 'on-schedule' };

/** The reason of a grant that the closing of its ticket ended. */
const TICKET_CLOSED = 'The ticket of this request was closed.';

/** What is left for the next run is not begun with less time than this. */
const ENOUGH_MS = 5_000;

/** So many tickets at a time: one service that takes its time holds up few others. */
const LOOKS_AT_ONCE = 8;

/**
 * Does what is due by now: first what lapses or was cut off, then who is reminded, last what somebody outside must be asked about, as far as time allows.
 * The index says only where to look: what is done is decided by the request's own events. What fails is tried again by the next run, and
 * holds up nothing else.
 *
 * @returns how many were dealt with, and how many failed
 * @throws HatcheckError `ledger_unavailable` when some of the index could not be read: the rest was dealt with
 */
export const runDues = async (
  schedule: Schedule,
  patience: Patience,
): Promise<{ readonly done: number; readonly failed: number }> => {
  const counts = { done: 0, failed: 0 };
  const deal = async (due: Due, act: () => Promise<void>): Promise<void> => {
    if (patience.remainingMs() < ENOUGH_MS) return;
    try {
      await act();
      counts.done += 1;
    } catch (error) {
      schedule.warn(`${due.kind} of ${due.requestId} was not dealt with`, error);
      counts.failed += 1;
    }
  };
  const reminders: (Due & { readonly kind: Reminder })[] = [];
  const tickets: Due[] = [];
  const unread: unknown[] = [];
  for await (const due of dueBy(schedule, patience, unread)) {
    const { kind } = due;
    if (kind === 'lapse') await deal(due, () => lapse(schedule, due, patience));
    else if (kind === 'outcome') await deal(due, () => settleIntents(schedule, due, SCHEDULE, patience));
    else if (kind === 'ticket') tickets.push(due);
    else if (kind === 'boundary') await deal(due, () => askAgain(schedule, due));
    else reminders.push({ ...due, kind });
  }
  for (const due of reminders) await deal(due, () => remind(schedule, due, due.kind));
  // Whoever waited longest first, whatever their shard: where there is no time for all, none is left out for ever.
  tickets.sort((a, b) => (isBefore(a.at, b.at) ? -1 : 1));
  for (let from = 0; from < tickets.length; from += LOOKS_AT_ONCE)
    await Promise.all(
      tickets.slice(from, from + LOOKS_AT_ONCE).map((due) => deal(due, () => lookAtTicket(schedule, due, patience))),
    );
  if (unread.length > 0) throw unread[0];
  return counts;
};

/** Every page of every shard, while there is time. A shard that cannot be read holds up no other: why not is put into `unread`. */
async function* dueBy({ dues, clock }: Schedule, patience: Patience, unread: unknown[]): AsyncGenerator<Due> {
  const now = clock.now();
  for (const shard of dues.shards) {
    let after: Due | undefined;
    do {
      if (patience.remainingMs() < ENOUGH_MS) return;
      const page = await dues.by(now, shard, after).catch((error: unknown) => void unread.push(error));
      yield* page?.items ?? [];
      after = page?.next;
    } while (after);
  }
}

/** A pending request whose time is over is on record as lapsed, once. */
const lapse = async (schedule: Schedule, due: Due, patience: Patience): Promise<void> => {
  const after = await appendAsSystem(schedule, { requestId: due.requestId, actor: SCHEDULE, patience }, lapsed);
  if (after?.said) await schedule.summaries.put(summaryOf(after.request));
  // Looked at too early, by a clock that ran ahead: at its time, then.
  const request = after?.request;
  if (request?.pendingUntil !== undefined && statusAt(request, schedule.clock.now()) === 'pending')
    await schedule.dues.again({ ...due, at: request.pendingUntil });
  else await schedule.dues.done(due);
};

const lapsed = ({ request, events, now }: Seen): DomainEvent | undefined => {
  const { pendingUntil, approvedAt } = request;
  const isOver = statusAt(request, now) === 'expired' && approvedAt === undefined;
  return isOver && pendingUntil !== undefined && !events.some(({ type }) => type === 'request.lapsed')
    ? { type: 'request.lapsed', data: { pendingUntil } }
    : undefined;
};

/**
 * Sessions are to be denied, and nobody says yet that they are: whoever follows the ledger may never have been told, or who writes the
 * boundary may not get to it. Or a deny stands: it is looked at again, and goes where no session can be out any more. Only they know
 * that, so that until they say so it is due again.
 */
const askAgain = async (schedule: Schedule, due: Due): Promise<void> => {
  const { requestId, at } = due;
  const found = await seen(schedule, requestId);
  if (!found || !mayBeAsked(found)) return schedule.dues.done(due);
  await schedule.revocations.send({ id: `${requestId}.${at}`, requestId, roleArn: found.request.snapshot.roleArn });
  return schedule.dues.again({ ...due, at: plusSeconds(schedule.clock.now(), BOUNDARY_EVERY_SECONDS) });
};

/** Of what was never said to be denied, nothing stands on any boundary that would have to go. */
const mayBeAsked = ({ request, now }: Seen): boolean =>
  request.sessionsEnded !== undefined || areToBeDenied(request, now);

type Reminder = Exclude<Due['kind'], 'lapse' | 'ticket' | 'boundary' | 'outcome'>;

/**
 * First it is sent, then it is noted that it was: whoever is cut off in between sends it again, under the same id, which the queue and its
 * readers know.
 */
const remind = async (schedule: Schedule, due: Due, kind: Reminder): Promise<void> => {
  const found = await seen(schedule, due.requestId);
  if (found) await sendReminder(schedule, due, kind, found);
  await schedule.dues.done(due);
};

const sendReminder = async (schedule: Schedule, due: Due, kind: Reminder, found: Seen): Promise<void> => {
  const { request, now } = found;
  const to = remindedOf(due, kind, found);
  if (to.length === 0) return;
  await schedule.notices.send(noticeFor(due, kind, request, to));
  const told = due.extension === undefined ? TOLD[kind] : undefined;
  if (told) schedule.stillPending?.(secondsBetween(request.createdAt, now), told);
};

const TOLD: Readonly<Partial<Record<Reminder, 'reminded' | 'escalated'>>> = {
  approval_reminder: 'reminded',
  escalated: 'escalated',
};

const noticeFor = (due: Due, kind: Reminder, request: RequestState, to: readonly Recipient[]): Notice => ({
  id: due.extension === undefined ? `${due.requestId}.${kind}` : `${due.requestId}.${due.extension}.${kind}`,
  kind,
  requestId: request.id,
  entitlementId: request.entitlementId,
  requester: request.requester,
  at: due.at,
  to,
});

/** The request, or that very extension of it, while it waits for somebody's yes. */
const stillWaiting = ({ extension }: Due, { request, now }: Seen): Staged | undefined => {
  if (extension === undefined) return statusAt(request, now) === 'pending' ? request : undefined;
  const open = openExtension(request, now);
  return open?.seq === extension ? open : undefined;
};

/** Nobody, where there is nothing left to do about it. */
const remindedOf = (due: Due, kind: Reminder, found: Seen): readonly Recipient[] => {
  const { request } = found;
  const waiting = stillWaiting(due, found);
  switch (kind) {
    case 'approval_reminder':
      return waiting ? [{ role: 'approvers', ...approversAsked(waiting) }] : [];
    case 'escalated':
      return waiting?.escalation ? [{ role: 'approvers', ...waiting.escalation.to }] : [];
    case 'review_reminder':
    case 'review_overdue':
      return request.breakGlass && !request.review ? [{ role: 'reviewers', ...request.breakGlass.reviewers }] : [];
  }
};

/**
 * A closed ticket ends the grant, where access.yml says so. One that cannot be looked at ends nothing, and is looked at again; nor does one
 * that its service no longer shows: it may have been moved, or hidden from us, and nobody closed it.
 */
const lookAtTicket = async (schedule: Schedule, due: Due, patience: Patience): Promise<void> => {
  const found = await seen(schedule, due.requestId);
  const live = found && liveTicket(found, schedule);
  if (!live) return schedule.dues.done(due);
  const answer = await schedule.tickets.look(live.service, live.ticket);
  if (answer === 'unavailable' || answer.state !== 'closed')
    return schedule.dues.again({ ...due, at: plusSeconds(schedule.clock.now(), TICKET_EVERY_SECONDS) });
  // First the words, then the event that holds their hash.
  const { ref, value } = newWords(schedule.chance, TICKET_CLOSED);
  await schedule.texts.put(SCHEDULE.handle, ref, value);
  const options = { requestId: due.requestId, actor: SCHEDULE, patience };
  const after = await appendAsSystem(schedule, options, (now) =>
    liveTicket(now, schedule) ? { type: 'request.revoked', data: { reason: ref } } : undefined,
  );
  if (after?.said) await schedule.summaries.put(summaryOf(after.request));
  return schedule.dues.done(due);
};

/** The ticket of a grant that is not over, and whom to ask for it; undefined where its closing ends nothing. */
const liveTicket = (
  { request, now }: Seen,
  { policy }: Broker,
): { readonly service: string; readonly ticket: string } | undefined => {
  const { entitlementId, ticket } = request;
  const check = policy.entitlements.get(entitlementId)?.ticket?.check;
  const isLive = statusAt(request, now) === 'approved';
  return isLive && ticket !== undefined && check?.endsGrant ? { service: check.service, ticket } : undefined;
};
