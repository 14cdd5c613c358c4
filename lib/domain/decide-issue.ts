import { requesterCheck, stillEligibleCheck } from './asker-rules.ts';
import { groupsFreshCheck, mfaCheck, sameDeviceCheck, signInAgeCheck } from './sign-in-checks.ts';
import { type Command, type Context, type Decision, unlessRefused } from './command.ts';
import { controlChecks, growthOf } from './control-rules.ts';
import { type Entitlement, extensionOf, sameSnapshot, snapshotOf } from './entitlement.ts';
import { type Refusal, refuse } from './errors.ts';
import { inWords, windowFrom, withinHours } from './hours.ts';
import { certain } from './invariant.ts';
import { eligibleFor, entitlementOf } from './policy.ts';
import { type Grant, type RequestState, grantAt, statusAt, totalSeconds, yesesToExtensions } from './request.ts';
import { STS_MIN_SECONDS, orderRoleSession } from './role-session.ts';
import { type Check, type Rule, evaluate } from './rule.ts';
import { handlesOf } from './standing.ts';
import { durationText, earliest, isBefore, plusSeconds, secondsBetween } from './time.ts';
import { hasSpoken } from './voice.ts';

type IssueCommand = Extract<Command, { type: 'issue' }>;

const HOUR_SECONDS = 3600;

/** The intent to open a role session, or why there will be none. Evaluated whole at every issue; nothing is remembered as allowed. */
export const intend = (
  request: RequestState,
  { purpose, sessionNameHash }: IssueCommand,
  context: Context,
): Decision => {
  return unlessRefused(issueRules(request, context), () => {
    const entitlement = certain(
      entitlementOf(context.policy, request),
      'the rules let a request without entitlement pass',
    );
    const endsAt = sessionEnd(request, entitlement, context.now);
    const order = orderRoleSession(request, entitlement, context.principal, { now: context.now, endsAt });
    return {
      type: 'credentials.intended',
      data: {
        purpose,
        roleArn: order.roleArn,
        sessionNameHash,
        durationSeconds: order.durationSeconds,
        endsAt: order.endsAt,
        tags: order.tags,
      },
    };
  });
};

/**
 * `not_the_requester`, `revoked`, `grant_over`, `not_approved`, `not_started`, `on_hold`, `not_eligible`, `policy_changed`,
 * `outside_hours`, `self_approval`, `step_up_required`, `limit_reached`.
 */
export const issueRules = (request: RequestState, context: Context): readonly Rule[] => {
  const { principal, policy, now } = context;
  const entitlement = eligibleFor(policy, principal, request);
  const checks: readonly Check[] = [
    requesterCheck(request, context),
    {
      rule: 'window',
      detail: windowInWords(request, now),
      check: () => windowOpen(request, now),
      gate: true,
    },
    ...controlChecks(context, growthOf(request)),
    stillEligibleCheck(request, entitlement),
  ];
  return evaluate([...checks, ...(entitlement ? entitlementChecks(request, entitlement, context) : [])]);
};

const entitlementChecks = (
  request: RequestState,
  entitlement: Entitlement,
  { principal, standing, now }: Context,
): readonly Check[] => [
  {
    rule: 'policyUnchanged',
    detail: 'What was approved is still what access.yml says.',
    check: () => stillAsApproved(request, entitlement),
  },
  {
    rule: 'hours',
    detail: entitlement.hours ? `Within ${inWords(entitlement.hours)}.` : 'At any time.',
    check: () => withinHours(entitlement.hours, now),
  },
  {
    rule: 'notSelf',
    detail: 'Nobody approved their own request, nor more time for it.',
    check: () =>
      hasSpoken(
        { approvals: [...request.approvals, ...yesesToExtensions(request)] },
        handlesOf(principal.handle, standing),
      )
        ? refuse('self_approval', 'the requester is among the approvers')
        : undefined,
  },
  groupsFreshCheck(principal, entitlement.groupsMaxAgeSeconds, now),
  // At every issue: unlike a sign-in that was fresh once, one that was given to another machine does not get worse with time.
  sameDeviceCheck(principal, entitlement.requires),
  // The rest of `requires` binds when asking and at the first issue; a renewal an hour later must not send an operation in progress to sign in.
  ...(request.issues.length > 0
    ? []
    : [mfaCheck(principal, entitlement.requires), signInAgeCheck(principal, entitlement.requires, now)]),
  {
    rule: 'limit',
    detail: `At most ${entitlement.limits.issuesPerHour} issues an hour.`,
    check: () => withinLimit(request, entitlement, now),
  },
  {
    rule: 'tail',
    detail:
      entitlement.session.tail === 'deny'
        ? 'However little of the grant is left.'
        : `At least ${durationText(STS_MIN_SECONDS)} of the grant are left.`,
    check: () => tailLongEnough(request, entitlement, now),
  },
];

