import type { Context, Decision } from '../domain/command.ts';
import type { Control } from '../domain/control.ts';
import { liftHold, placeHold } from '../domain/decide-hold.ts';
import { HatcheckError } from '../domain/errors.ts';
import { type Hold, type HoldTarget, type NamedTarget, sameTarget, targetOf } from '../domain/hold.ts';
import { certain } from '../domain/invariant.ts';
import { isAuditor, isSecurity } from '../domain/policy.ts';
import type { Instant, Principal } from '../domain/principal.ts';
import { appendCarried } from './append-carried.ts';
import { type Desk, type Patience, actorOf } from './broker.ts';
import { CONTROL, readKnown } from './known.ts';
import { onDuty, overseers } from './on-duty.ts';
import type { PersonName } from './ports.ts';
import { newWords } from './words.ts';

/** A hold as those see it who may place one, and auditors. */
export type HoldView = HoldTarget & {
  readonly id: string;
  /** Empty where it was forgotten with whoever wrote it. */
  readonly reason: string;
  readonly by: { readonly handle: string } & PersonName;
  readonly at: Instant;
};

interface Doing {
  readonly principal: Principal;
  readonly patience: Patience;
}

/**
 * The hold, once it is in force; what is committed after it feels it. The same again gives the one that is in force already.
 *
 * @throws HatcheckError `not_found` (not theirs to place), `invalid_input`, `limit_reached`, `ledger_conflict`, `ledger_unavailable`
 */
export const hold = async (
  desk: Desk,
  { named, reason, ...doing }: Doing & { readonly named: NamedTarget; readonly reason: string },
): Promise<HoldView> => {
  const target = targetOf(named);
  const words = newWords(desk.chance, reason);
  const holdId = `h_${desk.chance.id()}`;
  const { holds } = await change(desk, doing, words, (context) =>
    placeHold({ holdId, target, reason: words.ref }, context),
  );
  const placed = certain(
    holds.find((each) => sameTarget(each.target, target)),
    'a hold that was placed is in force',
  );
  const [view] = await viewHolds(desk, [placed]);
  return certain(view, 'each hold has its view');
};

/**
 * The holds that are left.
 *
 * @throws HatcheckError `not_found` (not theirs to lift, or not in force), `on_hold`, `step_up_required`, `ledger_conflict`,
 * `ledger_unavailable`
 */
export const lift = async (
  desk: Desk,
  { holdId, reason, ...doing }: Doing & { readonly holdId: string; readonly reason?: string },
): Promise<readonly HoldView[]> => {
  const words = reason === undefined ? undefined : newWords(desk.chance, reason);
  const { holds } = await change(desk, doing, words, (context) =>
    liftHold({ holdId, ...(words ? { reason: words.ref } : {}) }, context),
  );
  return viewHolds(desk, holds);
};

/** Those in force. @throws HatcheckError `not_found` for whoever is neither of the security team nor an auditor; `ledger_unavailable` */
export const listHolds = async (desk: Desk, caller: Principal): Promise<readonly HoldView[]> => {
  const principal = await onDuty(desk, caller, overseers(desk.policy));
  if (!isSecurity(desk.policy, principal) && !isAuditor(desk.policy, principal))
    throw new HatcheckError({ code: 'not_found', reason: 'not theirs to read' });
  return viewHolds(desk, CONTROL.stateOf(await desk.ledger.last(CONTROL.name)).holds);
};

const change = async (
  desk: Desk,
  { principal: caller, patience }: Doing,
  words: ReturnType<typeof newWords> | undefined,
  decision: (context: Context) => Decision,
): Promise<Control> => {
  const [principal, known] = await Promise.all([
    onDuty(desk, caller, overseers(desk.policy)),
    readKnown(desk, caller.handle),
  ]);
  const { state } = await appendCarried(
    desk,
    CONTROL,
    {
      actor: actorOf(principal),
      patience,
      // First the words, then the event that holds their hash.
      ...(words ? { prepare: () => desk.texts.put(principal.handle, words.ref, words.value) } : {}),
    },
    (control, now) => decision({ ...known, control, principal, policy: desk.policy, now }),
  );
  return state;
};

const viewHolds = async ({ people, texts }: Desk, holds: readonly Hold[]): Promise<readonly HoldView[]> => {
  const [names, words] = await Promise.all([
    people.get([...new Set(holds.map(({ by }) => by))]),
    texts.get(holds.map(({ by, reason }) => ({ author: by, ref: reason }))),
  ]);
  return holds.map(({ id, target, reason, by, at }) => ({
    ...target,
    id,
    reason: words.get(reason.id) ?? '',
    by: { handle: by, ...names.get(by) },
    at,
  }));
};
