/** Reads members of JSON that somebody else wrote. What is not there, or is something else, is undefined. */

export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;

export const text = (value: unknown, name: string): string | undefined => {
  const found = member(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
};

export const texts = (value: unknown, name: string): readonly string[] => {
  const found = member(value, name);
  return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : [];
};

export const list = (value: unknown, name: string): readonly unknown[] => {
  const found = member(value, name);
  return Array.isArray(found) ? found : [];
};

export const count = (value: unknown, name: string): number | undefined => {
  const found = member(value, name);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
};

/** An instant as milliseconds since the epoch. */
export const instantMs = (value: unknown, name: string): number | undefined => {
  const ms = Date.parse(text(value, name) ?? '');
  return Number.isNaN(ms) ? undefined : ms;
};
