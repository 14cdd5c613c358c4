import { groupsFresh } from './assurance.ts';
import { type Context, type Decision, unlessRefused } from './command.ts';
import { policyActive } from './control-rules.ts';
import { type Refusal, badInput, refuse } from './errors.ts';
import type { TextRef } from './event.ts';
import { type Hold, type HoldTarget, holdsPerson, sameTarget } from './hold.ts';
import { isSecurity } from './policy.ts';
import { type Check, evaluate } from './rule.ts';
import { handlesOf } from './standing.ts';
import { durationText } from './time.ts';

/** How many may be in force at once: each event carries them all, and each issue reads them. */
export const MAX_HOLDS = 200;

/** As old may the groups of somebody be who lifts a hold: what gives back asks for more than what takes away. */
const GROUPS_MAX_AGE_SECONDS = 4 * 3600;

export interface PlaceHold {
  readonly holdId: string;
  readonly target: HoldTarget;
  readonly reason: TextRef;
}

export interface LiftHold {
  readonly holdId: string;
  readonly reason?: TextRef;
}

/** A hold of the same on the same changes nothing. Errors: `not_found` (not theirs to place), `invalid_input`, `limit_reached`. */
export const placeHold = ({ holdId, target, reason }: PlaceHold, context: Context): Decision => {
  const { principal, control, now } = context;
  const rules = evaluate([
    securityCheck(context),
    {
      rule: 'target',
      detail: 'What is held is in access.yml.',
      check: () => targetKnown(target, context),
    },
    {
      rule: 'room',
      detail: `At most ${MAX_HOLDS} holds are in force.`,
      check: () => roomFor(target, control.holds),
    },
  ]);
  const before = control.holds.find((hold) => sameTarget(hold.target, target));
  if (before && isSecurity(context.policy, principal)) return { event: undefined };
  return unlessRefused(rules, () => {
    const hold: Hold = { id: holdId, target, reason, by: principal.handle, at: now };
    return { type: 'hold.placed', data: { hold, carried: { ...control, holds: [...control.holds, hold] } } };
  });
};

/** Errors: `not_found` (not theirs to lift, or not in force), `policy_changed`, `on_hold` (they are held themselves), `step_up_required`. */
export const liftHold = ({ holdId, reason }: LiftHold, context: Context): Decision => {
  const { principal, control, now } = context;
  const rules = evaluate([
    securityCheck(context),
    {
      rule: 'inForce',
      detail: 'The hold is in force.',
      check: () =>
        control.holds.some(({ id }) => id === holdId) ? undefined : refuse('not_found', `${holdId} is not in force`),
      gate: true,
    },
    // To lift is to let something grow.
    policyActive(context),
    {
      rule: 'notHeld',
      detail: 'No hold is on you.',
      check: () => notHeld(context),
    },
    {
      rule: 'groupsFresh',
      detail: `Your groups were fetched within ${durationText(GROUPS_MAX_AGE_SECONDS)}.`,
      check: () => groupsFresh(principal, GROUPS_MAX_AGE_SECONDS, now),
    },
  ]);
  return unlessRefused(rules, () => ({
    type: 'hold.lifted',
    data: {
      holdId,
      ...(reason === undefined ? {} : { reason }),
      carried: { ...control, holds: control.holds.filter(({ id }) => id !== holdId) },
    },
  }));
};

/** To anybody else there are no holds. */
const securityCheck = ({ policy, principal }: Context): Check => ({
  rule: 'security',
  detail: 'You are of the security team, as access.yml has it.',
  check: () => (isSecurity(policy, principal) ? undefined : refuse('not_found', 'not theirs to place or lift')),
  gate: true,
});

/** A hold on a name with a slip in it would hold nothing. A person may be held before they ever sign in. */
const targetKnown = (target: HoldTarget, { policy }: Context): Refusal | undefined => {
  const entitlements = [...policy.entitlements.values()];
  if (target.on === 'entitlement' && !entitlements.some(({ id }) => id === target.entitlementId))
    return badInput('/entitlementId', 'unknown', 'is not an entitlement of access.yml');
  if (target.on === 'account' && !entitlements.some(({ account }) => account.id === target.accountId))
    return badInput('/accountId', 'unknown', 'is not an account of access.yml');
  return undefined;
};

/** Everything can always be held. */
const roomFor = ({ on }: HoldTarget, holds: readonly Hold[]): Refusal | undefined =>
  on === 'all' || holds.length < MAX_HOLDS ? undefined : refuse('limit_reached', `${holds.length} holds are in force`);

/** Whoever is held, perhaps because their account is somebody else's by now, does not give anything back. */
const notHeld = ({ principal, standing, control }: Context): Refusal | undefined => {
  const handles = handlesOf(principal.handle, standing);
  const held = control.holds.some((hold) => holdsPerson(hold, handles));
  return held ? refuse('on_hold', 'whoever lifts is held themselves') : undefined;
};
