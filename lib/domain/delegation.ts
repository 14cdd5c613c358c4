import { type Context, type Decision, unlessRefused } from './command.ts';
import { type Refusal, badInput, refuse } from './errors.ts';
import type { TextRef } from './event.ts';
import { holdsPerson } from './hold.ts';
import type { AccessPolicy } from './policy.ts';
import { onCallName } from './on-call.ts';
import { type Group, type Handle, type Instant, type Principal, inAnyGroup } from './principal.ts';
import { evaluate } from './rule.ts';
import { groupsFreshCheck } from './sign-in-checks.ts';
import { type Standing, handlesOf, prunedAt, samePerson } from './standing.ts';
import { durationText, isBefore, latest, secondsBetween } from './time.ts';

/** Somebody approves in another's place while that one is away. It stands in both their streams; that of `to` is what decides. */
export interface Delegation {
  readonly id: string;
  /** Who is away. */
  readonly by: Handle;
  /** Their other identities, as of then. */
  readonly sameAs: readonly Handle[];
  readonly to: Handle;
  /** Those groups of theirs that approve, as of then: what they may have lost since, the delegate still acts for until it ends. */
  readonly groups: readonly Group[];
  readonly madeAt: Instant;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly reason?: TextRef;
}

/** What the one who goes away says. */
export interface DelegationWish {
  readonly id: string;
  readonly to: Handle;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly reason?: TextRef;
}

export const MAX_GIVEN = 10;
export const MAX_RECEIVED = 30;

type Delegator = Pick<Context, 'principal' | 'policy' | 'now' | 'standing'>;

/**
 * The delegation, in the stream of the one who goes away. The same one (to, start, end) again is the one that is there.
 * Errors: `not_eligible` (not for them to delegate), `invalid_input`, `step_up_required`, `limit_reached`.
 */
export const delegate = (wish: DelegationWish, { principal, policy, now, standing }: Delegator): Decision => {
  if (sameGiven(standing, wish)) return { event: undefined };
  const groups = delegableGroups(policy, principal);
  const maxSeconds = policy.delegation?.maxSeconds ?? 0;
  const rules = evaluate([
    {
      rule: 'delegator',
      detail: 'You approve requests, and access.yml lets you delegate that.',
      check: () => mayDelegate(policy, principal, groups),
      gate: true,
    },
    {
      rule: 'somebodyElse',
      detail: 'To somebody who is not you.',
      check: () =>
        handlesOf(principal.handle, standing).includes(wish.to)
          ? badInput('/to', 'own_identity', 'must be somebody else')
          : undefined,
    },
    {
      rule: 'term',
      detail: `At most ${durationText(maxSeconds)} from now.`,
      check: () => termFits(wish, maxSeconds, now),
    },
    groupsFreshCheck(principal, strictestAge(policy, groups), now),
    {
      rule: 'limit',
      detail: `At most ${MAX_GIVEN} at a time.`,
      check: () =>
        prunedAt(standing, now).delegations.filter(({ by }) => by === principal.handle).length < MAX_GIVEN
          ? undefined
          : refuse('limit_reached', `${MAX_GIVEN} delegations given`),
    },
  ]);
  return unlessRefused(rules, () => {
    const delegation: Delegation = {
      ...{ id: wish.id, by: principal.handle, sameAs: standing.sameAs, to: wish.to, groups },
      ...{ madeAt: now, startsAt: latest(wish.startsAt, now), endsAt: wish.endsAt },
      ...(wish.reason ? { reason: wish.reason } : {}),
    };
    return made(standing, delegation, now);
  });
};

/** The same, in the stream of the one who stands in. Errors: `invalid_input` (they are one person), `limit_reached`. */
export const receive = (standing: Standing, delegation: Delegation, now: Instant): Decision => {
  if (standing.delegations.some(({ id }) => id === delegation.id)) return { event: undefined };
  const rules = evaluate([
    {
      rule: 'somebodyElse',
      detail: 'To somebody who is not you.',
      check: () =>
        samePerson([delegation.to, ...standing.sameAs], [delegation.by, ...delegation.sameAs])
          ? badInput('/to', 'own_identity', 'must be somebody else')
          : undefined,
    },
    {
      rule: 'limit',
      detail: `At most ${MAX_RECEIVED} at a time.`,
      check: () =>
        prunedAt(standing, now).delegations.filter(({ to }) => to === delegation.to).length < MAX_RECEIVED
          ? undefined
          : refuse('limit_reached', `${MAX_RECEIVED} delegations received`),
    },
  ]);
  return unlessRefused(rules, () => made(standing, delegation, now));
};

