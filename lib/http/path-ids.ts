const REQUEST_ID = /^r_[A-Z2-7]{26}$/;
const SESSION_ID = /^s_[A-Za-z0-9_-]{43}$/;

/** What `{id}` looks like in the path of a route. Whatever looks otherwise is not there. */
export const idPatternOf = (path: string): RegExp => (path.includes('/v1/sessions/') ? SESSION_ID : REQUEST_ID);
