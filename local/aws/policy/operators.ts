import { BlockList, isIP } from 'node:net';
import { compileTemplate, parseTemplate } from './glob.ts';
import type { Context } from './glob.ts';
import { arnPattern } from './patterns.ts';

/** Whether one value of the request meets one value of the policy. */
export type ValueTest = (value: string, context: Context) => boolean;

export interface Operator {
  /** A negated operator holds when none of the policy's values is met, and also when the key is absent. */
  readonly negated: boolean;
  /** Throws a SyntaxError when the policy's value is not of the operator's type. */
  readonly compile: (value: string) => ValueTest;
}

const stringEquals = (value: string): ValueTest => {
  // Outside StringLike an asterisk is a character; only variables and their escapes are read.
  const escaped = value.replace(/\$\{[^}]*\}|[*?]/g, (found) => (found.startsWith('$') ? found : `\${${found}}`));
  return compileTemplate(parseTemplate(escaped));
};

const stringEqualsIgnoreCase = (value: string): ValueTest => {
  const equals = stringEquals(value.toLowerCase());
  return (text, context) => equals(text.toLowerCase(), lowerCased(context));
};

function lowerCased(context: Context): Context {
  return new Map([...context].map(([key, values]) => [key, values.map((value) => value.toLowerCase())]));
}

const stringLike = (value: string): ValueTest => compileTemplate(parseTemplate(value));

const bool = (value: string): ValueTest => {
  const expected = value.toLowerCase();
  if (expected !== 'true' && expected !== 'false') throw new SyntaxError(`"${value}" is not true or false`);
  return (text) => text.toLowerCase() === expected;
};

/** Milliseconds of an ISO 8601 date or of epoch seconds, the two forms that IAM takes; NaN for anything else. */
function instant(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/.test(text) ? Date.parse(text) : NaN;
}

function number(text: string): number {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
}

type Comparison = (left: number, right: number) => boolean;

const COMPARISONS = {
  Equals: (left, right) => left === right,
  LessThan: (left, right) => left < right,
  LessThanEquals: (left, right) => left <= right,
  GreaterThan: (left, right) => left > right,
  GreaterThanEquals: (left, right) => left >= right,
} as const satisfies Record<string, Comparison>;

function ordered(read: (text: string) => number, compare: Comparison): (value: string) => ValueTest {
  return (value) => {
    const right = read(value);
    if (Number.isNaN(right)) throw new SyntaxError(`"${value}" cannot be compared by this operator`);
    // Comparing with NaN is false: a value of the request that cannot be read meets nothing.
    return (text) => compare(read(text), right);
  };
}

const ipAddress = (value: string): ValueTest => {
  const [address = '', prefix] = value.split('/');
  const version = isIP(address);
  const bits = prefix === undefined ? (version === 6 ? 128 : 32) : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (version === 0 || bits < 0 || bits > (version === 6 ? 128 : 32))
    throw new SyntaxError(`"${value}" is no IP range`);
  const range = new BlockList();
  range.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4');
  return (text) => isIP(text) !== 0 && range.check(text, isIP(text) === 6 ? 'ipv6' : 'ipv4');
};

function orderedOperators(prefix: string, read: (text: string) => number): [string, Operator][] {
  const operators = Object.entries(COMPARISONS).map(([name, compare]): [string, Operator] => [
    prefix + name,
    { negated: false, compile: ordered(read, compare) },
  ]);
  return [...operators, [`${prefix}NotEquals`, { negated: true, compile: ordered(read, COMPARISONS.Equals) }]];
}

function pair(name: string, negation: string, compile: (value: string) => ValueTest): [string, Operator][] {
  return [
    [name, { negated: false, compile }],
    [negation, { negated: true, compile }],
  ];
}

/** Every condition operator that is understood, but for Null, which asks about the key and not about its values. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...pair('StringEquals', 'StringNotEquals', stringEquals),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', stringEqualsIgnoreCase),
  ...pair('StringLike', 'StringNotLike', stringLike),
  ...pair('ArnEquals', 'ArnNotEquals', arnPattern),
  ...pair('ArnLike', 'ArnNotLike', arnPattern),
  ...pair('IpAddress', 'NotIpAddress', ipAddress),
  ...orderedOperators('Date', instant),
  ...orderedOperators('Numeric', number),
  ['Bool', { negated: false, compile: bool }],
]);
