import { revokersToday } from './access.ts';
import { justificationCheck, signInChecks } from './asker-rules.ts';
import { type Context, type Decision, type Submit, unlessRefused } from './command.ts';
import { controlChecks } from './control-rules.ts';
import { type Entitlement, snapshotOf } from './entitlement.ts';
import { type Refusal, badInput, refuse } from './errors.ts';
import type { EventData } from './event.ts';
import { inWords, withinHours } from './hours.ts';
import { certain } from './invariant.ts';
import { eligibleFor, entitlementOf } from './policy.ts';
import type { Instant } from './principal.ts';
import { type Check, type Rule, evaluate } from './rule.ts';
import { stagedFrom } from './stages.ts';
import { policyCharactersOver } from './role-session.ts';
import { type Scope, scopeForm } from './scope.ts';
import { breakGlassCheck, openRequestsCheck } from './reservation.ts';
import { notTooFarAhead } from './start.ts';
import { ticketAlive } from './ticket.ts';
import { durationText, isBefore, plusSeconds } from './time.ts';

/** STS session tags take these (API reference, Tag), and the ticket becomes one. */
const TICKET = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;

/** Every rule for asking, each with its outcome; what `?dryRun=true` shows and `submit` goes by. */
export const submitRules = (command: Submit, context: Context): readonly Rule[] => {
  const { principal, policy } = context;
  const entitlement = eligibleFor(policy, principal, command);
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

const entitlementChecks = (entitlement: Entitlement, command: Submit, context: Context): readonly Check[] => [
  {
    rule: 'duration',
    detail: `At most ${durationText(entitlement.maxDurationSeconds)}.`,
    check: () =>
      command.durationSeconds <= entitlement.maxDurationSeconds
        ? undefined
        : badInput('/durationSeconds', 'too_long', `at most ${entitlement.maxDurationSeconds} seconds`),
  },
  justificationCheck(entitlement, command),
  { rule: 'ticket', detail: ticketDetail(entitlement), check: () => ticketFits(entitlement, command.ticket) },
  ...(entitlement.ticket?.check ? [ticketAlive(entitlement.ticket.check, command, context.principal)] : []),
  {
    rule: 'scope',
    detail: entitlement.scope ? 'Actions and resources that a session policy has room for.' : 'The whole role.',
    check: () => scopeFits(entitlement, command.scope),
  },
  {
    rule: 'start',
    detail: command.breakGlass ? 'At once.' : 'Not in the past, at most 30 days ahead.',
    check: () => startFits(command, context.now),
  },
  {
    rule: 'hours',
    detail: entitlement.hours ? `Within ${inWords(entitlement.hours)}.` : 'At any time.',
    check: () => withinHours(entitlement.hours, context.now, command.startAt),
  },
  ...signInChecks(entitlement, context),
  ...(entitlement.approval === 'auto'
    ? []
    : [
        openRequestsCheck(context.standing.reservations, context.policy.limits.openRequests, context.now, {
          count: 1,
          together: command.bundle?.requestIds ?? [],
        }),
      ]),
  ...(command.breakGlass ? [breakGlassCheck(context.standing.reservations, context.now)] : []),
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

const scopeFits = (entitlement: Entitlement, scope: Scope | undefined): Refusal | undefined => {
  if (!scope) return undefined;
  if (!entitlement.scope) return badInput('/scope', 'not_allowed', 'this entitlement is asked for whole');
  const over = policyCharactersOver(entitlement, scope);
  return (
    scopeForm(entitlement, scope) ??
    (over > 0 ? badInput('/scope', 'too_long', `${over} characters too long for AWS; each counts twice`) : undefined)
  );
};

const startFits = ({ startAt, breakGlass }: Submit, now: string): Refusal | undefined => {
  if (startAt === undefined) return undefined;
  if (breakGlass) return badInput('/startAt', 'not_allowed', 'break-glass begins at once');
  if (isBefore(startAt, now)) return badInput('/startAt', 'in_the_past', 'not before now');
  return notTooFarAhead(startAt, now);
};

/**
 * The event that begins a request, or why not. Errors: `not_eligible`, `on_hold`, `invalid_input` with faults, `outside_hours`,
 * `step_up_required`, `limit_reached`, `review_overdue`.
 */
export const submit = (command: Submit, context: Context): Decision => {
  const rules = submitRules(command, context);
  return unlessRefused(rules, () => {
    const entitlement = certain(entitlementOf(context.policy, command), 'the rules let an unknown entitlement pass');
    const { requestId, entitlementId, justification, ticket, scope, durationSeconds, startAt, bundle } = command;
    return {
      type: 'request.submitted',
      data: {
        requestId,
        entitlementId,
        snapshot: snapshotOf(entitlement),
        justification: justification.ref,
        ...(ticket === undefined ? {} : { ticket }),
        ...(scope ? { scope } : {}),
        durationSeconds,
        ...(startAt === undefined ? {} : { startAt }),
        ...approvalOf(entitlement, context.now),
        ...breakGlassOf(entitlement, command, context.now),
        ...revokersFor(entitlement, context),
        ...(bundle ? { bundle } : {}),
      },
    };
  });
};

const revokersFor = ({ id }: Entitlement, { policy }: Context): Pick<EventData['request.submitted'], 'revokers'> => {
  const revokers = revokersToday(policy, id);
  return revokers.groups.length > 0 || revokers.people ? { revokers } : {};
};

type Approving = Pick<
  EventData['request.submitted'],
  'autoApproved' | 'stages' | 'parallel' | 'escalation' | 'pendingUntil'
>;

const approvalOf = ({ approval }: Entitlement, now: Instant): Approving =>
  approval === 'auto' ? { autoApproved: true, stages: [] } : { autoApproved: false, ...stagedFrom(approval, now) };

/** Looked at by others, during it or so long after its end as it was asked for: an end before that gives them no less time. */
const breakGlassOf = (
  { breakGlass: rules }: Entitlement,
  { breakGlass, durationSeconds }: Submit,
  now: Instant,
): Pick<EventData['request.submitted'], 'breakGlass'> => {
  if (!breakGlass) return {};
  const { reviewers, reviewWithinSeconds } = certain(rules, 'the rules let break-glass pass where there is none');
  return { breakGlass: { reviewBy: plusSeconds(now, durationSeconds + reviewWithinSeconds), reviewers } };
};
