import { isBefore } from '../domain/time.ts';
import { type EndingParts, type Opened, endAll } from './end-session.ts';
import { type VerifiedLogout, verifyLogoutToken } from './logout-token.ts';
import type { SignInParts } from './sign-in.ts';

/** What hearing of a sign-out at a provider works with. */
export type ProviderLogoutParts = EndingParts & Pick<SignInParts, 'providers' | 'documents' | 'handleOf'>;

/**
 * Ends what stands on a session that is over at its provider: browsers, and command lines that were signed in by them. Told twice it ends
 * nothing more, so that a provider may say it again, and nobody else gains by it.
 *
 * @throws AssertionRefused, ProviderUnavailable; HatcheckError `ledger_unavailable`: some may be left
 */
export const endAtProvidersWord = async (parts: ProviderLogoutParts, token: string): Promise<void> => {
  const logout = await verifyLogoutToken(token, parts.documents, {
    providers: parts.providers,
    now: parts.clock.now(),
  });
  const handle = await parts.handleOf(logout.issuer, logout.subject);
  await endAll(parts, { kind: 'person', handle }, 'provider_ended', (opened) => isOf(logout, opened));
};

/**
 * What somebody opened who proved themselves anew since is not meant: both times are the provider's. What stands on a session of the
 * provider's that we do not know is meant by each.
 */
const isOf = (logout: VerifiedLogout, { principal, providerSession }: Opened): boolean =>
  !isBefore(logout.issuedAt, principal.authenticatedAt) &&
  (logout.providerSession === undefined || providerSession === undefined || providerSession === logout.providerSession);
