const REQUEST_ID = /^r_[A-Z2-7]{26}$/;

/** What `{id}` looks like below these paths; everywhere else it is a request's. */
const IDS: readonly (readonly [path: string, id: RegExp])[] = [
  ['/v1/sessions/', /^s_[A-Za-z0-9_-]{43}$/],
  // `h_` and a ULID.
  ['/v1/holds/', /^h_[0-9A-HJKMNP-TV-Z]{26}$/],
  ['/v1/identities/', /^p_[A-Za-z0-9_-]{43}$/],
  ['/v1/people/', /^p_[A-Za-z0-9_-]{43}$/],
  ['/v1/delegations/', /^d_[A-Za-z0-9_-]{43}$/],
];

/** What `{id}` looks like in the path of a route. Whatever looks otherwise is not there. */
export const idPatternOf = (path: string): RegExp => IDS.find(([prefix]) => path.includes(prefix))?.[1] ?? REQUEST_ID;
