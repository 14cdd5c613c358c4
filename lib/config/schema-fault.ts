import * as z from 'zod';
import type { AccessFault, Path } from './access-fault.ts';
import type { YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** What stands at `path`, checked: its value, or undefined and the faults. */
export const checked = <T>(
  source: YamlSource,
  path: Path,
  schema: z.ZodType<T>,
  faults: AccessFault[],
): T | undefined => {
  const result = schema.safeParse(source.get(path));
  if (result.success) return result.data;
  faults.push(...result.error.issues.flatMap((issue) => faultsOf(issue, { source, root: path, schema })));
  return undefined;
};

interface Place {
  readonly source: YamlSource;
  readonly root: Path;
  readonly schema: z.ZodType;
}

const faultsOf = (issue: Issue, place: Place): AccessFault[] => {
  const { source, root, schema } = place;
  const inside = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const path = [...root, ...inside];
  if (issue.code === 'unrecognized_keys') {
    const known = namesAt(schema, inside);
    return issue.keys.map((key) => source.fault([...path, key], 'unknown_key', `is not known here${hint(key, known)}`));
  }
  if (issue.code === 'invalid_union') {
    const meant = isMap(source.get(path)) ? issue.errors.at(-1) : undefined;
    if (meant) return meant.flatMap((each) => faultsOf({ ...each, path: [...issue.path, ...each.path] }, place));
  }
  const [code, message] = verdict(issue, source.get(path));
  return [source.fault(path, code, message)];
};

const verdict = (issue: Issue, value: unknown): readonly [code: string, message: string] => {
  if (value === undefined) return ['required', 'is missing'];
  switch (issue.code) {
    case 'invalid_type':
      return ['invalid_type', typeMessage(issue.expected, value)];
    case 'invalid_key':
      return ['invalid_name', issue.issues[0]?.message ?? 'is not a name'];
    case 'custom':
      return [typeof issue.params?.['code'] === 'string' ? issue.params['code'] : 'invalid', issue.message];
    case 'too_big':
      return ['out_of_range', `must be at most ${String(issue.maximum)}${unitOf(issue.origin)}`];
    case 'too_small':
      return ['out_of_range', `must be at least ${String(issue.minimum)}${unitOf(issue.origin)}`];
    case 'invalid_value':
      return ['invalid_value', `must be ${issue.values.map(String).join(' or ')}`];
    default:
      return [issue.code, issue.message];
  }
};

const unitOf = (origin: string): string => ({ string: ' characters', array: ' entries' })[origin] ?? '';

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

const typeMessage = (expected: string, value: unknown): string =>
  expected === 'string' && ['number', 'boolean'].includes(typeof value)
    ? 'must be text: put it in quotes'
    : `must be ${TYPES[expected] ?? expected}`;

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The names that the schema knows at this path. */
const namesAt = (schema: z.core.$ZodType, path: Path): readonly string[] => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return namesAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => namesAt(option, path));
  const [step, ...rest] = path;
  if (schema instanceof z.ZodArray) return namesAt(schema.element, rest);
  if (!(schema instanceof z.core.$ZodObject)) return [];
  const { shape } = schema._zod.def;
  if (step === undefined) return Object.keys(shape);
  const member = shape[step];
  return member ? namesAt(member, rest) : [];
};

const hint = (name: string, known: readonly string[]): string => {
  const near = known
    .map((candidate) => ({ candidate, edits: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= 2)
    .sort((a, b) => a.edits - b.edits)[0];
  return near ? `; did you mean ${near.candidate}?` : '';
};

/** Levenshtein: letters put in, taken out or exchanged. */
const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries())
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + Number(letter !== other)));
    row = next;
  }
  return row[b.length] ?? 0;
};
