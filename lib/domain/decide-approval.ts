import { groupsFresh, mfaUsed, signedInRecently } from './assurance.ts';
import { type Command, type Context, type Decision, unlessRefused } from './command.ts';
import { controlChecks, growthOf } from './control-rules.ts';
import { type Entitlement, sameApprovers, sameSnapshot, snapshotOf } from './entitlement.ts';
import { type Refusal, badInput, refuse } from './errors.ts';
import { certain } from './invariant.ts';
import { type RequestState, statusAt } from './request.ts';
import { type Check, type Rule, evaluate } from './rule.ts';
import { notTooFarAhead } from './start.ts';
import { isBefore } from './time.ts';
import { isAsked, isOwn, isSpokenFor, saidYes, seatOf } from './voice.ts';

type Approve = Extract<Command, { type: 'approve' }>;
type Deny = Extract<Command, { type: 'deny' }>;

/** One approver's yes. Said again it changes nothing. Errors: see `approveRules`. */
export const approve = (request: RequestState, command: Approve, context: Context): Decision => {
  const rules = approveRules(request, command, context);
  const mayApprove = rules.every(({ rule, refusal }) => !refusal || (rule !== 'notSelf' && rule !== 'approver'));
  if (mayApprove && !request.closed && saidYes(request, context)) return { event: undefined };
  return unlessRefused(rules, () => {
    const { comment, durationSeconds, startAt } = command;
    return {
      type: 'request.approved',
      data: {
        ...certain(seatOf(request, context), 'the rules let an approval pass that no stage waits for'),
        ...(comment === undefined ? {} : { comment }),
        ...(durationSeconds === undefined ? {} : { durationSeconds }),
        ...(startAt === undefined ? {} : { startAt }),
      },
    };
  });
};

/**
 * `self_approval`, `not_an_approver`, `wrong_status`, `on_hold`, `policy_changed`, `already_decided`, `channel_not_allowed`, `step_up_required`, or `invalid_input` for
 * more time or an earlier start than was asked for.
 */
export const approveRules = (request: RequestState, command: Approve, context: Context): readonly Rule[] => {
  const { policy } = context;
  const entitlement = policy.entitlements.get(request.entitlementId);
  const checks: readonly Check[] = [
    {
      rule: 'notSelf',
      detail: 'Nobody approves their own request, whichever of their identities they are signed in with.',
      check: () => (isOwn(request, context) ? refuse('self_approval', 'the requester approves') : undefined),
      gate: true,
    },
    approverCheck(request, context),
    pendingCheck(request, context),
    ...controlChecks(context, growthOf(request)),
    {
      rule: 'policyUnchanged',
      detail: 'What was asked for is still what access.yml says.',
      check: () => stillAsAsked(request, entitlement),
      gate: true,
    },
  ];
  return evaluate([...checks, ...(entitlement ? entitlementChecks(request, command, entitlement, context) : [])]);
};

const entitlementChecks = (
  request: RequestState,
  command: Approve,
  { groupsMaxAgeSeconds, approverRequires = NOTHING_MORE }: Entitlement,
  context: Context,
): readonly Check[] => [
  {
    rule: 'stage',
    detail: 'A stage that is open asks you.',
    check: () => seatFree(request, context),
  },
  {
    rule: 'channel',
    detail: 'Said in the portal, where it is asked for.',
    check: () =>
      approverRequires.channel === undefined || approverRequires.channel === context.channel
        ? undefined
        : refuse('channel_not_allowed', `said by ${context.channel}, ${approverRequires.channel} asked for`),
  },
  {
    rule: 'groupsFresh',
    detail: `Your groups were fetched within ${groupsMaxAgeSeconds} seconds.`,
    check: () => groupsFresh(context.principal, groupsMaxAgeSeconds, context.now),
  },
  {
    rule: 'mfa',
    detail: 'Signed in with more than one factor, where it is asked for.',
    check: () => mfaUsed(context.principal, approverRequires),
  },
  {
    rule: 'signInAge',
    detail: 'Signed in recently, where it is asked for.',
    check: () => signedInRecently(context.principal, approverRequires, context.now),
  },
  { rule: 'onlyLess', detail: 'Only less time than was asked for.', check: () => onlyLess(request, command) },
  {
    rule: 'onlyLater',
    detail: 'Only later than was asked for.',
    check: () => onlyLater(request, command, context.now),
  },
];

const NOTHING_MORE: NonNullable<Entitlement['approverRequires']> = { mfa: false };

/** A no ends the request. Errors: `not_an_approver` (the requester cancels instead), `wrong_status`. */
export const deny = (request: RequestState, { reason }: Deny, context: Context): Decision =>
  unlessRefused(
    evaluate([
      {
        rule: 'notSelf',
        detail: 'The requester cancels instead.',
        check: () => (isOwn(request, context) ? refuse('not_an_approver', 'the requester denies') : undefined),
        gate: true,
      },
      approverCheck(request, context),
      pendingCheck(request, context),
    ]),
    () => ({ type: 'request.denied', data: { reason } }),
  );

const approverCheck = (request: RequestState, context: Context): Check => ({
  rule: 'approver',
  detail: 'A stage of the request asks you, or somebody in whose place you act.',
  check: () => (isAsked(request, context) ? undefined : refuse('not_an_approver', 'no stage asks them')),
  gate: true,
});

const pendingCheck = (request: RequestState, { now }: Context): Check => ({
  rule: 'pending',
  detail: 'The request is pending.',
  check: () => {
    const status = statusAt(request, now);
    return status === 'pending' ? undefined : refuse('wrong_status', `the request is ${status}`);
  },
  gate: true,
});

const seatFree = (request: RequestState, context: Context): Refusal | undefined => {
  if (seatOf(request, context)) return undefined;
  return isSpokenFor(request, context)
    ? refuse('already_decided', 'it was said in their place, or by whom they act for')
    : refuse('not_an_approver', 'the stages that are open ask others');
};

const stillAsAsked = (request: RequestState, entitlement: Entitlement | undefined): Refusal | undefined => {
  if (!entitlement) return refuse('policy_changed', 'the entitlement is gone');
  if (!sameSnapshot(request.snapshot, snapshotOf(entitlement)))
    return refuse('policy_changed', 'role, account or session changed');
  return entitlement.approval !== 'auto' && sameApprovers(entitlement.approval, request)
    ? undefined
    : refuse('policy_changed', 'who is asked to approve changed');
};

const onlyLess = ({ grantedSeconds }: RequestState, { durationSeconds }: Approve): Refusal | undefined =>
  durationSeconds === undefined || durationSeconds <= grantedSeconds
    ? undefined
    : badInput('/durationSeconds', 'too_long', `at most ${grantedSeconds} seconds`);

const onlyLater = (request: RequestState, { startAt }: Approve, now: string): Refusal | undefined => {
  if (startAt === undefined) return undefined;
  if (isBefore(startAt, request.startAt ?? now))
    return badInput('/startAt', 'too_early', 'only later than was asked for');
  return notTooFarAhead(startAt, now);
};
