import type * as z from 'zod/mini';
import { HatcheckError } from '../domain/errors.ts';
import type { InputFault } from '../domain/errors.ts';
import type { InputSchema } from './route-contract.ts';

const MAX_FAULTS = 20;
const MAX_POINTER = 200;

/** `invalid_input` with these faults. The operator's log gets their codes, not the client's own words. */
export const invalidInput = (faults: readonly InputFault[]): HatcheckError =>
  new HatcheckError({
    code: 'invalid_input',
    reason: `${faults.length} faults: ${[...new Set(faults.map(({ code }) => code))].join(', ')}`,
    faults: faults.slice(0, MAX_FAULTS),
  });

export const invalidHeader = (name: string, detail: string): HatcheckError =>
  invalidInput([{ pointer: name, code: 'invalid_header', detail }]);

/**
 * The checked value. `place` begins the pointers: `/` for members of the body, `?` for query parameters.
 * @throws HatcheckError `invalid_input` with every fault.
 */
export const checked = <S extends InputSchema>(schema: S, value: unknown, place: '/' | '?'): z.output<S> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidInput(result.error.issues.flatMap((issue) => faultsOf(issue, place, value)));
};

type Issue = z.core.$ZodIssue;

const faultsOf = (issue: Issue, place: '/' | '?', value: unknown): readonly InputFault[] => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key], place),
      code: place === '?' ? 'unknown_parameter' : 'unknown_member',
      detail: 'It is not known here.',
    }));
  return [{ pointer: pointerTo(issue.path, place), ...codeAndDetail(issue, value) }];
};

/** RFC 6901 §3; for a query parameter `?` and its name, which can be no JSON Pointer. */
const pointerTo = (path: readonly PropertyKey[], place: '/' | '?'): string => {
  const tokens = path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'));
  return tokens.length === 0 ? '' : (place + tokens.join('/')).slice(0, MAX_POINTER);
};

const codeAndDetail = (issue: Issue, value: unknown): Omit<InputFault, 'pointer'> => {
  switch (issue.code) {
    case 'invalid_type':
      return isAbsent(issue.path, value)
        ? { code: 'required', detail: 'It is required.' }
        : { code: 'invalid_type', detail: `It must be of type ${issue.expected}.` };
    case 'too_small':
      return issue.origin === 'string'
        ? { code: 'too_short', detail: `It must have at least ${String(issue.minimum)} characters.` }
        : { code: 'too_small', detail: `It must be at least ${String(issue.minimum)}.` };
    case 'too_big':
      return issue.origin === 'string'
        ? { code: 'too_long', detail: `It must have at most ${String(issue.maximum)} characters.` }
        : { code: 'too_big', detail: `It must be at most ${String(issue.maximum)}.` };
    case 'invalid_value':
      return { code: 'not_allowed', detail: `It must be one of: ${issue.values.map(String).join(', ')}.` };
    case 'custom':
      return ofRule(issue.params?.['code']);
    default:
      return { code: 'invalid_format', detail: 'It does not have the form that it must have.' };
  }
};

const ofRule = (code: unknown): Omit<InputFault, 'pointer'> => {
  if (code === 'required') return { code, detail: 'It is required.' };
  if (code === 'blank') return { code, detail: 'It must not be blank.' };
  if (code === 'ill_formed_text') return { code, detail: 'It has characters that are not allowed here.' };
  return { code: 'invalid_format', detail: 'It does not have the form that it must have.' };
};

const isAbsent = (path: readonly PropertyKey[], value: unknown): boolean => {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return true;
    at = Object.getOwnPropertyDescriptor(at, key)?.value;
  }
  return at === undefined;
};
