import { liftHold, placeHold } from '../domain/decide-hold.ts';
import { HatcheckError } from '../domain/errors.ts';
import { type Hold, type HoldTarget, type NamedTarget, sameTarget, targetOf } from '../domain/hold.ts';
import { certain } from '../domain/invariant.ts';
import { isAuditor, isSecurity } from '../domain/policy.ts';
import type { Handle, Instant, Principal } from '../domain/principal.ts';
import { appendCarried } from './append-carried.ts';
import { type Desk, type Patience, actorOf } from './broker.ts';
import { CONTROL, UNREAD, readKnown } from './known.ts';
import { onDuty, overseers } from './on-duty.ts';
import type { PersonName } from './ports.ts';
import { type Words, keepIfPossible, newWords } from './words.ts';

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
 * The hold, once it is in force; what is committed after it feels it. The same again gives the one that is in force already. Only what
 * appends it may be in its way: words that cannot be kept and names that cannot be read are not.
 *
 * @throws HatcheckError `not_found` (not theirs to place), `invalid_input`, `limit_reached`, `ledger_conflict`, `ledger_unavailable`
 */
export const hold = async (
  desk: Desk,
  { named, reason, principal: caller, patience }: Doing & { readonly named: NamedTarget; readonly reason: string },
): Promise<HoldView> => {
  const target = targetOf(named);
  const words = newWords(desk.chance, reason);
  const holdId = `h_${desk.chance.id()}`;
  const principal = await onDuty(desk, caller, overseers(desk.policy));
  const prepare = (): Promise<void> =>
    keepIfPossible(desk, principal.handle, words, 'the reason of a hold was not kept');
  const { state } = await appendCarried(
    desk,
    CONTROL,
    { actor: actorOf(principal), patience, prepare },
    (control, now) =>
      placeHold({ holdId, target, reason: words.ref }, { ...UNREAD, control, principal, policy: desk.policy, now }),
  );
  const placed = certain(
    state.holds.find((each) => sameTarget(each.target, target)),
    'a hold that was placed is in force',
  );
  return viewPlaced(desk, placed);
};

/**
 * The holds that are left.
 *
 * @throws HatcheckError `not_found` (not theirs to lift, or not in force), `on_hold`, `step_up_required`, `ledger_conflict`,
 * `ledger_unavailable`
 */
export const lift = async (
  desk: Desk,
  { holdId, reason, principal: caller, patience }: Doing & { readonly holdId: string; readonly reason?: string },
): Promise<readonly HoldView[]> => {
  const words = reason === undefined ? undefined : newWords(desk.chance, reason);
  // What gives back goes by more than what takes away: nobody lifts who is held, by any of their identities.
  const [principal, known] = await Promise.all([
    onDuty(desk, caller, overseers(desk.policy)),
    readKnown(desk, caller.handle),
  ]);
  const { state } = await appendCarried(
    desk,
    CONTROL,
    { actor: actorOf(principal), patience, ...(words ? { prepare: () => keep(desk, principal, words) } : {}) },
    (control, now) =>
      liftHold(
        { holdId, ...(words ? { reason: words.ref } : {}) },
        { ...known, control, principal, policy: desk.policy, now },
      ),
  );
  return viewHolds(desk, state.holds);
};

/** Those in force. @throws HatcheckError `not_found` for whoever is neither of the security team nor an auditor; `ledger_unavailable` */
export const listHolds = async (desk: Desk, caller: Principal): Promise<readonly HoldView[]> => {
  const principal = await onDuty(desk, caller, overseers(desk.policy));
  if (!isSecurity(desk.policy, principal) && !isAuditor(desk.policy, principal))
    throw new HatcheckError({ code: 'not_found', reason: 'not theirs to read' });
  return viewHolds(desk, CONTROL.stateOf(await desk.ledger.last(CONTROL.name)).holds);
};

/** First the words, then the event that holds their hash. */
const keep = ({ texts }: Desk, { handle }: Principal, { ref, value }: Words): Promise<void> =>
  texts.put(handle, ref, value);

/** It is in force, whatever can be shown of it. */
const viewPlaced = async (desk: Desk, placed: Hold): Promise<HoldView> => {
  try {
    return certain((await viewHolds(desk, [placed]))[0], 'each hold has its view');
  } catch (error) {
    desk.warn('a hold is shown without names and words', error);
    return viewOf(placed, new Map(), new Map());
  }
};

const viewHolds = async ({ people, texts }: Desk, holds: readonly Hold[]): Promise<readonly HoldView[]> => {
  const [names, words] = await Promise.all([
    people.get([...new Set(holds.map(({ by }) => by))]),
    texts.get(holds.map(({ by, reason }) => ({ author: by, ref: reason }))),
  ]);
  return holds.map((each) => viewOf(each, names, words));
};

const viewOf = (
  { id, target, reason, by, at }: Hold,
  names: ReadonlyMap<Handle, PersonName>,
  words: ReadonlyMap<string, string>,
): HoldView => ({
  ...target,
  id,
  reason: words.get(reason.id) ?? '',
  by: { handle: by, ...names.get(by) },
  at,
});
