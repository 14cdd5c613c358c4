import type { Refusal } from './errors.ts';

/** One rule and how it came out: "not satisfied" differs from "could not be evaluated". */
export interface Rule {
  readonly rule: string;
  readonly outcome: 'satisfied' | 'notSatisfied' | 'notEvaluated';
  readonly detail: string;
  /** Why, where it is not satisfied. */
  readonly refusal?: Refusal;
}

/** Named checks in the order in which they speak. A check returns its refusal, or undefined when it is satisfied. */
export interface Check {
  readonly rule: string;
  readonly detail: string;
  readonly check: () => Refusal | undefined;
  /** When this one fails, what follows is not evaluated: it would mean nothing, or say too much. */
  readonly gate?: boolean;
}

/** Every rule with its outcome, in order. */
export const evaluate = (checks: readonly Check[]): readonly Rule[] => {
  let closed = false;
  return checks.map(({ rule, detail, check, gate }) => {
    if (closed) return { rule, outcome: 'notEvaluated', detail };
    const refusal = check();
    closed = refusal !== undefined && gate === true;
    return refusal ? { rule, outcome: outcomeOf(refusal), detail, refusal } : { rule, outcome: 'satisfied', detail };
  });
};

/** The refusal of the first rule that is against it, by its name. */
export const firstAgainst = (rules: readonly Rule[]): Refusal | undefined => {
  for (const { rule: name, detail, refusal } of rules) if (refusal) return { ...refusal, rule: { name, detail } };
  return undefined;
};

/** Whoever would know could not be asked: that is a refusal too, and says nothing of what they would have answered. */
const outcomeOf = ({ code }: Refusal): Rule['outcome'] =>
  code === 'ticket_unavailable' ? 'notEvaluated' : 'notSatisfied';
