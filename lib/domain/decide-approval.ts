import { groupsFreshCheck, mfaCheck, signInAgeCheck } from './sign-in-checks.ts';
import { type Command, type Context, type Decision, type Shown, unlessRefused } from './command.ts';
import { controlChecks, growthOf } from './control-rules.ts';
import { type Entitlement, extensionOf, sameApprovers, sameSnapshot, snapshotOf } from './entitlement.ts';
import { type Refusal, badInput, refuse } from './errors.ts';
import { certain } from './invariant.ts';
import { entitlementOf } from './policy.ts';
import type { Instant } from './principal.ts';
import { type Extension, type RequestState, openExtension, statusAt } from './request.ts';
import { type Check, type Rule, evaluate } from './rule.ts';
import type { Staged } from './stages.ts';
import { notTooFarAhead } from './start.ts';
import { durationText, isBefore } from './time.ts';
import { isAsked, isOwn, isSpokenFor, saidYes, seatOf } from './voice.ts';

type Approve = Extract<Command, { type: 'approve' }>;
type Deny = Extract<Command, { type: 'deny' }>;

/** What is decided on: the request, or the extension of it that is open and was shown. */
interface Matter {
  readonly staged: Staged & Pick<RequestState, 'requester'>;
  readonly extension?: true;
  readonly grantedSeconds: number;
  readonly startAt?: Instant;
  /** As access.yml has it today. */
  readonly entitlement: Entitlement | undefined;
}

const matterOf = (request: RequestState, shown: Shown, { policy, now }: Context): Matter => {
  const entitlement = entitlementOf(policy, request);
  const extension = shownExtension(request, shown) && openExtension(request, now);
  if (!extension) {
    const { grantedSeconds, startAt } = request;
    return { staged: request, grantedSeconds, ...(startAt === undefined ? {} : { startAt }), entitlement };
  }
  const { grantedSeconds } = extension;
  return { staged: { ...extension, requester: request.requester }, extension: true, grantedSeconds, entitlement };
};

/** The last that was asked for, if the caller was shown it. */
export const shownExtension = ({ extension }: RequestState, { seq = Infinity }: Shown): Extension | undefined =>
  extension && extension.seq <= seq ? extension : undefined;

/** One approver's yes. Said again it changes nothing. Errors: see `approveRules`. */
export const approve = (request: RequestState, command: Approve, context: Context): Decision => {
  const rules = approveRules(request, command, context);
  const { staged, extension } = matterOf(request, command, context);
  const mayApprove = rules.every(({ rule, refusal }) => !refusal || (rule !== 'notSelf' && rule !== 'approver'));
  if (mayApprove && !request.closed && saidBefore(request, command, context)) return { event: undefined };
  return unlessRefused(rules, () => {
    const { comment, durationSeconds, startAt } = command;
    return {
      type: 'request.approved',
      data: {
        ...(extension ? { extension } : {}),
        ...certain(seatOf(staged, context), 'the rules let an approval pass that no stage waits for'),
        ...(comment === undefined ? {} : { comment }),
        ...(durationSeconds === undefined ? {} : { durationSeconds }),
        ...(startAt === undefined ? {} : { startAt }),
      },
    };
  });
};

/**
 * Whether the caller's yes is there already. Of more time that was shown it is one to that, and a yes to the request itself is none: from somebody who
 * saw it lapse, or taken back, nothing would come of it. Where it was given, whatever they may have meant is there.
 */
const saidBefore = (request: RequestState, shown: Shown, context: Context): boolean => {
  const extension = shownExtension(request, shown);
  if (!extension) return saidYes(request, context);
  if (extension.closed) return false;
  return saidYes(extension, context) || (extension.approvedAt !== undefined && saidYes(request, context));
};

/**
 * `self_approval`, `not_an_approver`, `wrong_status`, `on_hold`, `policy_changed`, `already_decided`, `channel_not_allowed`,
 * `step_up_required`, or `invalid_input` for more time or an earlier start than was asked for.
 */
export const approveRules = (request: RequestState, command: Approve, context: Context): readonly Rule[] => {
  const matter = matterOf(request, command, context);
  const { entitlement } = matter;
  const checks: readonly Check[] = [
    {
      rule: 'notSelf',
      detail: 'Nobody approves their own request, whichever of their identities they are signed in with.',
      check: () => (isOwn(request, context) ? refuse('self_approval', 'the requester approves') : undefined),
      gate: true,
    },
    approverCheck(request, matter, command, context),
    pendingCheck(request, matter, context),
    ...controlChecks(context, growthOf(request)),
    {
      rule: 'policyUnchanged',
      detail: 'What was asked for is still what access.yml says.',
      check: () => stillAsAsked(request, matter),
      gate: true,
    },
  ];
  return evaluate([...checks, ...(entitlement ? entitlementChecks(matter, command, entitlement, context) : [])]);
};

