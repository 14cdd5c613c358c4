import type { Channel, Command } from '../../../lib/domain/command.ts';
import type { Entitlement, StagedApproval } from '../../../lib/domain/entitlement.ts';
import type { ErrorCode } from '../../../lib/domain/errors.ts';
import type { EventType, RecordedEvent } from '../../../lib/domain/event.ts';
import type { AccessPolicy } from '../../../lib/domain/policy.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { type Placed, among, identitiesOf, isActive, isHeld, isWithin, lentTo, meet, plain, todays } from './around.ts';
import { type Facts, type MoreTime, type Waiting, factsOf, isLive, openMore, room, statusOf } from './facts.ts';

/** A request, and all that stood in other streams by then. */
export interface Life {
  readonly events: readonly RecordedEvent[];
  readonly around: readonly Placed[];
  readonly policy: AccessPolicy;
  readonly channel: Channel;
}

export type Verdict = EventType | 'nothing' | ErrorCode;

const HOUR_MS = 3_600_000;
export const MONTH_MS = 30 * 24 * HOUR_MS;

/** Who acts on what, as far as the rules can tell. */
interface Moment extends Life {
  readonly facts: Facts;
  readonly who: Principal;
  readonly nowMs: number;
  /** Undefined when today's policy has it no more. */
  readonly today: Entitlement | undefined;
  /** All who the caller is, and all who the requester is. */
  readonly self: readonly string[];
  readonly asker: readonly string[];
}

/** What becomes of the command: the event it makes, `nothing`, or the code it is refused with. */
export const verdict = (life: Life, command: Command, who: Principal, now: string): Verdict => {
  const facts = factsOf(life.events);
  const nowMs = Date.parse(now);
  const asker = identitiesOf(life.around, facts.asked.actor.handle);
  const moment: Moment = {
    ...{ ...life, facts, who, nowMs, asker },
    today: todays(life.policy, facts.data.entitlementId, facts.data.breakGlass !== undefined),
    self: identitiesOf(life.around, who.handle),
  };
  switch (command.type) {
    case 'approve':
      return approval(moment, command);
    case 'deny':
      return denial(moment, command);
    case 'revoke':
      return revocation(moment);
    case 'cancel':
      if (!isRequester(moment)) return 'not_the_requester';
      return openMore(facts, nowMs) || statusOf(facts, nowMs) === 'pending' ? 'request.cancelled' : 'wrong_status';
    case 'end':
      if (!isRequester(moment)) return 'not_the_requester';
      return statusOf(facts, nowMs) === 'approved' ? 'request.ended' : 'wrong_status';
    case 'extend':
      return extension(moment, command);
    case 'review':
      return review(moment);
    case 'issue':
      return issue(moment);
  }
};

const isRequester = ({ facts, who }: Moment): boolean => facts.asked.actor.handle === who.handle;
const isOwn = ({ self, asker }: Moment): boolean => meet(self, asker);
/** What is said of everybody to whatever would grow. */
const inTheWay = ({ around, policy, facts, self, asker, nowMs }: Moment): 'policy_changed' | 'on_hold' | undefined => {
  if (!isActive(around, policy.version, nowMs)) return 'policy_changed';
  const concern = { entitlementId: facts.data.entitlementId, accountId: facts.data.snapshot.accountId };
  return isHeld(around, { handles: [...self, ...asker], ...concern }) ? 'on_hold' : undefined;
};

/** In whose name the caller may speak, with everybody who is then the same person; themselves first. */
const voices = ({ who, self, asker, around, policy, nowMs }: Moment) => [
  { speaker: who, all: self },
  ...lentTo(around, who, policy, nowMs)
    .filter(({ by, sameAs }) => !meet([by, ...sameAs], asker))
    .map(({ by, sameAs, groups }) => ({
      speaker: { ...who, groups, issuer: '', subject: '' },
      all: [...self, by, ...sameAs],
    })),
];