const windowInWords = (request: RequestState, now: string): string => {
  const grant = grantAt(request, now);
  return grant
    ? `Within its window, from ${grant.startsAt} to ${grant.endsAt}.`
    : 'It is approved, and its window contains now.';
};

const windowOpen = (request: RequestState, now: string): Refusal | undefined => {
  const status = statusAt(request, now);
  const grant = grantAt(request, now);
  if (status === 'revoked') return refuse('revoked', 'the grant was revoked');
  if (!grant) return refuse('not_approved', `the request is ${status}`);
  return {
    active: undefined,
    scheduled: refuse('not_started', `starts ${grant.startsAt}`),
    ended: refuse('grant_over', `ended ${grant.endsAt}`),
  }[grant.state satisfies Grant['state']];
};

const stillAsApproved = (request: RequestState, entitlement: Entitlement): Refusal | undefined => {
  if (!sameSnapshot(request.snapshot, snapshotOf(entitlement)))
    return refuse('policy_changed', 'role, account or session changed');
  if (request.autoApproved && entitlement.approval !== 'auto')
    return refuse('policy_changed', 'approval is no longer automatic');
  return (
    tooLong('granted', request.grantedSeconds, entitlement.maxDurationSeconds) ??
    extendedOtherwise(request, entitlement)
  );
};

/** As with the grant itself: what came by rule is worth something as long as the rule says so. */
const extendedOtherwise = (request: RequestState, entitlement: Entitlement): Refusal | undefined => {
  if (request.extendedSeconds === undefined) return undefined;
  const { approval, maxTotalSeconds } = extensionOf(entitlement);
  if (request.autoExtended && approval !== 'auto') return refuse('policy_changed', 'extension is no longer automatic');
  return tooLong('extended to', totalSeconds(request), maxTotalSeconds);
};

const tooLong = (how: string, seconds: number, allowed: number): Refusal | undefined =>
  seconds <= allowed ? undefined : refuse('policy_changed', `${how} ${seconds} s, ${allowed} s allowed today`);

const withinLimit = ({ issues }: RequestState, { limits }: Entitlement, now: string): Refusal | undefined => {
  const recent = issues.filter(({ at }) => isBefore(now, plusSeconds(at, HOUR_SECONDS)));
  if (recent.length < limits.issuesPerHour) return undefined;
  // When this one is an hour old there is room again; with a limit of none there never is.
  const blocking = recent[recent.length - limits.issuesPerHour]?.at ?? now;
  const retryAfterSeconds = Math.ceil(secondsBetween(now, plusSeconds(blocking, HOUR_SECONDS)));
  return { code: 'limit_reached', reason: `${recent.length} issues within the hour`, retryAfterSeconds };
};

const tailLongEnough = (request: RequestState, entitlement: Entitlement, now: string): Refusal | undefined => {
  const { session } = entitlement;
  const left = secondsBetween(now, sessionEnd(request, entitlement, now));
  return session.tail === 'deny' || left >= STS_MIN_SECONDS
    ? undefined
    : refuse('grant_over', `${left} s are left, and this entitlement refuses sessions under ${STS_MIN_SECONDS} s`);
};

/** With the grant, or with the hours where they are over before it. */
const sessionEnd = (request: RequestState, { hours }: Entitlement, now: string): string => {
  const { endsAt } = certain(grantAt(request, now), 'the window is open, and there is no grant');
  const hoursEnd = hours && windowFrom(hours, now)?.endsAt;
  return hoursEnd === undefined ? endsAt : earliest(endsAt, hoursEnd);
};
