import { type ConditionText, isLike } from './policy-statements.ts';

/** What our call brings along, by lower-case key. A key that is not in it is unknown; one with no values is not in the call. */
export type CallKeys = ReadonlyMap<string, readonly string[]>;

type Compare = (value: string, wanted: string) => boolean;

const COMPARISONS: Readonly<Record<string, Compare>> = {
  StringEquals: (value, wanted) => value === wanted,
  StringEqualsIgnoreCase: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  StringLike: (value, wanted) => isLike(wanted, value),
  ArnEquals: (value, wanted) => isLike(wanted, value),
  ArnLike: (value, wanted) => isLike(wanted, value),
  Bool: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
};

const OPERATOR = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/;

/** Whether a condition holds of our call; undefined where that cannot be said from here. IAM user guide, condition operators. */
export const holds = ({ operator, key, values }: ConditionText, call: CallKeys): boolean | undefined => {
  const [, set, name = '', ifExists] = OPERATOR.exec(operator) ?? [];
  const found = call.get(key.toLowerCase());
  if (!found) return undefined;
  if (name === 'Null') return values.some((value) => (value.toLowerCase() === 'true') === (found.length === 0));
  const negated = name.includes('Not');
  const compare = COMPARISONS[name.replace('Not', '')];
  if (!compare) return undefined;
  if (found.length === 0) return ifExists !== undefined || set === 'ForAllValues' || (negated && set === undefined);
  const matches = (value: string): boolean => values.some((wanted) => compare(value, wanted)) !== negated;
  return set === 'ForAnyValue' ? found.some(matches) : found.every(matches);
};
