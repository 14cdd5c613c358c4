import type { InputFault } from '../domain/errors.ts';

const MAX_DEPTH = 8;

/** Strings (with the colon behind them, when they are names) and brackets: all that the walk over valid JSON needs. */
const TOKEN = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[[\]{}]/g;

/**
 * Parses a JSON object (RFC 8259), more strictly than `JSON.parse`: at most 8 levels deep, and no member name twice, since parsers
 * differ about which of the two counts (RFC 8259 §4).
 *
 * NB. lib/identity parses JSON strictly too, and neither folder may know the other. Here a fault is explained to whoever sent the body;
 * there it is only that the token is none, within limits of size that a body does not need.
 */
export const parseObject = (json: string): { readonly value: object } | { readonly fault: InputFault } => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // NB. not kept as a cause: the message of a SyntaxError quotes the body.
    return fault('invalid_json', 'The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fault('invalid_type', 'The body must be a JSON object.');
  return structureFault(json) ?? { value };
};

const structureFault = (json: string): { readonly fault: InputFault } | undefined => {
  const names: Set<string>[] = [];
  for (const [token, quoted, colon] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      if (names.push(new Set()) > MAX_DEPTH) return fault('too_deep', `At most ${MAX_DEPTH} levels are taken.`);
    } else if (token === '}' || token === ']') {
      names.pop();
    } else if (quoted !== undefined && colon !== undefined) {
      const name = String(JSON.parse(`"${quoted}"`));
      const taken = names.at(-1);
      if (taken?.has(name)) return fault('duplicate', 'A member name is there twice.');
      taken?.add(name);
    }
  }
  return undefined;
};

const fault = (code: string, detail: string) => ({ fault: { pointer: '', code, detail } });
