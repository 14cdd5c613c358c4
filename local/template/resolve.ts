import * as z from 'zod';
import { attributeOf, pseudoParameter, refOf } from './identifiers.ts';
import type { Named } from './identifiers.ts';
import { list, onlyEntry, pair, text, texts } from './shape.ts';
import type { Scope } from './shape.ts';

const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, place: string, scope: Scope) => unknown;

/**
 * Replaces every intrinsic function in a value. Throws an Error that names the place of whatever is not known here: a
 * function (`Fn::ImportValue` too, whose value no template holds), a name, an attribute, a dynamic reference.
 */
export const resolve = (value: unknown, place: string, scope: Scope): unknown => {
  const resolved = resolveValue(value, place, scope);
  return resolved === NO_VALUE ? undefined : resolved;
};

/** Whether a condition of the template holds. Throws an Error naming `place` when there is none of that name. */
export const holds = (name: string, place: string, scope: Scope): boolean => {
  if (!Object.hasOwn(scope.template.Conditions, name)) throw new Error(`${place}: there is no condition "${name}"`);
  return truth(scope.template.Conditions[name], `Conditions.${name}`, scope);
};

const resolveValue = (value: unknown, place: string, scope: Scope): unknown => {
  if (typeof value === 'string') return dynamicReference(value, place, scope);
  if (Array.isArray(value)) {
    return value.map((item, i) => resolveValue(item, `${place}[${i}]`, scope)).filter((item) => item !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const [name, argument] = onlyEntry(value) ?? [''];
  const intrinsic = INTRINSICS[name];
  if (intrinsic) return intrinsic(argument, place, scope);
  if (name.startsWith('Fn::')) throw new Error(`${place}: "${name}" is not known here`);
  const entries = Object.entries(value).map(([key, item]) => [key, resolveValue(item, `${place}.${key}`, scope)]);
  return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
};

const dynamicReference = (value: string, place: string, scope: Scope): string => {
  if (!value.includes('{{resolve:')) return value;
  return known(scope.settings.overrides?.[value], `${place}: ${value}`);
};

const known = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`${what} has no known value`);
  return value;
};

const ref = (name: string, place: string, scope: Scope): unknown => {
  const { template, settings } = scope;
  if (name === 'AWS::NoValue') return NO_VALUE;
  const given = settings.overrides?.[name] ?? pseudoParameter(name, settings) ?? settings.parameters?.[name];
  if (given !== undefined) return given;
  const parameter = template.Parameters[name];
  const value = parameter ? parameter.Default : refOf(named(name, place, scope), settings);
  return known(value, `${place}: Ref "${name}"`);
};

const getAtt = (logicalId: string, attribute: string, place: string, scope: Scope): string => {
  const override = scope.settings.overrides?.[`${logicalId}.${attribute}`];
  const value = override ?? attributeOf(named(logicalId, place, scope), attribute, scope.settings);
  return known(value, `${place}: "${logicalId}.${attribute}"`);
};

const named = (logicalId: string, place: string, scope: Scope): Named => {
  const resource = scope.template.Resources[logicalId];
  if (!resource) throw new Error(`${place}: there is no "${logicalId}"`);
  const property = (name: string): string | undefined => {
    const value = resource.Properties[name];
    const there = `${logicalId}.${name}`;
    return value === undefined ? undefined : text(resolveValue(value, there, scope), there);
  };
  return { logicalId, type: resource.Type, property };
};

const splitAttribute = (path: string): [string, string] => {
  const dot = path.indexOf('.');
  return dot === -1 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)];
};

const substitute: Intrinsic = (argument, place, scope) => {
  const [pattern, variables] = Array.isArray(argument) ? pair(argument, place) : [argument, {}];
  const map = z.record(z.string(), z.unknown()).parse(variables);
  return text(pattern, place).replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (Object.hasOwn(map, name)) return text(resolveValue(map[name], place, scope), place);
    if (name.includes('.')) return getAtt(...splitAttribute(name), place, scope);
    return text(ref(name, place, scope), place);
  });
};

const select: Intrinsic = (argument, place, scope) => {
  const [index, items] = pair(argument, place);
  const item = list(resolveValue(items, place, scope), place)[Number(resolveValue(index, place, scope))];
  return known(item, `${place}: Fn::Select`);
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, place, scope) => ref(text(argument, place), place, scope),
  'Fn::GetAtt': (argument, place, scope) => {
    const path = typeof argument === 'string' ? argument : texts(argument, place).join('.');
    return getAtt(...splitAttribute(path), place, scope);
  },
  'Fn::Sub': substitute,
  'Fn::Join': (argument, place, scope) => {
    const [separator, parts] = pair(argument, place);
    return texts(resolveValue(parts, place, scope), place).join(text(separator, place));
  },
  'Fn::Select': select,
  'Fn::Split': (argument, place, scope) => {
    const [separator, whole] = pair(argument, place);
    return text(resolveValue(whole, place, scope), place).split(text(separator, place));
  },
  'Fn::If': (argument, place, scope) => {
    const [name, whenTrue, whenFalse] = list(argument, place);
    return resolveValue(holds(text(name, place), place, scope) ? whenTrue : whenFalse, place, scope);
  },
};

const truth = (value: unknown, place: string, scope: Scope): boolean => {
  const [name, argument] = onlyEntry(value) ?? [''];
  const parts = (): boolean[] => list(argument, place).map((part) => truth(part, place, scope));
  switch (name) {
    case 'Condition':
      return holds(text(argument, place), place, scope);
    case 'Fn::Equals': {
      const [left, right] = texts(resolveValue(argument, place, scope), place);
      return left === right;
    }
    case 'Fn::Not':
      return !parts().some(Boolean);
    case 'Fn::And':
      return parts().every(Boolean);
    case 'Fn::Or':
      return parts().some(Boolean);
    default:
      throw new Error(`${place}: the condition function "${name}" is not known here`);
  }
};
