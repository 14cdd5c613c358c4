import type { Handle, Instant, Principal } from '../../domain/principal.ts';
import { AssertionRefused, ProviderUnavailable } from '../assertion-refused.ts';
import { clientSecretOf, redeemRefreshToken } from '../code-exchange.ts';
import { STRAIGHT_SECONDS, verifyIdToken, withoutNonce } from '../id-token.ts';
import type { ProviderDocuments } from '../keys.ts';
import { providerOfPerson } from '../people-providers.ts';
import type { Clock, IdentityProvider, OidcProvider, UpstreamTokens } from '../ports.ts';
import { principalOf } from '../principal-of.ts';
import type { ProviderFetch } from '../provider-fetch.ts';
import { sealed, unsealed } from '../sealed.ts';
import { hashSecret } from '../sessions.ts';

/** What asking a provider anew works with. */
export interface UpstreamParts {
  readonly providers: readonly IdentityProvider[];
  readonly upstream: UpstreamTokens;
  readonly documents: ProviderDocuments;
  readonly fetchJson: ProviderFetch;
  readonly resolveSecret: (reference: string) => Promise<string>;
  readonly clock: Clock;
  /** For the operator's log. */
  readonly warn: (message: string, cause: unknown) => void;
}

/** Whose client holds which secret: a session's, an authorization code's or a refresh token's. */
export interface Holder {
  readonly handle: Handle;
  readonly secret: string;
}

/** The holder of one of our tokens, `<handle>.<secret>`. */
export const holderOf = (token: string): Holder => {
  const dot = token.indexOf('.');
  return { handle: token.slice(0, dot), secret: token.slice(dot + 1) };
};

type Store = Pick<UpstreamParts, 'upstream'>;

/**
 * Keeps a provider's refresh token where nobody can read it but with the holder's secret.
 * @throws HatcheckError `ledger_unavailable`
 */
export const keepUpstream = (
  { upstream }: Store,
  { handle, secret }: Holder,
  refreshToken: string,
  until: Instant,
): Promise<void> => {
  const id = hashSecret(secret);
  return upstream.put(handle, { id, sealed: sealed(secret, contextOf(handle, id), refreshToken) }, until);
};

/** Takes it out for its holder; undefined when there is none. @throws HatcheckError `ledger_unavailable` */
export const takeUpstream = async ({ upstream }: Store, { handle, secret }: Holder): Promise<string | undefined> => {
  const id = hashSecret(secret);
  const box = await upstream.take(handle, id);
  return box && unsealed(secret, contextOf(handle, id), box.sealed);
};

/**
 * Gives it from one holder to the next, so that there is only ever one: a provider may take a second use for theft.
 * @returns whether there was one
 */
export const passUpstream = async (parts: Store, from: Holder, to: Holder, until: Instant): Promise<boolean> => {
  const refreshToken = await takeUpstream(parts, from);
  if (refreshToken === undefined) return false;
  await keepUpstream(parts, to, refreshToken, until);
  return true;
};

const contextOf = (handle: Handle, id: string): string => `${handle} ${id}`;

/**
 * Asks the provider for the person's groups anew (OpenID Connect Core 1.0, 12). While it does not answer, or not as it should, they stay
 * as they are, and as old: rules about their age still hold.
 * @returns the principal with the groups of now, and the refresh token to use next; `refused` when the provider will not speak for the
 *   person any more, or speaks for another
 */
export const askAgain = async (
  parts: UpstreamParts,
  principal: Principal,
  refreshToken: string,
): Promise<{ readonly principal: Principal; readonly refreshToken: string } | 'refused'> => {
  const provider = providerOfPerson(parts.providers, principal.issuer);
  if (provider?.type !== 'oidc' || !provider.offlineAccess) return { principal, refreshToken };
  let current = refreshToken;
  try {
    const tokens = await redeemed(parts, provider, refreshToken);
    if (tokens === 'refused') return 'refused';
    // Without an ID token it says nothing of the groups (12.2).
    current = tokens.refreshToken ?? refreshToken;
    if (tokens.unverifiedIdToken === undefined) return { principal, refreshToken: current };
    const verified = await verifyIdToken(tokens.unverifiedIdToken, parts.documents, {
      provider,
      now: parts.clock.now(),
      audiences: [provider.clientId],
      nonce: withoutNonce,
      maxAgeSeconds: STRAIGHT_SECONDS,
      ...(tokens.accessToken !== undefined && { accessToken: tokens.accessToken }),
    });
    if (verified.subject !== principal.subject) throw new AssertionRefused('subject', { subject: verified.subject });
    const { groups, groupsAt } = principalOf(verified, provider, principal.handle);
    return { principal: { ...principal, groups, groupsAt }, refreshToken: current };
  } catch (error) {
    if (!(error instanceof AssertionRefused) && !(error instanceof ProviderUnavailable)) throw error;
    parts.warn(`the groups could not be fetched anew from ${provider.id}`, error);
    return error instanceof AssertionRefused && error.fault === 'subject'
      ? 'refused'
      : { principal, refreshToken: current };
  }
};

const redeemed = async (parts: UpstreamParts, provider: OidcProvider, refreshToken: string) => {
  const metadata = await parts.documents.metadata(provider);
  const client = { provider, metadata, ...(await clientSecretOf(parts, provider)) };
  return redeemRefreshToken(parts.fetchJson, client, refreshToken);
};
