import type { InputFault } from '../domain/errors.ts';
import { isWellFormedText } from './schemas.ts';

export type Fields = Readonly<Record<string, string>>;

/**
 * Parses `application/x-www-form-urlencoded`, strictly: a name may come once, percent-encoding must be whole and UTF-8, and text
 * well-formed. `place` begins the pointers of the faults.
 */
export const parseForm = (
  encoded: string,
  place: string,
): { readonly fields: Fields; readonly faults: readonly InputFault[] } => {
  // Without a prototype, so that a field called __proto__ is a field.
  const fields = Object.create(null) as Record<string, string>;
  const faults: InputFault[] = [];
  for (const pair of encoded.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = decode(equals === -1 ? '' : pair.slice(equals + 1));
    if (name === undefined) faults.push({ pointer: place, code: 'ill_formed_text', detail: 'A name is ill-formed.' });
    else if (value === undefined)
      faults.push({ pointer: place + name, code: 'ill_formed_text', detail: 'The value is ill-formed.' });
    else if (Object.hasOwn(fields, name))
      faults.push({ pointer: place + name, code: 'duplicate', detail: 'It may be given only once.' });
    else fields[name] = value;
  }
  return { fields, faults };
};

const decode = (encoded: string): string | undefined => {
  try {
    const text = decodeURIComponent(encoded.replaceAll('+', ' '));
    return isWellFormedText(text) ? text : undefined;
  } catch {
    return undefined; // URIError: a lone %, or bytes that are no UTF-8
  }
};
