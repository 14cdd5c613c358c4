import { HatcheckError, refuse } from '../domain/errors.ts';
import { LOGIN_COOKIE, SESSION_COOKIE, clearCookie } from './cookies.ts';
import { beginLogin } from './login.ts';
import type { LoginParts } from './oidc-login.ts';
import type { Identities, LinkTo, Session } from './ports.ts';
import type { SamlLoginParts } from './saml-login.ts';
import { authenticator } from './sessions.ts';
import { type SignInParts, type Vouched, type Way, proved } from './sign-in.ts';

/** What linking works with besides. */
export interface LinkParts extends SignInParts {
  readonly identities: Identities;
}

export interface LinkWish {
  readonly provider: string;
  readonly returnTo?: string;
  readonly loginHint?: string;
}

/**
 * Sends the browser of a session to prove another identity of the same person. They sign in there anew, whoever the provider still knows:
 * its own session may be somebody else's who used this browser, and at one provider nobody has two.
 *
 * @returns where the browser goes, and its cookie
 * @throws HatcheckError `channel_not_allowed` for a bearer token, which has no browser; else as `beginLogin`
 */
export const beginLink = (
  parts: LoginParts & SamlLoginParts,
  by: Pick<Session, 'principal' | 'via' | 'tokenHash'>,
  wish: LinkWish,
): Promise<{ readonly location: string; readonly cookies: string[] }> => {
  const { principal, via, tokenHash } = by;
  if (via !== 'cookie' || principal.kind !== 'person')
    throw new HatcheckError(refuse('channel_not_allowed', `identities are linked in a browser, not by ${via}`));
  return beginLogin(parts, { ...wish, stepUp: 'fresh', link: { handle: principal.handle, tokenHash } });
};

/**
 * Links whom the assertion proves to the person of the session that began. Nobody is signed in, and the session stays what it is.
 *
 * @param verify checks the assertion; not before the browser has shown that it is that session's
 * @returns the cookies for the browser
 * @throws HatcheckError `not_signed_in`, `session_expired` (another session, or none); `limit_reached`, `ledger_conflict`,
 *   `ledger_unavailable`; what `verify` throws
 */
export const finishLink = async (
  parts: LinkParts,
  way: Way,
  { link, cookies }: { readonly link: LinkTo; readonly cookies: Readonly<Record<string, string>> },
  verify: () => Promise<Vouched>,
): Promise<string[]> => {
  const { principal } = await sessionThatBegan(parts, link, cookies[SESSION_COOKIE]);
  const { principal: other } = await proved(parts, way, verify);
  await parts.directory.remember(other);
  // Who proves the same identity again has proved nothing new.
  if (other.handle !== principal.handle) await parts.identities.link(principal, other.handle);
  return [clearCookie(LOGIN_COOKIE)];
};

const sessionThatBegan = async (parts: LinkParts, link: LinkTo, token: string | undefined): Promise<Session> => {
  const another = new HatcheckError(refuse('not_signed_in', 'another session began this link'));
  if (token === undefined) throw another;
  const session = await authenticator(parts)({ via: 'cookie', token });
  if (session.tokenHash !== link.tokenHash || session.principal.handle !== link.handle) throw another;
  return session;
};
