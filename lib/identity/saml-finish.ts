import { HatcheckError, refuse } from '../domain/errors.ts';
import { isBefore } from '../domain/time.ts';
import { LOGIN_COOKIE, SESSION_COOKIE, clearCookie, setCookie } from './cookies.ts';
import { type LinkParts, finishLink } from './link-identity.ts';
import type { ParkedSignIn } from './ports.ts';
import type { SamlLoginParts } from './saml-login.ts';
import { SESSION_SECONDS, hashSecret, removeFormer } from './sessions.ts';
import { type Vouched, signIn } from './sign-in.ts';

/** As we made them: 256 bits. Whatever looks otherwise is not asked for in the table. */
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/**
 * Signs in whom `acceptResponse` let wait, in the browser that began, once.
 *
 * @returns where the browser goes, and its cookies: the session of its own, never one that it brought (ASVS 5.0, 7.2.4)
 * @throws HatcheckError `not_signed_in` (not begun here, too late, for the second time), `ledger_unavailable`; for a link, as `finishLink`
 */
export const finishSamlLogin = async (
  parts: SamlLoginParts & LinkParts,
  ticket: string | undefined,
  cookies: Readonly<Record<string, string>>,
): Promise<{ readonly location: string; readonly cookies: string[] }> => {
  const parked = await matchingParked(parts, ticket, cookies[LOGIN_COOKIE]);
  const provider = parts.providers.find(({ id }) => id === parked.provider);
  if (provider?.type !== 'saml') throw notSignedIn('the provider is no longer configured');
  const { principal, sessionEndsAt } = parked;
  const way = { provider, method: 'browser', via: 'cookie' } as const;
  const verified = (): Promise<Vouched> =>
    Promise.resolve({
      issuer: principal.issuer,
      subject: principal.subject,
      principal: (handle) => ({ ...principal, handle }),
      ...(sessionEndsAt !== undefined && { sessionEndsAt }),
    });
  if (parked.link) {
    const linked = await finishLink(parts, way, { link: parked.link, cookies }, verified);
    return { location: parked.returnTo, cookies: linked };
  }
  const { token } = await signIn(parts, way, verified);
  await removeFormer(parts.sessions, cookies[SESSION_COOKIE]);
  return {
    location: parked.returnTo,
    cookies: [setCookie(SESSION_COOKIE, token, SESSION_SECONDS.cookie), clearCookie(LOGIN_COOKIE)],
  };
};

/** The ticket is burnt first: a wrong browser gets no second try. Where the provider began there is no browser to compare with. */
const matchingParked = async (
  { parkedSignIns, clock }: SamlLoginParts,
  ticket: string | undefined,
  browser: string | undefined,
): Promise<ParkedSignIn> => {
  if (ticket === undefined || !SECRET.test(ticket)) throw notSignedIn('no ticket of ours');
  const parked = await parkedSignIns.take(hashSecret(ticket));
  if (!parked || !isBefore(clock.now(), parked.expiresAt)) throw notSignedIn('nobody waits, or no longer');
  if (parked.browserHash === undefined) return parked;
  if (browser === undefined || !SECRET.test(browser) || hashSecret(browser) !== parked.browserHash)
    throw notSignedIn('begun in another browser');
  return parked;
};

const notSignedIn = (reason: string): HatcheckError => new HatcheckError(refuse('not_signed_in', reason));
