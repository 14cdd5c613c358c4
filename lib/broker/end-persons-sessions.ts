import { HatcheckError, refuse } from '../domain/errors.ts';
import { isSecurity } from '../domain/policy.ts';
import type { Handle, Principal } from '../domain/principal.ts';
import { signedOut } from '../domain/sign-out.ts';
import { handlesOf } from '../domain/standing.ts';
import { appendCarried } from './append-carried.ts';
import { type Desk, type Patience, actorOf } from './broker.ts';
import { onDuty, overseers } from './on-duty.ts';
import { personStream, readStanding } from './person-stream.ts';
import { keepIfPossible, newWords } from './words.ts';

/** Who is signed in, as far as others may end it. */
export interface SignIns {
  /**
   * Removes the sessions of this handle, and before them what renews them, so that nothing new comes of it.
   * @returns how many sign-ins were not over @throws HatcheckError `ledger_unavailable`: some may be left
   */
  endAll(handle: Handle): Promise<number>;
}

/**
 * Ends somebody's sessions, by all of their identities: in browsers and command lines, of jobs too. They may sign in again: a hold is what keeps them from
 * doing anything. Ended first and recorded then, since what narrows does not wait; said again, it ends what came since.
 *
 * @returns how many there were
 * @throws HatcheckError `not_found` (not theirs to end), `ledger_conflict`, `ledger_unavailable`: some may be left, or gone and not recorded
 */
export const endPersonsSessions = async (
  desk: Desk & { readonly signIns: SignIns },
  act: {
    readonly handle: Handle;
    readonly reason: string;
    readonly principal: Principal;
    readonly patience: Patience;
  },
): Promise<number> => {
  const principal = await onDuty(desk, act.principal, overseers(desk.policy));
  if (!isSecurity(desk.policy, principal)) throw new HatcheckError(refuse('not_found', 'not theirs to end'));
  const people = handlesOf(act.handle, await readStanding(desk.ledger, act.handle));
  let ended = 0;
  for (const handle of people) ended += await desk.signIns.endAll(handle);
  const words = newWords(desk.chance, act.reason);
  const prepare = (): Promise<void> =>
    keepIfPossible(desk, principal.handle, words, 'the reason of ended sessions was not kept');
  await appendCarried(
    desk,
    personStream(act.handle),
    { actor: actorOf(principal), patience: act.patience, prepare },
    (standing, now) => signedOut(standing, { people, ended, reason: words.ref }, now),
  );
  return ended;
};
