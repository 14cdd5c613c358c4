import { groupsFresh, mfaUsed, sameDeviceUsed, signedInRecently } from './assurance.ts';
import { type Context, type Decision, type Submit, unlessRefused } from './command.ts';
import { controlChecks } from './control-rules.ts';
import { type Entitlement, snapshotOf } from './entitlement.ts';
import { type Refusal, badInput, refuse } from './errors.ts';
import type { EventData } from './event.ts';
import { inWords, withinHours } from './hours.ts';
import { certain } from './invariant.ts';
import { eligibleFor } from './policy.ts';
import type { Instant } from './principal.ts';
import { type Check, type Rule, evaluate } from './rule.ts';
import { stagedFrom } from './stages.ts';
import { notTooFarAhead } from './start.ts';
import { ticketAlive } from './ticket.ts';
import { isBefore } from './time.ts';

/** STS session tags take these (API reference, Tag), and the ticket becomes one. */
const TICKET = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;

/** Every rule for asking, each with its outcome; what `?dryRun=true` shows and `submit` goes by. */
export const submitRules = (command: Submit, context: Context): readonly Rule[] => {
  const { principal, policy } = context;
  const entitlement = eligibleFor(policy, principal, command.entitlementId);
  const eligible: Check = {
    rule: 'eligible',
    detail: 'A group of yours makes you eligible for this entitlement.',
    check: () =>
      entitlement ? undefined : refuse('not_eligible', `${command.entitlementId} is not theirs to ask for`),
  };
  if (!entitlement) return evaluate([eligible]);
  const growth = { requester: principal.handle, entitlementId: entitlement.id, accountId: entitlement.account.id };
  return evaluate([eligible, ...controlChecks(context, growth), ...entitlementChecks(entitlement, command, context)]);
};

const entitlementChecks = (
  entitlement: Entitlement,
  command: Submit,
  { principal, now }: Context,
): readonly Check[] => [
  {
    rule: 'duration',
    detail: `At most ${entitlement.maxDurationSeconds} seconds.`,
    check: () =>
      command.durationSeconds <= entitlement.maxDurationSeconds
        ? undefined
        : badInput('/durationSeconds', 'too_long', `at most ${entitlement.maxDurationSeconds} seconds`),
  },
  {
    rule: 'justification',
    detail: `At least ${entitlement.justification.minLength} characters.`,
    check: () =>
      Array.from(command.justification.text.trim()).length >= entitlement.justification.minLength
        ? undefined
        : badInput('/justification', 'too_short', `at least ${entitlement.justification.minLength} characters`),
  },
  { rule: 'ticket', detail: ticketDetail(entitlement), check: () => ticketFits(entitlement, command.ticket) },
  ...(entitlement.ticket?.check ? [ticketAlive(entitlement.ticket.check, command, principal)] : []),
  {
    rule: 'start',
    detail: 'Not in the past, at most 30 days ahead.',
    check: () => startFits(command, now),
  },
  {
    rule: 'hours',
    detail: entitlement.hours ? `Within ${inWords(entitlement.hours)}.` : 'At any time.',
    check: () => withinHours(entitlement.hours, now, command.startAt),
  },
  {
    rule: 'groupsFresh',
    detail: `Your groups were fetched within ${entitlement.groupsMaxAgeSeconds} seconds.`,
    check: () => groupsFresh(principal, entitlement.groupsMaxAgeSeconds, now),
  },
  {
    rule: 'mfa',
    detail: 'Signed in with more than one factor, where it is asked for.',
    check: () => mfaUsed(principal, entitlement.requires),
  },
  {
    rule: 'signInAge',
    detail: 'Signed in recently, where it is asked for.',
    check: () => signedInRecently(principal, entitlement.requires, now),
  },
  {
    rule: 'sameDevice',
    detail: 'Signed in on this very machine, where it is asked for.',
    check: () => sameDeviceUsed(principal, entitlement.requires),
  },
];

const ticketDetail = ({ ticket }: Entitlement): string =>
  ticket ? `${ticket.required ? 'Required' : 'Optional'}, of the form ${ticket.pattern}.` : 'None is asked for.';

/** Whether the ticket is of the form that the entitlement asks for, and there where it must be. */
export const ticketFits = (
  { ticket: rule }: Pick<Entitlement, 'ticket'>,
  ticket: string | undefined,
): Refusal | undefined => {
  if (ticket === undefined) return rule?.required ? badInput('/ticket', 'required', 'a ticket is required') : undefined;
  if (!TICKET.test(ticket)) return badInput('/ticket', 'invalid_format', 'letters, digits, spaces and _.:/=+-@ only');
  return rule && !new RegExp(rule.pattern).test(ticket)
    ? badInput('/ticket', 'invalid_format', `of the form ${rule.pattern}`)
    : undefined;
};

const startFits = ({ startAt }: Submit, now: string): Refusal | undefined => {
  if (startAt === undefined) return undefined;
  if (isBefore(startAt, now)) return badInput('/startAt', 'in_the_past', 'not before now');
  return notTooFarAhead(startAt, now);
};

/**
 * The event that begins a request, or why not. Errors: `not_eligible`, `on_hold`, `invalid_input` with faults, `outside_hours`,
 * `step_up_required`.
 */
export const submit = (command: Submit, context: Context): Decision => {
  const rules = submitRules(command, context);
  return unlessRefused(rules, () => {
    const entitlement = certain(
      context.policy.entitlements.get(command.entitlementId),
      'the rules let an unknown entitlement pass',
    );
    const { requestId, entitlementId, justification, ticket, durationSeconds, startAt } = command;
    return {
      type: 'request.submitted',
      data: {
        requestId,
        entitlementId,
        snapshot: snapshotOf(entitlement),
        justification: justification.ref,
        ...(ticket === undefined ? {} : { ticket }),
        durationSeconds,
        ...(startAt === undefined ? {} : { startAt }),
        ...approvalOf(entitlement, context.now),
      },
    };
  });
};

type Approving = Pick<
  EventData['request.submitted'],
  'autoApproved' | 'stages' | 'parallel' | 'escalation' | 'pendingUntil'
>;

const approvalOf = ({ approval }: Entitlement, now: Instant): Approving =>
  approval === 'auto' ? { autoApproved: true, stages: [] } : { autoApproved: false, ...stagedFrom(approval, now) };
