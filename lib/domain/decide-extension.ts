import { justificationCheck, requesterCheck, signInChecks, stillEligibleCheck } from './asker-rules.ts';
import { type Context, type Decision, type Extend, unlessRefused } from './command.ts';
import { controlChecks, growthOf } from './control-rules.ts';
import { type Entitlement, extensionOf, sameSnapshot, snapshotOf } from './entitlement.ts';
import { type Refusal, badInput, refuse } from './errors.ts';
import type { DomainEvent } from './event.ts';
import { certain } from './invariant.ts';
import { eligibleFor } from './policy.ts';
import { type RequestState, grantAt, openExtension, totalSeconds } from './request.ts';
import { type Check, type Rule, evaluate } from './rule.ts';
import { stagedFrom } from './stages.ts';
import { durationText, earliest, secondsBetween } from './time.ts';

/**
 * How often more time may be asked for on one grant, whatever came of it. All of it is read at every act on the request: whoever asks and
 * takes back for as long as the grant goes on must not make a revoke slow, or impossible.
 */
export const MAX_EXTENSIONS_ASKED = 20;

/** More time on a live grant, or an ask for it. Errors: see `extendRules`. */
export const extend = (request: RequestState, command: Extend, context: Context): Decision =>
  unlessRefused(extendRules(request, command, context), () => {
    const entitlement = certain(
      eligibleFor(context.policy, context.principal, request),
      'the rules let a stranger pass',
    );
    return extensionEvent(request, command, entitlement, context.now);
  });

const extensionEvent = (
  request: RequestState,
  { durationSeconds, justification: { ref: justification } }: Extend,
  entitlement: Entitlement,
  now: string,
): DomainEvent => {
  const { approval } = extensionOf(entitlement);
  if (approval === 'auto') return { type: 'request.extended', data: { durationSeconds, justification } };
  const { endsAt } = certain(grantAt(request, now), 'the rules let a request without grant pass');
  const staged = stagedFrom(approval, now);
  return {
    type: 'request.extension_requested',
    data: { durationSeconds, justification, ...staged, pendingUntil: earliest(staged.pendingUntil, endsAt) },
  };
};

/**
 * `not_the_requester`, `wrong_status` (the grant is not live, or an extension is pending), `on_hold`, `not_eligible`, `policy_changed`,
 * `limit_reached`, `invalid_input` with faults, `step_up_required`.
 */
export const extendRules = (request: RequestState, command: Extend, context: Context): readonly Rule[] => {
  const { principal, policy, now } = context;
  const entitlement = eligibleFor(policy, principal, request);
  const checks: readonly Check[] = [
    requesterCheck(request, context),
    { rule: 'live', detail: 'Its grant goes on now.', check: () => live(request, now), gate: true },
    {
      rule: 'noneOpen',
      detail: 'No extension of it is pending.',
      check: () => (openExtension(request, now) ? refuse('wrong_status', 'an extension is pending') : undefined),
    },
    {
      rule: 'asksLeft',
      detail: `At most ${MAX_EXTENSIONS_ASKED} extensions of one grant are asked for.`,
      check: () => asksLeft(request, now),
    },
    ...controlChecks(context, growthOf(request)),
    stillEligibleCheck(request, entitlement),
  ];
  return evaluate([...checks, ...(entitlement ? entitlementChecks(request, command, entitlement, context) : [])]);
};

const entitlementChecks = (
  request: RequestState,
  command: Extend,
  entitlement: Entitlement,
  context: Context,
): readonly Check[] => {
  const left = Math.max(0, extensionOf(entitlement).maxTotalSeconds - totalSeconds(request));
  return [
    {
      rule: 'policyUnchanged',
      detail: 'What was approved is still what access.yml says.',
      check: () =>
        sameSnapshot(request.snapshot, snapshotOf(entitlement))
          ? undefined
          : refuse('policy_changed', 'role, account or session changed'),
    },
    {
      rule: 'duration',
      detail: `At most ${durationText(left)} more.`,
      check: () =>
        command.durationSeconds <= left
          ? undefined
          : badInput('/durationSeconds', 'too_long', `at most ${left} seconds more`),
    },
    justificationCheck(entitlement, command),
    ...signInChecks(entitlement, context),
  ];
};

/** From the grant's end on there may be another request. */
const asksLeft = (request: RequestState, now: string): Refusal | undefined => {
  const { extensionsAsked = 0 } = request;
  if (extensionsAsked < MAX_EXTENSIONS_ASKED) return undefined;
  const { endsAt } = certain(grantAt(request, now), 'a grant that goes on has an end');
  const retryAfterSeconds = Math.ceil(secondsBetween(now, endsAt));
  return { code: 'limit_reached', reason: `${extensionsAsked} extensions were asked for`, retryAfterSeconds };
};

const live = (request: RequestState, now: string): Refusal | undefined => {
  const state = grantAt(request, now)?.state ?? 'none';
  return state === 'active' ? undefined : refuse('wrong_status', `the grant is ${state}`);
};
