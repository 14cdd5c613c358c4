import type { Context } from './glob.ts';
import { OPERATORS } from './operators.ts';
import type { Operator, ValueTest } from './operators.ts';

/** Whether a request's context meets one line of a Condition block. */
export type Condition = (context: Context) => boolean;

type Quantifier = 'ForAllValues' | 'ForAnyValue' | undefined;

const OPERATOR_NAME = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;
const CONDITION_KEY = /^[^\s:]+:[^\s]+$/;

/**
 * Compiles `{[operator]: {[key]: values}}`, for one operator and one key.
 * Throws a SyntaxError for an operator that is not understood, or a value that is not of its type.
 */
export function compileCondition(operatorName: string, key: string, values: readonly string[]): Condition {
  if (!CONDITION_KEY.test(key)) throw new SyntaxError(`malformed condition key "${key}"`);
  if (operatorName === 'Null') return compileNull(key.toLowerCase(), values);
  const found = OPERATOR_NAME.exec(operatorName);
  const operator = OPERATORS.get(found?.[2] ?? '');
  if (!found || !operator) throw new SyntaxError(`unknown condition operator "${operatorName}"`);
  const quantifier = found[1] === 'ForAllValues' || found[1] === 'ForAnyValue' ? found[1] : undefined;
  return compileOperator(operator, quantifier, found[3] !== undefined, key.toLowerCase(), values);
}

function compileNull(key: string, values: readonly string[]): Condition {
  for (const value of values) {
    if (value !== 'true' && value !== 'false') throw new SyntaxError(`"${value}" is not true or false`);
  }
  return (context) => values.includes(String((context.get(key) ?? []).length === 0));
}

function compileOperator(
  operator: Operator,
  quantifier: Quantifier,
  ifExists: boolean,
  key: string,
  values: readonly string[],
): Condition {
  const tests = values.map(operator.compile);
  return (context) => {
    const present = context.get(key) ?? [];
    if (present.length === 0) return whenAbsent(operator, quantifier, ifExists);
    const holds = (value: string) => meetsAny(tests, value, context) !== operator.negated;
    if (quantifier === 'ForAllValues') return present.every(holds);
    if (quantifier === 'ForAnyValue') return present.some(holds);
    // Several values without a quantifier: a negation must hold for each of them, or it would let one slip through.
    return operator.negated ? present.every(holds) : present.some(holds);
  };
}

function meetsAny(tests: readonly ValueTest[], value: string, context: Context): boolean {
  return tests.some((test) => test(value, context));
}

/** IAM: an absent key meets IfExists, negations and, vacuously, ForAllValues; it never meets ForAnyValue. */
function whenAbsent(operator: Operator, quantifier: Quantifier, ifExists: boolean): boolean {
  if (quantifier === 'ForAllValues' || ifExists) return true;
  return quantifier === undefined && operator.negated;
}