const entitlementChecks = (
  matter: Matter,
  command: Approve,
  { groupsMaxAgeSeconds, approverRequires = NOTHING_MORE }: Entitlement,
  context: Context,
): readonly Check[] => [
  {
    rule: 'stage',
    detail: 'A stage that is open asks you.',
    check: () => seatFree(matter, context),
  },
  {
    rule: 'channel',
    detail: channelWanted(approverRequires, context) === undefined ? 'Said in any way.' : 'Said by way of portal.',
    check: () => {
      const wanted = channelWanted(approverRequires, context);
      return wanted === undefined || wanted === context.channel
        ? undefined
        : refuse('channel_not_allowed', `said by ${context.channel}, ${wanted} asked for`);
    },
  },
  groupsFreshCheck(context.principal, groupsMaxAgeSeconds, context.now),
  mfaCheck(context.principal, approverRequires),
  signInAgeCheck(context.principal, approverRequires, context.now),
  {
    rule: 'onlyLess',
    detail: `At most the ${durationText(matter.grantedSeconds)} that were asked for.`,
    check: () => onlyLess(matter, command),
  },
  {
    rule: 'onlyLater',
    detail: 'Only later than was asked for.',
    check: () => onlyLater(matter, command, context.now),
  },
];

/**
 * Chat proves no sign-in: a telephone that lies open is enough there. Where one of a kind, or a fresh one, is asked for, the yes is said in the
 * portal.
 */
const channelWanted = (
  { channel, mfa, authenticatedWithinSeconds }: NonNullable<Entitlement['approverRequires']>,
  said: Pick<Context, 'channel'>,
): 'portal' | undefined =>
  channel ?? (said.channel === 'chat' && (mfa || authenticatedWithinSeconds !== undefined) ? 'portal' : undefined);

const NOTHING_MORE: NonNullable<Entitlement['approverRequires']> = { mfa: false };

/** A no ends the request, or only the extension of it that is open. Errors: `not_an_approver` (the requester cancels instead), `wrong_status`. */
export const deny = (request: RequestState, command: Deny, context: Context): Decision => {
  const matter = matterOf(request, command, context);
  const { extension } = matter;
  return unlessRefused(
    evaluate([
      {
        rule: 'notSelf',
        detail: 'The requester cancels instead.',
        check: () => (isOwn(request, context) ? refuse('not_an_approver', 'the requester denies') : undefined),
        gate: true,
      },
      approverCheck(request, matter, command, context),
      pendingCheck(request, matter, context),
    ]),
    () => ({ type: 'request.denied', data: { ...(extension ? { extension } : {}), reason: command.reason } }),
  );
};

/** Whom only the extension asked hears that it is over, and not that nobody asked them. */
const approverCheck = (request: RequestState, { staged }: Matter, shown: Shown, context: Context): Check => ({
  rule: 'approver',
  detail: 'A stage of the request asks you, or somebody in whose place you act.',
  check: () => {
    const extension = shownExtension(request, shown);
    const over = extension ? [{ ...extension, requester: request.requester }] : [];
    return [staged, ...over].some((each) => isAsked(each, context))
      ? undefined
      : refuse('not_an_approver', 'no stage asks them');
  },
  gate: true,
});

const pendingCheck = (request: RequestState, { extension }: Matter, { now }: Context): Check => ({
  rule: 'pending',
  detail: 'The request is pending, or an extension of it is.',
  check: () => {
    const status = statusAt(request, now);
    return status === 'pending' || extension ? undefined : refuse('wrong_status', `the request is ${status}`);
  },
  gate: true,
});

const seatFree = ({ staged }: Matter, context: Context): Refusal | undefined => {
  if (seatOf(staged, context)) return undefined;
  return isSpokenFor(staged, context)
    ? refuse('already_decided', 'it was said in their place, or by whom they act for')
    : refuse('not_an_approver', 'the stages that are open ask others');
};

const stillAsAsked = (request: RequestState, { entitlement, staged, extension }: Matter): Refusal | undefined => {
  if (!entitlement) return refuse('policy_changed', 'the entitlement is gone');
  if (!sameSnapshot(request.snapshot, snapshotOf(entitlement)))
    return refuse('policy_changed', 'role, account or session changed');
  const approval = extension ? extensionOf(entitlement).approval : entitlement.approval;
  return approval !== 'auto' && sameApprovers(approval, staged)
    ? undefined
    : refuse('policy_changed', 'who is asked to approve changed');
};

const onlyLess = ({ grantedSeconds }: Matter, { durationSeconds }: Approve): Refusal | undefined =>
  durationSeconds === undefined || durationSeconds <= grantedSeconds
    ? undefined
    : badInput('/durationSeconds', 'too_long', `at most ${grantedSeconds} seconds`);

const onlyLater = ({ extension, startAt: before }: Matter, { startAt }: Approve, now: string): Refusal | undefined => {
  if (startAt === undefined) return undefined;
  if (extension) return badInput('/startAt', 'not_allowed', 'an extension follows the grant');
  if (isBefore(startAt, before ?? now)) return badInput('/startAt', 'too_early', 'only later than was asked for');
  return notTooFarAhead(startAt, now);
};
