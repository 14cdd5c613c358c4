import { type Delegation, delegate, endDelegation, receive } from '../domain/delegation.ts';
import { HatcheckError, badInput, refuse } from '../domain/errors.ts';
import { certain } from '../domain/invariant.ts';
import type { Group, Handle, Instant, Principal } from '../domain/principal.ts';
import { prunedAt } from '../domain/standing.ts';
import { type AppendCarriedOptions, appendCarried } from './append-carried.ts';
import { type Desk, type Patience, actorOf } from './broker.ts';
import { digestOf } from './digest.ts';
import { delegates, onDuty } from './on-duty.ts';
import { personStream, readStanding } from './person-stream.ts';
import type { PersonName } from './ports.ts';
import { newWords } from './words.ts';

/** A delegation as either of its two people sees it. */
export interface DelegationView {
  readonly id: string;
  readonly by: PersonName & { readonly handle: Handle };
  readonly to: PersonName & { readonly handle: Handle };
  readonly groups: readonly Group[];
  readonly from: Instant;
  readonly until: Instant;
  readonly reason?: string;
}

export interface DelegationAsk {
  readonly to: Handle;
  /** Now, where it is absent. */
  readonly from?: Instant;
  readonly until: Instant;
  readonly reason?: string;
}

interface Acting {
  readonly principal: Principal;
  readonly patience: Patience;
}

/** Those that the caller gave or received and that are not over, in the order in which they were made. @throws `ledger_unavailable` */
export const listDelegations = async (desk: Desk, { handle }: Principal): Promise<readonly DelegationView[]> => {
  const standing = await readStanding(desk.ledger, handle);
  return viewsOf(desk, prunedAt(standing, desk.clock.now()).delegations);
};

/**
 * The delegation that this ask makes, or had made: the same ask again is the same delegation. First it stands where the caller sees it and
 * can end it, then where it counts.
 *
 * @throws HatcheckError `not_eligible`, `invalid_input`, `step_up_required`, `limit_reached`, `ledger_conflict`, `ledger_unavailable`
 */
export const makeDelegation = async (
  desk: Desk,
  { principal: caller, patience, ask }: Acting & { readonly ask: DelegationAsk },
): Promise<DelegationView> => {
  const principal = await onDuty(desk, caller, delegates(desk.policy));
  const { handle } = principal;
  const text = ask.reason === undefined ? undefined : newWords(desk.chance, ask.reason);
  const wish = {
    ...{ id: idOf(handle, ask), to: ask.to, startsAt: ask.from ?? desk.clock.now(), endsAt: ask.until },
    ...(text ? { reason: text.ref } : {}),
  };
  const options = { actor: actorOf(principal), patience };
  const prepare = async (): Promise<void> => {
    // NB. Only now: whoever may delegate nothing does not learn who is known here.
    await unlessUnknown(desk, ask.to);
    if (text) await desk.texts.put(handle, text.ref, text.value);
  };
  const given = await appendCarried(desk, personStream(handle), { ...options, prepare }, (standing, now) =>
    delegate(wish, { principal, policy: desk.policy, now, standing }),
  );
  const delegation = certain(
    given.state.delegations.find(({ id }) => id === wish.id),
    'a delegation that was made is not there',
  );
  try {
    await appendCarried(desk, personStream(ask.to), options, (standing, now) => receive(standing, delegation, now));
  } catch (error) {
    // What the other refuses must not seem given; what is only unclear stays, and the same ask completes it.
    if (error instanceof HatcheckError && REFUSED.has(error.code)) await takeBack(desk, handle, wish.id, options);
    throw error;
  }
  await unlessEnded(desk, delegation, options);
  return certain((await viewsOf(desk, [delegation]))[0], 'one delegation has one view');
};

const unlessUnknown = async ({ people }: Desk, to: Handle): Promise<void> => {
  if (!(await people.get([to])).has(to))
    throw new HatcheckError(badInput('/to', 'unknown_person', 'nobody who ever signed in'));
};

/** Ended by its giver before it counted: then it must not count where they cannot see it. @throws HatcheckError `ledger_conflict` */
const unlessEnded = async (desk: Desk, { id, by, to }: Delegation, options: Options): Promise<void> => {
  const { delegations } = await readStanding(desk.ledger, by);
  if (delegations.some((each) => each.id === id)) return;
  await takeBack(desk, to, id, options);
  throw new HatcheckError(refuse('ledger_conflict', 'the delegation was ended while it was made'));
};

const REFUSED: ReadonlySet<string> = new Set(['invalid_input', 'limit_reached']);

/**
 * Ends one that the caller gave, first where it counts. A delegate may end one too: what takes away needs nobody's leave.
 * @returns those that are left
 * @throws HatcheckError `not_found`, `ledger_conflict`, `ledger_unavailable`: it may have ended, and is shown still
 */
export const removeDelegation = async (
  desk: Desk,
  { principal, patience, delegationId }: Acting & { readonly delegationId: string },
): Promise<readonly DelegationView[]> => {
  const { delegations } = await readStanding(desk.ledger, principal.handle);
  const delegation = delegations.find(({ id }) => id === delegationId);
  if (!delegation) throw new HatcheckError(refuse('not_found', 'no such delegation of theirs'));
  const options = { actor: actorOf(principal), patience };
  // Once more where it counts: it may have come there since, by a call that made it and read its giver's stream before this one ended it.
  for (const handle of [delegation.to, delegation.by, delegation.to])
    await takeBack(desk, handle, delegationId, options);
  return listDelegations(desk, principal);
};

type Options = Pick<AppendCarriedOptions, 'actor' | 'patience'>;

const takeBack = async (desk: Desk, handle: Handle, delegationId: string, options: Options): Promise<void> => {
  await appendCarried(desk, personStream(handle), options, (standing, now) =>
    endDelegation(standing, delegationId, now),
  );
};

/** The same for the same ask. `d_` and 43 base64url characters. */
const idOf = (by: Handle, { to, from, until }: DelegationAsk): string => `d_${digestOf(by, to, from ?? null, until)}`;

const viewsOf = async (desk: Desk, delegations: readonly Delegation[]): Promise<readonly DelegationView[]> => {
  const [names, words] = await Promise.all([
    desk.people.get([...new Set(delegations.flatMap(({ by, to }) => [by, to]))]),
    desk.texts.get(delegations.flatMap(({ by, reason }) => (reason ? [{ author: by, ref: reason }] : []))),
  ]);
  const person = (handle: Handle) => ({ handle, ...names.get(handle) });
  return delegations.map(({ id, by, to, groups, startsAt, endsAt, reason }) => ({
    ...{ id, by: person(by), to: person(to), groups, from: startsAt, until: endsAt },
    ...(reason ? { reason: words.get(reason.id) ?? '' } : {}),
  }));
};
