import { HatcheckError, refuse } from '../domain/errors.ts';
import { type Linked, identitiesRules, link, unlink } from '../domain/links.ts';
import type { Handle, Principal } from '../domain/principal.ts';
import { firstAgainst } from '../domain/rule.ts';
import type { Standing } from '../domain/standing.ts';
import { appendCarried } from './append-carried.ts';
import { type Broker, type Patience, actorOf } from './broker.ts';
import { personStream, readStanding } from './person-stream.ts';
import type { PersonName, People } from './ports.ts';

type LinkParts = Pick<Broker, 'ledger' | 'clock' | 'chance' | 'policy'>;

/**
 * Both were proved in one ceremony: from now on they are one person, with whomever each of them is one person already. It is written to
 * the stream of every one of them; done twice it changes nothing, and what a crash left half done the next time completes. Of two links
 * at once, whichever is later in a stream that both write sees the other there, and carries it on.
 *
 * @throws HatcheckError `limit_reached`: too many identities; `ledger_conflict`, `ledger_unavailable`
 */
export const linkIdentities = async (
  parts: LinkParts,
  { principal, other, patience }: { principal: Principal; other: Handle; patience: Patience },
): Promise<void> => {
  let known = await personBefore(parts, { person: [principal.handle, other], linked: [principal.handle, other] });
  for (;;) {
    const proved = known;
    const states: Standing[] = [];
    for (const handle of proved.person) {
      const { state } = await appendCarried(
        parts,
        personStream(handle),
        { actor: actorOf(principal), patience },
        (standing, now) => link(standing, handle, proved, now),
      );
      states.push(state);
    }
    known = { person: joined(proved.person, states), linked: proved.linked };
    if (known.person.length === proved.person.length) return;
  }
};

/** Everybody who is one person with one of these, as far as their streams say; each stream that names another is followed. */
const personBefore = async ({ ledger }: LinkParts, proved: Linked): Promise<Linked> => {
  let person: readonly Handle[] = proved.person;
  for (;;) {
    const standings = await Promise.all(person.map((handle) => readStanding(ledger, handle)));
    const joint = joined(person, standings);
    // Before anything is written: a person who is refused is not half linked.
    const refusal = firstAgainst(identitiesRules(joint.length));
    if (refusal) throw new HatcheckError(refusal);
    if (joint.length === person.length) {
      const shown = new Set([...proved.linked, ...standings.slice(0, 2).flatMap(({ linked }) => linked)]);
      return { person, linked: [...shown] };
    }
    person = joint;
  }
};

const joined = (person: readonly Handle[], standings: readonly Standing[]): readonly Handle[] => [
  ...new Set([...person, ...standings.flatMap(({ sameAs }) => sameAs)]),
];

/** One of the identities that the caller's is linked to, or that very one. */
export interface IdentityView extends PersonName {
  readonly handle: Handle;
  /** The one that asks. */
  readonly current: boolean;
}

/** The caller's identities that are linked today, the one that asks first. @throws HatcheckError `ledger_unavailable` */
export const listIdentities = async (
  { ledger, people }: Pick<Broker, 'ledger'> & { readonly people: People },
  { handle }: Principal,
): Promise<readonly IdentityView[]> => {
  const { linked } = await readStanding(ledger, handle);
  const handles = [handle, ...linked];
  const names = await people.get(handles);
  return handles.map((each) => ({ handle: each, ...names.get(each), current: each === handle }));
};

/**
 * The identity is linked to the caller's no longer. For the rules that ask whether two are one person it stays linked.
 * @throws HatcheckError `not_found`: not one that is linked; `ledger_conflict`, `ledger_unavailable`: some may still show it
 */
export const unlinkIdentity = async (
  parts: LinkParts,
  { principal, removed, patience }: { principal: Principal; removed: Handle; patience: Patience },
): Promise<void> => {
  const { linked } = await readStanding(parts.ledger, principal.handle);
  if (!linked.includes(removed)) throw new HatcheckError(refuse('not_found', 'no such identity is linked'));
  // The caller's own stream last: while it shows the link, what was cut off can be done again.
  for (const handle of [...linked, principal.handle])
    await appendCarried(parts, personStream(handle), { actor: actorOf(principal), patience }, (standing, now) =>
      unlink(standing, handle, removed, now),
    );
};