/** The stages at which this voice is asked by now, open or not. */
const askedAt = (
  { stages, others, enoughMs }: Waiting,
  speaker: Parameters<typeof among>[0],
  nowMs: number,
): readonly number[] => {
  const isEscalated = others && nowMs >= others.fromMs && !(enoughMs !== undefined && enoughMs < others.fromMs);
  return stages.flatMap(({ from }, at) =>
    among(speaker, from) || (isEscalated && among(speaker, others.to)) ? [at] : [],
  );
};

const isAsked = (waiting: Waiting, moment: Moment): boolean =>
  voices(moment).some(({ speaker }) => askedAt(waiting, speaker, moment.nowMs).length > 0);

const hasSpoken = ({ yeses }: Pick<Waiting, 'yeses'>, all: readonly string[]): boolean =>
  yeses.some(({ actor, data }) => meet(all, [actor.handle, ...(data.onBehalfOf ? [data.onBehalfOf] : [])]));

/** Whether there is a seat for this voice. */
const isSeated = (waiting: Waiting, at: readonly number[]): boolean => {
  if (waiting.parallel) return at.length > 0 && room(waiting, at) !== undefined;
  const open = room(waiting, [])?.findIndex((seats) => seats > 0) ?? -1;
  return at.includes(open);
};

const approval = (moment: Moment, command: Extract<Command, { type: 'approve' }>): Verdict => {
  const { facts, who, nowMs, today, self, channel } = moment;
  const more = openMore(facts, nowMs, command.seq);
  const waiting = more ?? facts.request;
  if (isOwn(moment)) return 'self_approval';
  if (!isAskedOrWas(waiting, moment, command.seq)) return 'not_an_approver';
  if (!facts.closing && yesesThatStand(moment, command.seq).some(({ actor }) => self.includes(actor.handle)))
    return 'nothing';
  if (!more && statusOf(facts, nowMs) !== 'pending') return 'wrong_status';
  const hindrance = inTheWay(moment);
  if (hindrance) return hindrance;
  if (!today || plain(facts.data.snapshot) !== roleOf(today)) return 'policy_changed';
  if (!asksTheSame(more ? (today.extension ?? today).approval : today.approval, waiting)) return 'policy_changed';
  const asked = voices(moment).map(({ speaker, all }) => ({ at: askedAt(waiting, speaker, nowMs), all }));
  if (!asked.some(({ at, all }) => !hasSpoken(waiting, all) && isSeated(waiting, at)))
    return asked.some(({ at, all }) => at.length > 0 && hasSpoken(waiting, all))
      ? 'already_decided'
      : 'not_an_approver';
  const demands = today.approverRequires ?? { mfa: false };
  if ('channel' in demands && demands.channel !== channel) return 'channel_not_allowed';
  if (channel === 'chat' && (demands.mfa || 'authenticatedWithinSeconds' in demands)) return 'channel_not_allowed';
  if (nowMs - Date.parse(who.groupsAt) > today.groupsMaxAgeSeconds * 1000) return 'step_up_required';
  if (!isStrong(who, demands, nowMs)) return 'step_up_required';
  return fitsUnder(command, moment, more?.seconds ?? facts.seconds, more !== undefined)
    ? 'request.approved'
    : 'invalid_input';
};

/** On the last ask for more that they were shown, unless it was closed; on the request itself where there is none, or where more was given. */
const yesesThatStand = ({ facts }: Moment, upTo = Infinity): Waiting['yeses'] => {
  const last = lastShown(facts, upTo);
  if (!last) return facts.request.yeses;
  if (last.isClosed) return [];
  return last.enoughMs === undefined ? last.yeses : [...last.yeses, ...facts.request.yeses];
};

const lastShown = ({ extension }: Facts, upTo = Infinity): MoreTime | undefined =>
  extension && extension.place <= upTo ? extension : undefined;

/** Asked by what is decided on, or by an ask for more that they were shown, though it is over. */
const isAskedOrWas = (waiting: Waiting, moment: Moment, upTo: number | undefined): boolean => {
  const last = lastShown(moment.facts, upTo);
  return isAsked(waiting, moment) || (last !== undefined && isAsked(last, moment));
};

