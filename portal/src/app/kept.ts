/** What the browser keeps for the page: `local` for good, `session` as long as the tab. Never a secret. */
type Where = 'local' | 'session';

const PREFIX = 'hatcheck:';

const storeOf = (where: Where): Storage => (where === 'local' ? localStorage : sessionStorage);

/** Undefined where nothing is kept, or the browser keeps nothing at all. */
export const kept = (where: Where, name: string): string | undefined => {
  try {
    return storeOf(where).getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
};

export const keep = (where: Where, name: string, value: string): void => {
  try {
    storeOf(where).setItem(PREFIX + name, value);
  } catch {
    // Full, or forbidden: the page works without.
  }
};

export const forget = (where: Where, name: string): void => {
  try {
    storeOf(where).removeItem(PREFIX + name);
  } catch {
    // As above.
  }
};

/** Of everything of the page's that is kept there. */
export const namesKept = (where: Where): readonly string[] => {
  try {
    const names = Object.keys(storeOf(where)).filter((name) => name.startsWith(PREFIX));
    return names.map((name) => name.slice(PREFIX.length));
  } catch {
    return [];
  }
};

/** Forgets everything of the page's there. */
export const forgetAll = (where: Where): void => {
  for (const name of namesKept(where)) forget(where, name);
};
