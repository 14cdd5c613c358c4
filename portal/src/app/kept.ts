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

/** Forgets everything of the page's there. */
export const forgetAll = (where: Where): void => {
  try {
    const store = storeOf(where);
    for (const name of Object.keys(store)) if (name.startsWith(PREFIX)) store.removeItem(name);
  } catch {
    // As above.
  }
};
