/** One number each, as an alarm sees it in one period; undefined where there were no data. */
export type Seen = Readonly<Record<string, number | undefined>>;

type Value = number | undefined;

/**
 * As much of CloudWatch's metric math as our alarms use: numbers, names, `+ - * /`, `>` and `>=`, FILL and IF (CloudWatch User Guide, "Using math expressions"). Whatever
 * has no data has no result; so has what is divided by zero. Throws an Error at anything else.
 */
export const evaluate = (expression: string, seen: Seen): Value => {
  const tokens = expression.match(/[a-z]\w*|[A-Z]+|\d+(?:\.\d+)?|>=|[-+*/>(),]|\S/g) ?? [];
  let at = 0;
  const take = (wanted?: string): string => {
    const token = tokens[at];
    if (token === undefined || (wanted !== undefined && token !== wanted))
      throw new Error(`${expression}: ${token ?? 'the end'} instead of ${wanted ?? 'more'}`);
    at += 1;
    return token;
  };
  const isNext = (...wanted: readonly string[]): boolean => wanted.includes(tokens[at] ?? '');

  const call = (name: string): Value => {
    const given: Value[] = [];
    take('(');
    do given.push(comparison());
    while (isNext(',') && take(',') === ',');
    take(')');
    const [first, second, third] = given;
    if (name === 'FILL' && given.length === 2) return first ?? second;
    if (name === 'IF' && given.length === 3) return first === undefined ? undefined : first > 0 ? second : third;
    throw new Error(`${expression}: ${name} of ${given.length} is not known here`);
  };
  const atom = (): Value => {
    const token = take();
    if (/^\d/.test(token)) return Number(token);
    if (/^[A-Z]/.test(token)) return call(token);
    if (token === '(') {
      const inner = comparison();
      take(')');
      return inner;
    }
    if (!/^[a-z]/.test(token) || !Object.hasOwn(seen, token)) throw new Error(`${expression}: no ${token}`);
    return seen[token];
  };
  const chain = (operators: readonly string[], next: () => Value): Value => {
    let left = next();
    while (isNext(...operators)) left = applied(take(), left, next());
    return left;
  };
  const comparison = (): Value => chain(['>', '>='], () => chain(['+', '-'], () => chain(['*', '/'], atom)));
  const result = comparison();
  if (at < tokens.length) throw new Error(`${expression}: ${tokens[at] ?? ''} is too much`);
  return result;
};

const applied = (operator: string, a: Value, b: Value): Value => {
  if (a === undefined || b === undefined) return undefined;
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? undefined : a / b;
    case '>':
      return Number(a > b);
    default:
      return Number(a >= b);
  }
};
