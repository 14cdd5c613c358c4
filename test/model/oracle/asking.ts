import type { Submit } from '../../../lib/domain/command.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import type { HoldTarget } from '../../../lib/domain/hold.ts';
import type { AccessPolicy } from '../../../lib/domain/policy.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { type Placed, holdsIn, identitiesOf, isActive, isHeld, isWithin, meet, nameOf, todays } from './around.ts';
import { type Facts, factsOf, statusOf } from './facts.ts';
import { MONTH_MS, type Verdict, isFresh, isStrong, isWordy } from './verdict.ts';

/** All that there is. */
export interface Everything {
  readonly lives: readonly (readonly RecordedEvent[])[];
  readonly around: readonly Placed[];
  readonly policy: AccessPolicy;
}

/** `request.submitted`, or the code. */
export const submitVerdict = (
  { lives, around, policy }: Everything,
  ask: Submit,
  who: Principal,
  now: string,
): Verdict => {
  const nowMs = Date.parse(now);
  const today = todays(policy, ask.entitlementId, ask.breakGlass === true);
  const self = identitiesOf(around, who.handle);
  if (!today || !meet(who.groups, today.requesters.groups)) return 'not_eligible';
  if (ask.breakGlass && who.kind !== 'person') return 'not_eligible';
  if (!isActive(around, policy.version, nowMs)) return 'policy_changed';
  if (isHeld(around, { handles: self, entitlementId: today.id, accountId: today.account.id })) return 'on_hold';
  if (!fits(today, ask, nowMs)) return 'invalid_input';
  if (!isWithin(today.hours, ask.startAt === undefined ? nowMs : Date.parse(ask.startAt))) return 'outside_hours';
  if (!isFresh(who, today, nowMs) || !isStrong(who, today.requires, nowMs)) return 'step_up_required';
  const own = lives.map(factsOf).filter(({ asked }) => self.includes(asked.actor.handle));
  const waiting = own.filter((each) => !each.data.autoApproved && statusOf(each, nowMs) === 'pending');
  if (today.approval !== 'auto' && waiting.length >= policy.limits.openRequests) return 'limit_reached';
  return ask.breakGlass ? mayBreak(own, nowMs) : 'request.submitted';
};

const fits = (today: Entitlement, ask: Submit, nowMs: number): boolean => {
  const startMs = ask.startAt === undefined ? nowMs : Date.parse(ask.startAt);
  return (
    ask.durationSeconds <= today.maxDurationSeconds &&
    isWordy(ask.justification.text, today) &&
    ticketFits(today.ticket, ask.ticket) &&
    (ask.startAt === undefined || !ask.breakGlass) &&
    startMs >= nowMs &&
    startMs <= nowMs + MONTH_MS
  );
};

const ticketFits = (rule: Entitlement['ticket'], ticket: string | undefined): boolean =>
  ticket === undefined
    ? rule?.required !== true
    : /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(ticket) && (!rule || new RegExp(rule.pattern).test(ticket));

const MOST_UNREVIEWED = 10;

/** One at a time, and every one looked at in time. */
const mayBreak = (own: readonly Facts[], nowMs: number): Verdict => {
  const broken = own.filter(({ data }) => data.breakGlass);
  const owed = broken.filter(({ reviews }) => reviews.length === 0);
  if (owed.some(({ data }) => nowMs >= Date.parse(data.breakGlass?.reviewBy ?? ''))) return 'review_overdue';
  if (broken.some((each) => statusOf(each, nowMs) === 'approved')) return 'limit_reached';
  return owed.length < MOST_UNREVIEWED ? 'request.submitted' : 'review_overdue';
};

const isSecurity = ({ security }: AccessPolicy, who: Principal): boolean =>
  who.kind === 'person' && meet(who.groups, security?.groups ?? []);

/** Whether a hold is placed: `nothing` where the same is in force. */
export const holdVerdict = ({ around, policy }: Everything, target: HoldTarget, who: Principal): Verdict => {
  if (!isSecurity(policy, who)) return 'not_found';
  if (holdsIn(around).some((hold) => nameOf(hold.target) === nameOf(target))) return 'nothing';
  const known = [...policy.entitlements.values()];
  if (target.on === 'entitlement' && !known.some(({ id }) => id === target.entitlementId)) return 'invalid_input';
  if (target.on === 'account' && !known.some(({ account }) => account.id === target.accountId)) return 'invalid_input';
  return 'hold.placed';
};

const GROUPS_AGE_MS = 4 * 3_600_000;

/** Whether a hold is lifted: not by whoever is held, not with old groups. */
export const liftVerdict = ({ around, policy }: Everything, holdId: string, who: Principal, now: string): Verdict => {
  if (!isSecurity(policy, who) || !holdsIn(around).some(({ id }) => id === holdId)) return 'not_found';
  if (!isActive(around, policy.version, Date.parse(now))) return 'policy_changed';
  const self = identitiesOf(around, who.handle);
  if (holdsIn(around).some(({ target }) => target.on === 'person' && self.includes(target.handle))) return 'on_hold';
  return Date.parse(now) - Date.parse(who.groupsAt) > GROUPS_AGE_MS ? 'step_up_required' : 'hold.lifted';
};

/** Whether what somebody approves may be lent to another until then. */
export const lendVerdict = (
  { around, policy }: Everything,
  { to, startsAt, endsAt }: { to: string; startsAt: string; endsAt: string },
  who: Principal,
  now: string,
): Verdict => {
  const nowMs = Date.parse(now);
  const { delegation: rule } = policy;
  const approving = [...policy.entitlements.values()].flatMap(({ approval, groupsMaxAgeSeconds }) =>
    approval === 'auto'
      ? []
      : [...approval.stages.map(({ from }) => from), ...(approval.escalation ? [approval.escalation.to] : [])]
          .filter(({ groups }) => meet(groups, who.groups))
          .map(() => groupsMaxAgeSeconds),
  );
  if (!rule || who.kind !== 'person' || approving.length === 0) return 'not_eligible';
  if (rule.groups && !meet(rule.groups, who.groups)) return 'not_eligible';
  if (identitiesOf(around, who.handle).includes(to)) return 'invalid_input';
  const endMs = Date.parse(endsAt);
  if (endMs <= Math.max(nowMs, Date.parse(startsAt)) || endMs - nowMs > rule.maxSeconds * 1000) return 'invalid_input';
  return nowMs - Date.parse(who.groupsAt) > Math.min(...approving) * 1000 ? 'step_up_required' : 'delegation.made';
};