/** It is over; nothing where it is not there. */
export const endDelegation = (standing: Standing, delegationId: string, now: Instant): Decision => {
  const delegations = standing.delegations.filter(({ id }) => id !== delegationId);
  if (delegations.length === standing.delegations.length) return { event: undefined };
  const carried = { ...prunedAt(standing, now), delegations: prunedAt({ ...standing, delegations }, now).delegations };
  return { event: { type: 'delegation.removed', data: { delegationId, carried } } };
};

/**
 * Whom this person stands in for now. None where access.yml no longer allows it, or not to them; none whose delegator is on hold, for a
 * hold on somebody must not be got around by somebody else.
 */
export const standingInFor = ({
  principal,
  policy,
  control,
  standing,
  now,
}: Pick<Context, 'principal' | 'policy' | 'control' | 'standing' | 'now'>): readonly Delegation[] => {
  const { delegation: rule } = policy;
  if (!rule || principal.kind !== 'person' || !inGroupsOf(rule.groups, principal)) return [];
  const onHold = (handles: readonly Handle[]): boolean => control.holds.some((hold) => holdsPerson(hold, handles));
  return standing.delegations.filter(
    ({ to, by, sameAs, madeAt, startsAt, endsAt }) =>
      to === principal.handle &&
      !isBefore(now, startsAt) &&
      isBefore(now, endsAt) &&
      secondsBetween(madeAt, now) <= rule.maxSeconds &&
      !onHold([by, ...sameAs]),
  );
};

const made = (
  standing: Standing,
  delegation: Delegation,
  now: Instant,
): Extract<Decision, { event: object }>['event'] => {
  const { delegations, ...rest } = prunedAt(standing, now);
  return {
    type: 'delegation.made',
    data: { delegation, carried: { ...rest, delegations: [...delegations, delegation] } },
  };
};

const sameGiven = ({ delegations }: Standing, wish: DelegationWish): boolean =>
  delegations.some(({ id }) => id === wish.id);

const inGroupsOf = (groups: readonly Group[] | undefined, principal: Principal): boolean =>
  groups === undefined || inAnyGroup(principal, groups);

const stagesOf = ({ entitlements }: AccessPolicy) =>
  [...entitlements.values()].flatMap(({ approval, groupsMaxAgeSeconds }) =>
    approval === 'auto'
      ? []
      : [...approval.stages.map(({ from }) => from), ...(approval.escalation ? [approval.escalation.to] : [])].map(
          ({ groups }) => ({ groups, groupsMaxAgeSeconds }),
        ),
  );

/** Who is on call now is not on call for as long as a delegation lasts. */
const delegableGroups = (policy: AccessPolicy, principal: Principal): readonly Group[] => {
  const approving = new Set(stagesOf(policy).flatMap(({ groups }) => groups));
  return principal.groups.filter((group) => approving.has(group) && onCallName(group) === undefined);
};

/** Of all entitlements that these groups approve, the one that wants them youngest. */
const strictestAge = (policy: AccessPolicy, approving: readonly Group[]): number =>
  Math.min(
    ...stagesOf(policy)
      .filter(({ groups }) => groups.some((group) => approving.includes(group)))
      .map(({ groupsMaxAgeSeconds }) => groupsMaxAgeSeconds),
  );

const mayDelegate = (
  { delegation: rule }: AccessPolicy,
  principal: Principal,
  groups: readonly Group[],
): Refusal | undefined => {
  if (!rule) return refuse('not_eligible', 'access.yml allows no delegation');
  if (principal.kind !== 'person') return refuse('not_eligible', 'a workload approves nothing');
  if (!inGroupsOf(rule.groups, principal)) return refuse('not_eligible', 'none of their groups may delegate');
  return groups.length > 0 ? undefined : refuse('not_eligible', 'no stage asks a group of theirs');
};

const termFits = ({ startsAt, endsAt }: DelegationWish, maxSeconds: number, now: Instant): Refusal | undefined => {
  if (!isBefore(latest(startsAt, now), endsAt))
    return badInput('/until', 'too_early', 'must be after it begins, and not past');
  return secondsBetween(now, endsAt) <= maxSeconds
    ? undefined
    : badInput('/until', 'too_far_ahead', `at most ${maxSeconds} seconds from now`);
};
