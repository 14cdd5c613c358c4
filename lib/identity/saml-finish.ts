import { isBefore } from '../domain/time.ts';
import { notSignedIn } from './browser-refusals.ts';
import { LOGIN_COOKIE } from './cookies.ts';
import { type Cookies, type Finished, checkBrowser, finishInBrowser } from './finish-in-browser.ts';
import type { LinkParts } from './link-identity.ts';
import type { ParkedSignIn } from './ports.ts';
import type { SamlLoginParts } from './saml-login.ts';
import { hashSecret, isSecret } from './sessions.ts';
import type { Vouched } from './sign-in.ts';

/**
 * Signs in whom `acceptResponse` let wait, in the browser that began, once.
 *
 * @throws HatcheckError `not_signed_in` (not begun here, too late, for the second time); as `finishInBrowser`
 */
export const finishSamlLogin = async (
  parts: SamlLoginParts & LinkParts,
  ticket: string | undefined,
  cookies: Cookies,
): Promise<Finished> => {
  const parked = await matchingParked(parts, ticket, cookies[LOGIN_COOKIE]);
  const provider = parts.providers.find(({ id }) => id === parked.provider);
  if (provider?.type !== 'saml') throw notSignedIn('the provider is no longer configured');
  const { principal, sessionEndsAt } = parked;
  const verified = (): Promise<Vouched> =>
    Promise.resolve({
      issuer: principal.issuer,
      subject: principal.subject,
      principal: (handle) => ({ ...principal, handle }),
      ...(sessionEndsAt !== undefined && { sessionEndsAt }),
    });
  return finishInBrowser(parts, { provider, begun: parked, cookies }, verified);
};

/** The ticket is burnt first: a wrong browser gets no second try. Where the provider began there is no browser to compare with. */
const matchingParked = async (
  { parkedSignIns, clock }: SamlLoginParts,
  ticket: string | undefined,
  browser: string | undefined,
): Promise<ParkedSignIn> => {
  if (!isSecret(ticket)) throw notSignedIn('no ticket of ours');
  const parked = await parkedSignIns.take(hashSecret(ticket));
  if (!parked || !isBefore(clock.now(), parked.expiresAt)) throw notSignedIn('nobody waits, or no longer');
  if (parked.browserHash !== undefined) checkBrowser(parked.browserHash, browser);
  return parked;
};
