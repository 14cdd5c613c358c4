import type { Command, Submit } from '../../lib/domain/command.ts';
import type { Entitlement } from '../../lib/domain/entitlement.ts';
import type { ErrorCode } from '../../lib/domain/errors.ts';
import type { EventType, RecordedEvent } from '../../lib/domain/event.ts';
import type { AccessPolicy } from '../../lib/domain/policy.ts';
import type { Principal } from '../../lib/domain/principal.ts';

/**
 * What may be done to a request, said a second time and otherwise: over the bare list of its events and in milliseconds, without a
 * fold, without rules that have names, and with nothing of `lib/domain` but its types. Where the two disagree, one of them is wrong.
 */
export interface Life {
  readonly events: readonly RecordedEvent[];
  readonly policy: AccessPolicy;
}

export type Verdict = EventType | 'nothing' | ErrorCode;

const HOUR_MS = 3_600_000;
const MONTH_MS = 30 * 24 * HOUR_MS;
const CLOSING = ['request.denied', 'request.cancelled', 'request.revoked', 'request.ended'] as const;

type Of<T extends EventType> = Extract<RecordedEvent, { type: T }>;
const only = <T extends EventType>(events: readonly RecordedEvent[], ...types: readonly T[]): readonly Of<T>[] =>
  events.filter((event): event is Of<T> => types.some((type) => type === event.type));

/** Everything about the request that follows from its events alone. */
export const factsOf = (events: readonly RecordedEvent[]) => {
  const [asked] = only(events, 'request.submitted');
  if (!asked) throw new TypeError('a life begins with request.submitted');
  const { data } = asked;
  const yeses = only(events, 'request.approved');
  const open = data.stages.findIndex(
    ({ count }, stage) => yeses.filter((yes) => yes.data.stage === stage).length < count,
  );
  const closing = only(events, ...CLOSING)[0];
  const seconds = Math.min(data.durationSeconds, ...yeses.map((yes) => yes.data.durationSeconds ?? Infinity));
  const startsAsked = [data, ...yeses.map((yes) => yes.data)].flatMap(({ startAt }) =>
    startAt === undefined ? [] : [Date.parse(startAt)],
  );
  const allSaid = data.autoApproved || open === -1;
  const approvedMs = allSaid ? Date.parse((yeses.at(-1) ?? asked).at) : undefined;
  const startMs = approvedMs === undefined ? undefined : Math.max(approvedMs, ...startsAsked);
  return {
    ...{ asked, data, yeses, open: open === -1 ? undefined : open, closing, seconds },
    laterThanMs: startsAsked.length > 0 ? Math.max(...startsAsked) : undefined,
    startMs,
    endMs: startMs === undefined ? undefined : startMs + seconds * 1000,
    intents: only(events, 'credentials.intended'),
  };
};

export type Facts = ReturnType<typeof factsOf>;

export const statusOf = ({ closing, endMs, data }: Facts, nowMs: number): string => {
  if (closing) return closing.type.slice('request.'.length);
  if (endMs !== undefined) return nowMs < endMs ? 'approved' : 'expired';
  return data.pendingUntil !== undefined && nowMs >= Date.parse(data.pendingUntil) ? 'expired' : 'pending';
};

const shares = (who: Principal, groups: readonly string[]): boolean => who.groups.some((own) => groups.includes(own));
const asks = ({ data }: Facts, who: Principal): boolean =>
  who.kind === 'person' && data.stages.some(({ from }) => shares(who, from.groups));

/** JSON with its members in order: two values are equal when these are. */
const plain = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

const roleOf = ({ account, roleArn, session }: Entitlement): string =>
  plain({ accountId: account.id, roleArn, session });

/** What becomes of the command: the event it makes, `nothing`, or the code it is refused with. */
export const verdict = ({ events, policy }: Life, command: Command, who: Principal, now: string): Verdict => {
  const facts = factsOf(events);
  const today = policy.entitlements.get(facts.data.entitlementId);
  const nowMs = Date.parse(now);
  const own = facts.asked.actor.handle === who.handle;
  const status = statusOf(facts, nowMs);
  switch (command.type) {
    case 'approve':
      return approval(facts, command, { who, own, status, nowMs, today });
    case 'deny':
      if (own || !asks(facts, who)) return 'not_an_approver';
      return status === 'pending' ? 'request.denied' : 'wrong_status';
    case 'cancel':
      if (!own) return 'not_the_requester';
      return status === 'pending' ? 'request.cancelled' : 'wrong_status';
    case 'end':
      if (!own) return 'not_the_requester';
      return status === 'approved' ? 'request.ended' : 'wrong_status';
    case 'revoke': {
      const revokes = who.kind === 'person' && shares(who, today?.revokers.groups ?? []);
      if (own || !(asks(facts, who) || revokes)) return 'not_an_approver';
      return status === 'approved' ? 'request.revoked' : 'wrong_status';
    }
    case 'extend':
    case 'review':
      throw new TypeError(`the model says nothing of ${command.type}`);
    case 'issue':
      return own ? issue(facts, { who, nowMs, today }) : 'not_the_requester';
  }
};

