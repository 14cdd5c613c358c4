/** A page of the portal, as its address says. */
export type Place =
  | { readonly page: 'home' | 'decide' | 'history' | 'audit' | 'search' | 'account' | 'nowhere' }
  | { readonly page: 'ask'; readonly entitlementId: string }
  | { readonly page: 'request' | 'dossier'; readonly requestId: string };

const PLAIN = {
  '/': 'home',
  '/decide': 'decide',
  '/history': 'history',
  '/audit': 'audit',
  '/audit/search': 'search',
  '/account': 'account',
} as const;
const ASK = /^\/ask\/([a-z0-9][a-z0-9-]{0,62})$/;
const REQUEST = /^(\/audit)?\/requests\/(r_[A-Z2-7]{26})$/;

/** `nowhere` for a path that is no page of the portal's. */
export const placeAt = (path: string): Place => {
  const plain = Object.hasOwn(PLAIN, path) ? PLAIN[path as keyof typeof PLAIN] : undefined;
  if (plain) return { page: plain };
  const [, entitlementId] = ASK.exec(path) ?? [];
  if (entitlementId !== undefined) return { page: 'ask', entitlementId };
  const [, audit, requestId] = REQUEST.exec(path) ?? [];
  if (requestId === undefined) return { page: 'nowhere' };
  return { page: audit === undefined ? 'request' : 'dossier', requestId };
};

/** Where a sign-in begins that comes back to `here`, a path with its query. */
export const signInPath = (here: string, loginUrl = '/login'): string =>
  `${loginUrl}${loginUrl.includes('?') ? '&' : '?'}returnTo=${encodeURIComponent(here)}`;
