import type { Decision } from '../../../lib/domain/command.ts';
import type { Refusal } from '../../../lib/domain/errors.ts';
import type { DomainEvent } from '../../../lib/domain/event.ts';

/** What a decision comes to in a word: the event's type, `unchanged`, or the refusal's code. */
export const outcome = (decision: Decision): string =>
  'refusal' in decision ? decision.refusal.code : (decision.event?.type ?? 'unchanged');

/** The refusal, where there must be one. */
export const refusalOf = (decision: Decision): Refusal => {
  if (!('refusal' in decision)) throw new TypeError(`not refused: ${outcome(decision)}`);
  return decision.refusal;
};

/** The event, where there must be one. */
export const eventOf = (decision: Decision): DomainEvent => {
  if ('refusal' in decision || !decision.event) throw new TypeError(`no event: ${outcome(decision)}`);
  return decision.event;
};

/** `rule: outcome` of each, in order. */
export const told = (rules: readonly { readonly rule: string; readonly outcome: string }[]): readonly string[] =>
  rules.map(({ rule, outcome: came }) => `${rule}: ${came}`);
