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
