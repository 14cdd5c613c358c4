import { type Decision, unlessRefused } from './command.ts';
import { refuse } from './errors.ts';
import type { ChatAccountRef } from './event.ts';
import type { Handle, Instant } from './principal.ts';
import { type Rule, evaluate } from './rule.ts';
import { type Standing, prunedAt } from './standing.ts';

/** How many identities one person may ever have: a sign-in at each of a few directories, and some that were renamed. */
export const MAX_IDENTITIES = 10;

/** What was proved: all these are one person, and these of them are linked today. */
export interface Linked {
  readonly person: readonly Handle[];
  readonly linked: readonly Handle[];
}

/** @param count the one that is signed in among them */
export const identitiesRules = (count: number): readonly Rule[] =>
  evaluate([
    {
      rule: 'identities',
      detail: `At most ${MAX_IDENTITIES} identities are one person.`,
      check: () =>
        count <= MAX_IDENTITIES ? undefined : refuse('limit_reached', `more than ${MAX_IDENTITIES} identities`),
    },
  ]);

/**
 * What follows for one of the handles when they were proved to be one person: nothing, where its own stream says so already.
 * Errors: `limit_reached` beyond {@link MAX_IDENTITIES}.
 */
export const link = (standing: Standing, self: Handle, { person, linked }: Linked, now: Instant): Decision => {
  const sameAs = joined(standing.sameAs, without(person, self));
  const shown = joined(standing.linked, without(linked, self));
  if (sameAs.length === standing.sameAs.length && shown.length === standing.linked.length) return { event: undefined };
  return unlessRefused(identitiesRules(sameAs.length + 1), () => ({
    type: 'link.made',
    data: { person: [...person], carried: { ...prunedAt(standing, now), sameAs, linked: shown } },
  }));
};

/**
 * The link to `removed` is shown no longer; of `removed` itself, none is. That they are one person stays known: whoever could unlink to
 * be somebody else could approve for themselves.
 */
export const unlink = (standing: Standing, self: Handle, removed: Handle, now: Instant): Decision => {
  const linked = self === removed ? [] : without(standing.linked, removed);
  if (linked.length === standing.linked.length) return { event: undefined };
  return {
    event: { type: 'link.removed', data: { handle: removed, carried: { ...prunedAt(standing, now), linked } } },
  };
};

/** That an account in chat is this identity now. It lends nothing and joins nobody: what it says, the identity says. */
export const linkChat = (standing: Standing, self: Handle, chat: ChatAccountRef, now: Instant): Decision => ({
  event: { type: 'link.made', data: { person: [self], chat, carried: prunedAt(standing, now) } },
});

/** That it is nobody now. */
export const unlinkChat = (standing: Standing, self: Handle, chat: ChatAccountRef, now: Instant): Decision => ({
  event: { type: 'link.removed', data: { handle: self, chat, carried: prunedAt(standing, now) } },
});

const joined = (some: readonly Handle[], others: readonly Handle[]): readonly Handle[] => [
  ...new Set([...some, ...others]),
];

const without = (handles: readonly Handle[], one: Handle): readonly Handle[] =>
  handles.filter((handle) => handle !== one);
