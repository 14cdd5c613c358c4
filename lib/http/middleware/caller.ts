import { HatcheckError, refuse } from '../../domain/errors.ts';
import { found } from '../call.ts';
import type { Authenticate, CallerSession, CallState, Presented } from '../call.ts';
import { invalidHeader } from '../faults.ts';
import type { ApiMiddleware } from '../middleware.ts';

export const SESSION_COOKIE = '__Host-hatcheck';

/**
 * Finds what the caller presents, cookie or bearer token, and makes ready to authenticate it. A route for principals ends
 * here when nothing was presented; nothing is looked up yet.
 */
export const caller = (authenticate: Authenticate): ApiMiddleware => ({
  before: ({ context: { call } }) => {
    const { headers, cookies } = call.incoming;
    const { contract } = found(call.route);
    call.cookies = readCookies(cookies);
    const presented = contract.csrf === 'exempt' ? undefined : readPresented(call.cookies, headers['authorization']);
    if (presented) call.presented = presented;
    else if (contract.caller === 'principal') throw notSignedIn();
    call.session = sessionOf(call, authenticate);
  },
});

/** `name=value` each, as API Gateway splits them. Of our own cookies there can be only one of a name (RFC 6265bis §4.1.3.2). */
const readCookies = (cookies: readonly string[]): Readonly<Record<string, string>> => {
  const jar = Object.create(null) as Record<string, string>;
  for (const cookie of cookies) {
    const equals = cookie.indexOf('=');
    const name = cookie.slice(0, equals).trim();
    if (equals < 1 || name === '') continue;
    if (!Object.hasOwn(jar, name)) jar[name] = cookie.slice(equals + 1).trim();
    else if (name.startsWith('__Host-')) throw invalidHeader('Cookie', 'A cookie of ours came twice.');
  }
  return jar;
};

const readPresented = (
  cookies: Readonly<Record<string, string>>,
  authorization: string | undefined,
): Presented | undefined => {
  const cookie = cookies[SESSION_COOKIE];
  if (authorization === undefined) return cookie ? { via: 'cookie', token: cookie } : undefined;
  if (cookie !== undefined) throw invalidHeader('Authorization', 'Send either the cookie or a bearer token, not both.');
  // RFC 6750 §2.1; the scheme's name is case-insensitive (RFC 9110 §11.1).
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1];
  if (token === undefined) throw new HatcheckError(refuse('invalid_token', 'Authorization is no bearer token'));
  return { via: 'bearer', token };
};

const sessionOf = (call: CallState, authenticate: Authenticate): (() => Promise<CallerSession>) => {
  let asked: Promise<CallerSession> | undefined;
  const ask = async (): Promise<CallerSession> => {
    // The routes that never look at the cookie for themselves may still ask who it is, so that signing in can end an old session.
    const presented = call.presented ?? cookieOf(call);
    if (!presented) throw notSignedIn();
    const session = await authenticate(presented, (work) => {
      call.later.push(work);
    });
    call.handle = session.principal.handle;
    return session;
  };
  return () => {
    if (!asked) {
      asked = ask();
      // Whoever needs it awaits it; one that nobody awaits must not end the process.
      asked.catch(() => undefined);
    }
    return asked;
  };
};

const cookieOf = ({ cookies }: CallState): Presented | undefined => {
  const token = cookies?.[SESSION_COOKIE];
  return token ? { via: 'cookie', token } : undefined;
};

const notSignedIn = () => new HatcheckError(refuse('not_signed_in', 'no cookie and no bearer token'));
