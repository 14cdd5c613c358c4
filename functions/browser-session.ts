import { HatcheckError, refuse } from '../lib/domain/errors.ts';
import type { Principal } from '../lib/domain/principal.ts';
import { SESSION_COOKIE } from '../lib/identity/cookies.ts';
import type { Session } from '../lib/identity/ports.ts';
import { type AuthenticationParts, authenticator } from '../lib/identity/sessions.ts';

/** With what the person's forms send back, and the token itself: it opens what was sealed for it. */
type BrowserSession = Session & { readonly csrf: string; readonly token: string };

/** The session of the cookie, whatever else is shown: a bearer token gives no consent. @throws HatcheckError as the authenticator does */
export const browserSession = async (
  parts: AuthenticationParts,
  cookies: Readonly<Record<string, string>>,
): Promise<BrowserSession> => {
  const token = cookies[SESSION_COOKIE] ?? '';
  const session = await authenticator(parts)({ via: 'cookie', token });
  const { csrf } = session;
  if (csrf === undefined) throw new HatcheckError(refuse('not_signed_in', 'the session has no csrf field'));
  return { ...session, csrf, token };
};

/** As above; undefined for whoever has to sign in first. @throws HatcheckError `ledger_unavailable` */
export const maybeBrowserSession = (
  parts: AuthenticationParts,
  cookies: Readonly<Record<string, string>>,
): Promise<BrowserSession | undefined> => browserSession(parts, cookies).catch(notSignedIn);

const notSignedIn = (error: unknown): undefined => {
  if (error instanceof HatcheckError && (error.code === 'not_signed_in' || error.code === 'session_expired'))
    return undefined;
  throw error;
};

/** What our pages call the person. */
export const shownName = ({ email, displayName, handle }: Principal): string => email ?? displayName ?? handle;
