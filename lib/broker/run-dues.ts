import { type Due, TICKET_EVERY_SECONDS } from '../domain/due.ts';
import type { Actor, DomainEvent } from '../domain/event.ts';
import { type RequestState, statusAt } from '../domain/request.ts';
import { plusSeconds } from '../domain/time.ts';
import { type Seen, appendAsSystem, seen } from './append-as-system.ts';
import type { Broker, Patience } from './broker.ts';
import { type Notice, type Recipient, approversAsked } from './notice.ts';
import type { Dues, Notices, Summaries, Texts, Tickets } from './ports.ts';
import { summaryOf } from './summary.ts';
import { newWords } from './words.ts';

/** What the schedule works with. */
export interface Schedule extends Broker {
  readonly dues: Dues;
  readonly notices: Notices;
  readonly tickets: Tickets;
  readonly texts: Pick<Texts, 'put'>;
  readonly summaries: Pick<Summaries, 'put'>;
}

const SCHEDULE: Actor = { kind: 'system', handle: 'on-schedule' };

/** The reason of a grant that the closing of its ticket ended. */
const TICKET_CLOSED = 'The ticket of this request was closed.';

/** What is left for the next run is not begun with less time than this. */
const ENOUGH_MS = 5_000;

/**
 * Does what is due by now. The index says only where to look: what is done is decided by the request's own events. What fails is tried
 * again by the next run, and holds up nothing else.
 *
 * @returns how many were dealt with, and how many failed
 * @throws HatcheckError `ledger_unavailable` when the index cannot be read
 */
export const runDues = async (
  schedule: Schedule,
  patience: Patience,
): Promise<{ readonly done: number; readonly failed: number }> => {
  const now = schedule.clock.now();
  const counts = { done: 0, failed: 0 };
  for (const shard of schedule.dues.shards) {
    let after: Due | undefined;
    do {
      const { items, next } = await schedule.dues.by(now, shard, after);
      for (const due of items) {
        if (patience.remainingMs() < ENOUGH_MS) return counts;
        try {
          await deal(schedule, due, patience);
          counts.done += 1;
        } catch (error) {
          schedule.warn(`${due.kind} of ${due.requestId} was not dealt with`, error);
          counts.failed += 1;
        }
      }
      after = next;
    } while (after);
  }
  return counts;
};

const deal = (schedule: Schedule, due: Due, patience: Patience): Promise<void> => {
  switch (due.kind) {
    case 'lapse':
      return lapse(schedule, due, patience);
    case 'ticket':
      return lookAtTicket(schedule, due, patience);
    default:
      return remind(schedule, due, due.kind);
  }
};

/** A pending request whose time is over is on record as lapsed, once. */
const lapse = async (schedule: Schedule, due: Due, patience: Patience): Promise<void> => {
  const after = await appendAsSystem(schedule, { requestId: due.requestId, actor: SCHEDULE, patience }, lapsed);
  if (after?.said) await schedule.summaries.put(summaryOf(after.request));
  // Looked at too early, by a clock that ran ahead: at its time, then.
  const { pendingUntil } = after?.request ?? {};
  if (after && pendingUntil !== undefined && statusAt(after.request, schedule.clock.now()) === 'pending')
    await schedule.dues.again({ ...due, at: pendingUntil });
  else await schedule.dues.done(due);
};

const lapsed = ({ request, events, now }: Seen): DomainEvent | undefined => {
  const { pendingUntil, approvedAt } = request;
  const isOver = statusAt(request, now) === 'expired' && approvedAt === undefined;
  return isOver && pendingUntil !== undefined && !events.some(({ type }) => type === 'request.lapsed')
    ? { type: 'request.lapsed', data: { pendingUntil } }
    : undefined;
};

type Reminder = Exclude<Due['kind'], 'lapse' | 'ticket'>;

/**
 * First it is sent, then it is noted that it was: whoever is cut off in between sends it again, under the same id, which the queue and its
 * readers know.
 */
const remind = async (schedule: Schedule, due: Due, kind: Reminder): Promise<void> => {
  const found = await seen(schedule, due.requestId);
  const to = found ? remindedOf(kind, found) : [];
  if (found && to.length > 0) await schedule.notices.send(noticeFor(due, kind, found.request, to));
  await schedule.dues.done(due);
};

const noticeFor = (due: Due, kind: Reminder, request: RequestState, to: readonly Recipient[]): Notice => ({
  id: `${due.requestId}.${kind}`,
  kind,
  requestId: request.id,
  entitlementId: request.entitlementId,
  requester: request.requester,
  at: due.at,
  to,
});

/** Nobody, where there is nothing left to do about it. */
const remindedOf = (kind: Reminder, { request, now }: Seen): readonly Recipient[] => {
  switch (kind) {
    case 'approval_reminder':
      return statusAt(request, now) === 'pending' ? [{ role: 'approvers', ...approversAsked(request) }] : [];
    case 'escalated':
      return statusAt(request, now) === 'pending' && request.escalation
        ? [{ role: 'approvers', ...request.escalation.to }]
        : [];
    case 'review_reminder':
    case 'review_overdue':
      return request.breakGlass && !request.review ? [{ role: 'reviewers', ...request.breakGlass.reviewers }] : [];
  }
};

/** A closed ticket ends the grant, where access.yml says so. One that cannot be looked at ends nothing, and is looked at again. */
const lookAtTicket = async (schedule: Schedule, due: Due, patience: Patience): Promise<void> => {
  const found = await seen(schedule, due.requestId);
  const live = found && liveTicket(found, schedule);
  if (!live) return schedule.dues.done(due);
  const answer = await schedule.tickets.look(live.service, live.ticket);
  if (answer === 'unavailable' || answer.state === 'open')
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
