import { inspect } from 'node:util';
import type { Secret } from './ports.ts';

const REDACTED = '[redacted]';

/** Wraps `value` so that only `reveal()` shows it: strings, JSON, logs and the debugger print `[redacted]`. */
export const secret = (value: string): Secret =>
  Object.freeze({
    reveal: () => value,
    toString: () => REDACTED,
    toJSON: () => REDACTED,
    [inspect.custom]: () => REDACTED,
  });