const asksTheSame = (approval: 'auto' | StagedApproval, { stages, parallel, others }: Waiting): boolean =>
  approval !== 'auto' &&
  plain([approval.stages, approval.parallel ?? false, approval.escalation?.to]) ===
    plain([stages, parallel, others?.to]);

/** Only less, only later; more time has no start of its own. */
const fitsUnder = (
  { durationSeconds = 0, startAt }: Extract<Command, { type: 'approve' }>,
  { facts: { laterThanMs }, nowMs }: Moment,
  seconds: number,
  isMore: boolean,
): boolean => {
  if (durationSeconds > seconds) return false;
  if (startAt === undefined) return true;
  const startMs = Date.parse(startAt);
  return !isMore && startMs >= (laterThanMs ?? nowMs) && startMs <= nowMs + MONTH_MS;
};

const denial = (moment: Moment, { seq }: Extract<Command, { type: 'deny' }>): Verdict => {
  const { facts, nowMs } = moment;
  const more = openMore(facts, nowMs, seq);
  if (isOwn(moment) || !isAskedOrWas(more ?? facts.request, moment, seq)) return 'not_an_approver';
  return more || statusOf(facts, nowMs) === 'pending' ? 'request.denied' : 'wrong_status';
};

const revocation = (moment: Moment): Verdict => {
  const { facts, who, nowMs, policy } = moment;
  const { revokers, entitlementId } = facts.data;
  const may =
    isAsked(facts.request, moment) ||
    isReviewer(moment) ||
    (revokers !== undefined && among(who, revokers)) ||
    revokesToday(policy, entitlementId, who);
  if (isOwn(moment) || !may) return 'not_an_approver';
  return statusOf(facts, nowMs) === 'approved' || hasLeftovers(facts, nowMs) ? 'request.revoked' : 'wrong_status';
};

/** Whether somebody who approves nothing of this entitlement may still revoke it. */
export const revokesToday = (
  { entitlements, revokers, security }: AccessPolicy,
  entitlementId: string,
  who: Principal,
): boolean =>
  [entitlements.get(entitlementId)?.revokers, revokers ?? security].some((some) => some && among(who, some));

const QUARTER_MS = HOUR_MS / 4;

/** Whether something that was lent may still be worn after the grant, with a quarter of an hour for clocks, and nobody stops it. */
const hasLeftovers = ({ closing, closedMs, endMs, data, intents }: Facts, nowMs: number): boolean => {
  const { chaining, revokeOnEnd } = data.snapshot.session;
  if (endMs === undefined || closing?.type === 'request.revoked' || (closing && revokeOnEnd)) return false;
  if (!closing && !chaining) return false;
  const overMs = Math.min(endMs, closedMs ?? Infinity);
  const lasts = intents.map(({ at, data: { durationSeconds } }) => Date.parse(at) + durationSeconds * 1000);
  return nowMs >= overMs && lasts.some((ms) => nowMs < (chaining ? Math.max(ms, overMs) + HOUR_MS : ms) + QUARTER_MS);
};

const isReviewer = ({ facts: { data }, who }: Moment): boolean =>
  data.breakGlass !== undefined && among(who, data.breakGlass.reviewers);

const review = (moment: Moment): Verdict => {
  const [before] = moment.facts.reviews;
  if (!moment.facts.data.breakGlass) return 'wrong_status';
  if (isOwn(moment)) return 'self_approval';
  if (!isReviewer(moment)) return 'not_an_approver';
  if (!before) return 'request.reviewed';
  return before.actor.handle === moment.who.handle ? 'nothing' : 'already_decided';
};

const MOST_ASKED_FOR_MORE = 20;

