import { HatcheckError } from '../domain/errors.ts';

/**
 * A cursor names a position and the caller and query it belongs to (`binding`, a digest of them). The digest keeps honest clients from mixing
 * lists up; it guards nothing, since what a list shows is checked against its reader anyway.
 */
export const cursorOf = (position: string, binding: string): string =>
  Buffer.from(JSON.stringify([position, binding])).toString('base64url');

/** @throws HatcheckError `invalid_cursor`: not one of ours, or of another caller or query, or its position does not look like `pattern`. */
export const positionIn = (cursor: string, binding: string, pattern: RegExp): string => {
  const invalid = new HatcheckError({ code: 'invalid_cursor', reason: 'not a cursor of this caller and query' });
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw invalid;
  }
  if (!Array.isArray(parts) || parts.length !== 2) throw invalid;
  const [position, bound] = parts as readonly unknown[];
  if (typeof position !== 'string' || !pattern.test(position) || bound !== binding) throw invalid;
  return position;
};