interface Moment {
  readonly who: Principal;
  readonly nowMs: number;
  /** Undefined when today's policy has it no more. */
  readonly today: Entitlement | undefined;
}

const approval = (
  facts: Facts,
  { durationSeconds, startAt }: Extract<Command, { type: 'approve' }>,
  { who, own, status, nowMs, today }: Moment & { own: boolean; status: string },
): Verdict => {
  if (own) return 'self_approval';
  if (!asks(facts, who)) return 'not_an_approver';
  if (!facts.closing && facts.yeses.some(({ actor }) => actor.handle === who.handle)) return 'nothing';
  if (status !== 'pending') return 'wrong_status';
  if (!today || plain(facts.data.snapshot) !== roleOf(today)) return 'policy_changed';
  if (today.approval === 'auto' || plain(today.approval.stages) !== plain(facts.data.stages)) return 'policy_changed';
  const stage = facts.open === undefined ? undefined : facts.data.stages[facts.open];
  if (!stage || !shares(who, stage.from.groups)) return 'not_an_approver';
  if (nowMs - Date.parse(who.groupsAt) > today.groupsMaxAgeSeconds * 1000) return 'step_up_required';
  if (durationSeconds !== undefined && durationSeconds > facts.seconds) return 'invalid_input';
  const startMs = startAt === undefined ? undefined : Date.parse(startAt);
  if (startMs !== undefined && (startMs < (facts.laterThanMs ?? nowMs) || startMs > nowMs + MONTH_MS))
    return 'invalid_input';
  return 'request.approved';
};

const issue = (facts: Facts, { who, nowMs, today }: Moment): Verdict => {
  const { closing, startMs, endMs, data, intents, seconds } = facts;
  if (closing?.type === 'request.revoked') return 'revoked';
  if (startMs === undefined || endMs === undefined) return 'not_approved';
  if (closing || nowMs >= endMs) return 'grant_over';
  if (nowMs < startMs) return 'not_started';
  if (!today || !shares(who, today.requesters.groups)) return 'not_eligible';
  if (plain(data.snapshot) !== roleOf(today)) return 'policy_changed';
  if ((data.autoApproved && today.approval !== 'auto') || seconds > today.maxDurationSeconds) return 'policy_changed';
  if (facts.yeses.some(({ actor }) => actor.handle === who.handle)) return 'self_approval';
  if (nowMs - Date.parse(who.groupsAt) > today.groupsMaxAgeSeconds * 1000) return 'step_up_required';
  if (intents.length === 0 && !strongEnough(who, today.requires, nowMs)) return 'step_up_required';
  if (intents.filter(({ at }) => nowMs < Date.parse(at) + HOUR_MS).length >= today.limits.issuesPerHour)
    return 'limit_reached';
  if (today.session.tail === 'refuse' && endMs - nowMs < 900_000) return 'grant_over';
  return 'credentials.intended';
};

const strongEnough = (
  who: Principal,
  { mfa, authenticatedWithinSeconds = Infinity }: Entitlement['requires'],
  nowMs: number,
) =>
  (!mfa || who.methods.includes('mfa')) && nowMs - Date.parse(who.authenticatedAt) <= authenticatedWithinSeconds * 1000;

/** Likewise for asking: `request.submitted`, or the code. */
export const submitVerdict = (policy: AccessPolicy, ask: Submit, who: Principal, now: string): Verdict => {
  const today = policy.entitlements.get(ask.entitlementId);
  const nowMs = Date.parse(now);
  if (!today || !shares(who, today.requesters.groups)) return 'not_eligible';
  const startMs = ask.startAt === undefined ? nowMs : Date.parse(ask.startAt);
  const fits =
    ask.durationSeconds <= today.maxDurationSeconds &&
    [...ask.justification.text.trim().matchAll(/./gsu)].length >= today.justification.minLength &&
    ticketFits(today.ticket, ask.ticket) &&
    startMs >= nowMs &&
    startMs <= nowMs + MONTH_MS;
  if (!fits) return 'invalid_input';
  const fresh = nowMs - Date.parse(who.groupsAt) <= today.groupsMaxAgeSeconds * 1000;
  return fresh && strongEnough(who, today.requires, nowMs) ? 'request.submitted' : 'step_up_required';
};

const ticketFits = (rule: Entitlement['ticket'], ticket: string | undefined): boolean =>
  ticket === undefined
    ? rule?.required !== true
    : /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(ticket) && (!rule || new RegExp(rule.pattern).test(ticket));
