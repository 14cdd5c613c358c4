import { assertionIsRefused, notSignedIn } from './browser-refusals.ts';
import { LOGIN_COOKIE, SESSION_COOKIE, clearCookie, setCookie } from './cookies.ts';
import { type LinkParts, finishLink } from './link-identity.ts';
import type { BegunSignIn, OidcProvider, SamlProvider, Session } from './ports.ts';
import { hashSecret, isSecret, lifeSeconds, removeFormer } from './sessions.ts';
import { type Vouched, signIn } from './sign-in.ts';

export type Cookies = Readonly<Record<string, string>>;

/** Where the browser goes, and its cookies. */
export interface Finished {
  readonly location: string;
  readonly cookies: string[];
}

/** @throws HatcheckError `not_signed_in` unless this is the browser that the sign-in began in */
export const checkBrowser = (browserHash: string, browser: string | undefined): void => {
  if (!isSecret(browser) || hashSecret(browser) !== browserHash) throw notSignedIn('begun in another browser');
};

/**
 * Signs in whom the assertion proves, or links them, as was begun.
 *
 * @param opened is called with a session before it is given out
 * @returns with a session of its own, never one that the browser brought (ASVS 5.0, 7.2.4)
 * @throws HatcheckError `invalid_token`, `provider_unavailable`, `ledger_unavailable`; for a link, as `finishLink`
 */
export const finishInBrowser = async (
  parts: LinkParts,
  { provider, begun, cookies }: { provider: OidcProvider | SamlProvider; begun: Begun; cookies: Cookies },
  verify: () => Promise<Vouched>,
  opened: (token: string, session: Session) => Promise<void> = () => Promise.resolve(),
): Promise<Finished> => {
  const way = { provider, method: 'browser', via: 'cookie' } as const;
  const { link, returnTo } = begun;
  if (link) {
    const linked = finishLink(parts, way, { link, cookies }, verify);
    return { location: returnTo, cookies: await linked.catch(assertionIsRefused) };
  }
  const { token, session } = await signIn(parts, way, verify).catch(assertionIsRefused);
  await opened(token, session);
  await removeFormer(parts.sessions, cookies[SESSION_COOKIE]);
  return {
    location: returnTo,
    cookies: [setCookie(SESSION_COOKIE, token, lifeSeconds(session)), clearCookie(LOGIN_COOKIE)],
  };
};

type Begun = Pick<BegunSignIn, 'returnTo' | 'link'>;
