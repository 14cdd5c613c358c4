import type { Ask, PartialAsk } from '../ask.ts';
import type { Asker } from '../asker.ts';
import { durationSeconds, inWords } from '../duration.ts';
import type { Entitlement } from '../entitlements.ts';
import { Failure } from '../failure.ts';
import { count, member, text } from '../json.ts';
import { isGlassOnly, ticketForm } from '../shown/entitlement-words.ts';

const AN_HOUR = 3600;

/**
 * The whole of what was said in part: what is missing is asked for where somebody can be asked.
 * @throws Failure 2 naming what is missing where nobody can, 130 when whoever is asked leaves
 */
export const completeAsk = async (
  entitlement: Entitlement,
  given: PartialAsk,
  asker: Asker | undefined,
): Promise<Ask> => {
  const missing = missingOf(entitlement, given);
  if (missing.length === 0) return wholeOf(entitlement, given);
  if (!asker)
    throw new Failure(2, `${entitlement.id} has to be asked for; say ${missing.map(({ say }) => say).join(', and ')}`);
  let known = given;
  const how = given.durationSeconds === undefined ? [DURATION] : [];
  for (const { answer } of [...missing, ...how]) known = { ...known, ...(await answer(asker, entitlement, known)) };
  return wholeOf(entitlement, known);
};

interface Missing {
  /** What to say instead of being asked. */
  readonly say: string;
  readonly answer: (asker: Asker, entitlement: Entitlement, known: PartialAsk) => Promise<PartialAsk>;
}

const missingOf = ({ view }: Entitlement, { breakGlass, justification, ticket }: PartialAsk): readonly Missing[] => {
  const glass = isGlassOnly(view) && !breakGlass;
  const needsTicket = member(member(view, 'ticket'), 'required') === true && !breakGlass && !glass;
  return [
    ...(glass ? [BREAK_GLASS] : []),
    ...(justification === undefined ? [JUSTIFICATION] : []),
    ...(needsTicket && ticket === undefined ? [TICKET] : []),
  ];
};

const BREAK_GLASS: Missing = {
  say: 'that it is an emergency: --break-glass',
  answer: async (asker, { id }) => {
    const isSo = await asker.confirm(
      `${id} is for emergencies: it raises an alarm, and is reviewed afterwards. Is this one?`,
    );
    if (!isSo) throw new Failure(130, 'interrupted', { next: 'nothing was asked for' });
    return { breakGlass: true };
  },
};

const JUSTIFICATION: Missing = {
  say: 'why: --because',
  answer: async (asker, { view }) => {
    const least = count(member(view, 'justification'), 'minLength') ?? 1;
    const wrong = (answer: string): string | undefined =>
      answer.length < least ? `${least} characters or more` : undefined;
    return { justification: await asker.ask('Why', { wrong }) };
  },
};

const TICKET: Missing = {
  say: 'which ticket: --ticket',
  answer: async (asker, { view }) => {
    const wrong = (answer: string): string | undefined =>
      fits(text(member(view, 'ticket'), 'pattern'), answer) ? undefined : `it is of the form ${ticketForm(view)}`;
    return { ticket: await asker.ask(`Ticket (${ticketForm(view)})`, { wrong }) };
  },
};

const DURATION: Missing = {
  say: 'how long: --for',
  answer: async (asker, entitlement, known) => {
    const most = longest(entitlement, known);
    const wrong = (answer: string): string | undefined =>
      faultIn(() => {
        if (durationSeconds(answer) > most) throw new Failure(2, `at most ${inWords(most)}`);
      });
    const otherwise = inWords(Math.min(AN_HOUR, most));
    const answer = await asker.ask(`How long, at most ${inWords(most)}`, { otherwise, wrong });
    return { durationSeconds: durationSeconds(answer) };
  },
};

const faultIn = (check: () => void): string | undefined => {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
};

/** The server decides; a pattern that is none here is left to it. */
const fits = (pattern: string | undefined, ticket: string): boolean => {
  try {
    return pattern === undefined || new RegExp(pattern, 'u').test(ticket);
  } catch {
    return true;
  }
};

const longest = ({ view, maxDurationSeconds }: Entitlement, { breakGlass }: PartialAsk): number =>
  (breakGlass ? count(member(view, 'breakGlassTerms'), 'maxDurationSeconds') : undefined) ?? maxDurationSeconds;

const wholeOf = (entitlement: Entitlement, { justification = '', ...known }: PartialAsk): Ask => ({
  ...{ ...known, entitlementId: entitlement.id, justification },
  durationSeconds: known.durationSeconds ?? Math.min(AN_HOUR, longest(entitlement, known)),
});
