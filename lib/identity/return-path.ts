import { HatcheckError, badInput } from '../domain/errors.ts';

/** What a path, a query and a fragment of our own are made of (RFC 3986, 3.3 to 3.5), without `@`. */
const PATH = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:%/?#]*$/;

/** What one browser or another takes for the beginning of a host, and a percent sign that encodes nothing. */
const MISLEADING = /\/\/|%5c|%2f|%(?![0-9a-f]{2})|%[01][0-9a-f]|%7f/i;

const MAX_LENGTH = 2048;

/**
 * Where the browser goes after sign-in: a path of our own origin, `/` unless asked otherwise. Checked here and nowhere else, before it is
 * kept with the attempt. @throws HatcheckError `invalid_input`
 */
export const returnPath = (returnTo = '/'): string => {
  if (returnTo.length > MAX_LENGTH || !PATH.test(returnTo) || MISLEADING.test(returnTo))
    throw new HatcheckError(badInput('/returnTo', 'invalid_format', 'must be a path of this site'));
  return returnTo;
};