const extension = (
  moment: Moment,
  { durationSeconds, justification }: Extract<Command, { type: 'extend' }>,
): Verdict => {
  const { facts, who, nowMs, today } = moment;
  if (!isRequester(moment)) return 'not_the_requester';
  if (!isLive(facts, nowMs) || openMore(facts, nowMs)) return 'wrong_status';
  if (facts.timesAskedForMore >= MOST_ASKED_FOR_MORE) return 'limit_reached';
  const hindrance = inTheWay(moment);
  if (hindrance) return hindrance;
  if (!today || !mayAsk(today, who, facts)) return 'not_eligible';
  if (plain(facts.data.snapshot) !== roleOf(today)) return 'policy_changed';
  const longest = today.extension?.maxTotalSeconds ?? today.maxDurationSeconds;
  if (durationSeconds > Math.max(0, longest - facts.seconds - facts.moreSeconds)) return 'invalid_input';
  if (!isWordy(justification.text, today)) return 'invalid_input';
  if (!isFresh(who, today, nowMs) || !isStrong(who, today.requires, nowMs)) return 'step_up_required';
  return (today.extension ?? today).approval === 'auto' ? 'request.extended' : 'request.extension_requested';
};

/** Nothing that runs by itself gets past an approval. */
const mayAsk = (today: Entitlement, who: Principal, { data }: Facts): boolean =>
  meet(who.groups, today.requesters.groups) && !(data.breakGlass && who.kind !== 'person');

export const isWordy = (text: string, { justification }: Entitlement): boolean =>
  [...text.trim().matchAll(/./gsu)].length >= justification.minLength;

const roleOf = ({ account, roleArn, session }: Entitlement): string =>
  plain({ accountId: account.id, roleArn, session });

const issue = (moment: Moment): Verdict => {
  const { facts, who, nowMs, today, self } = moment;
  const { closing, startMs, endMs, data, intents, seconds } = facts;
  if (!isRequester(moment)) return 'not_the_requester';
  if (closing?.type === 'request.revoked') return 'revoked';
  if (startMs === undefined || endMs === undefined) return 'not_approved';
  if (closing || nowMs >= endMs) return 'grant_over';
  if (nowMs < startMs) return 'not_started';
  const hindrance = inTheWay(moment);
  if (hindrance) return hindrance;
  if (!today || !mayAsk(today, who, facts)) return 'not_eligible';
  if (plain(data.snapshot) !== roleOf(today)) return 'policy_changed';
  if ((data.autoApproved && today.approval !== 'auto') || seconds > today.maxDurationSeconds) return 'policy_changed';
  const longest = today.extension?.maxTotalSeconds ?? today.maxDurationSeconds;
  if (facts.isExtended && seconds + facts.moreSeconds > longest) return 'policy_changed';
  if (facts.isExtendedByRule && (today.extension ?? today).approval !== 'auto') return 'policy_changed';
  if (!isWithin(today.hours, nowMs)) return 'outside_hours';
  if (hasSpoken(facts.request, self) || hasSpoken({ yeses: facts.yesesToMore }, self)) return 'self_approval';
  if (!isFresh(who, today, nowMs)) return 'step_up_required';
  if (intents.length === 0 && !isStrong(who, today.requires, nowMs)) return 'step_up_required';
  if (intents.filter(({ at }) => nowMs < Date.parse(at) + HOUR_MS).length >= today.limits.issuesPerHour)
    return 'limit_reached';
  if (today.session.tail === 'refuse' && usableUntil(today, nowMs, endMs) - nowMs < 900_000) return 'grant_over';
  return 'credentials.intended';
};

/** The end of the grant, or of the hours before it: looked for minute by minute, as hours begin and end on minutes. */
export const usableUntil = ({ hours }: Entitlement, nowMs: number, endMs: number): number => {
  if (!hours) return endMs;
  for (let ms = nowMs - (nowMs % 60_000); ms < endMs; ms += 60_000) if (ms > nowMs && !isWithin(hours, ms)) return ms;
  return endMs;
};

export const isFresh = ({ groupsAt }: Principal, { groupsMaxAgeSeconds }: Entitlement, nowMs: number): boolean =>
  nowMs - Date.parse(groupsAt) <= groupsMaxAgeSeconds * 1000;

export const isStrong = (
  who: Principal,
  { mfa, authenticatedWithinSeconds = Infinity }: Pick<Entitlement['requires'], 'mfa' | 'authenticatedWithinSeconds'>,
  nowMs: number,
): boolean =>
  (!mfa || who.methods.includes('mfa')) && nowMs - Date.parse(who.authenticatedAt) <= authenticatedWithinSeconds * 1000;
