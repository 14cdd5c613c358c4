import { isBefore } from '../domain/time.ts';
import { notSignedIn, providerIsAway } from './browser-refusals.ts';
import { clientSecretOf, redeemCode } from './code-exchange.ts';
import { LOGIN_COOKIE } from './cookies.ts';
import { type Cookies, type Finished, checkBrowser, finishInBrowser } from './finish-in-browser.ts';
import { STRAIGHT_SECONDS, verifyIdToken } from './id-token.ts';
import type { LinkParts } from './link-identity.ts';
import { type UpstreamParts, holderOf, keepUpstream } from './oauth/upstream.ts';
import { type LoginParts, attemptSecrets, redirectUri } from './oidc-login.ts';
import type { Attempt, OidcProvider } from './ports.ts';
import type { ProviderFetch } from './provider-fetch.ts';
import type { ProviderMetadata } from './provider-metadata.ts';
import { hashSecret, isSecret } from './sessions.ts';
import { vouchedBy } from './sign-in.ts';

export interface CallbackParts extends LoginParts, LinkParts, Pick<UpstreamParts, 'upstream'> {
  readonly fetchJson: ProviderFetch;
}

/** What the provider sent the browser back with. */
export interface CallbackQuery {
  readonly state?: string;
  readonly code?: string;
  readonly iss?: string;
  readonly error?: string;
}

/**
 * Finishes what `beginLogin` or `beginLink` began, in the same browser, once.
 *
 * @throws HatcheckError `not_signed_in` (not begun here, too late, for the second time, said no); as `finishInBrowser`
 */
export const finishLogin = async (parts: CallbackParts, query: CallbackQuery, cookies: Cookies): Promise<Finished> => {
  const browser = cookies[LOGIN_COOKIE] ?? '';
  const attempt = await matchingAttempt(parts, query.state, browser);
  const provider = parts.providers.find(({ id }) => id === attempt.provider);
  if (provider?.type !== 'oidc') throw notSignedIn('the provider is no longer configured');
  const metadata = await parts.documents.metadata(provider).catch(providerIsAway);
  const code = codeIn(query, provider, metadata);
  let refreshToken: string | undefined;
  const verify = async () => {
    const tokens = await verifiedTokens(parts, provider, metadata, { attempt, browser, code });
    ({ refreshToken } = tokens);
    return vouchedBy(tokens.idToken, provider);
  };
  return finishInBrowser(parts, { provider, begun: attempt, cookies }, verify, async (token, { expiresAt }) => {
    if (provider.offlineAccess && refreshToken !== undefined)
      await keepUpstream(parts, holderOf(token), refreshToken, expiresAt);
  });
};

/** `state` is burnt first: of two callbacks at once one goes on, and a wrong browser gets no second try. */
const matchingAttempt = async (
  { attempts, clock }: CallbackParts,
  state: string | undefined,
  browser: string,
): Promise<Attempt> => {
  if (!isSecret(state)) throw notSignedIn('no state of ours');
  const attempt = await attempts.take(hashSecret(state));
  if (!attempt || !isBefore(clock.now(), attempt.expiresAt)) throw notSignedIn('no such attempt, or no longer');
  checkBrowser(attempt.browserHash, browser);
  return attempt;
};

/** RFC 9207, 2.4, before anything else is believed: the answer must be from the provider that was asked. */
const codeIn = (query: CallbackQuery, { issuer }: OidcProvider, { sendsIssuer }: ProviderMetadata): string => {
  if (query.iss === undefined ? sendsIssuer : query.iss !== issuer)
    throw notSignedIn('the answer is from another issuer');
  if (query.error !== undefined) throw notSignedIn('the provider says no');
  if (query.code === undefined || query.code === '') throw notSignedIn('the provider gives no code');
  return query.code;
};

const verifiedTokens = async (
  parts: CallbackParts,
  provider: OidcProvider,
  metadata: ProviderMetadata,
  { attempt, browser, code }: { readonly attempt: Attempt; readonly browser: string; readonly code: string },
) => {
  const { nonce, codeVerifier } = attemptSecrets(browser);
  const { unverifiedIdToken, accessToken, refreshToken } = await redeemCode(parts.fetchJson, {
    provider,
    metadata,
    codeVerifier,
    code,
    redirectUri: redirectUri(parts.origin),
    ...(await clientSecretOf(parts, provider)),
  });
  const idToken = await verifyIdToken(unverifiedIdToken, parts.documents, {
    provider,
    now: parts.clock.now(),
    audiences: [provider.clientId],
    nonce,
    maxAgeSeconds: STRAIGHT_SECONDS,
    code,
    ...(accessToken !== undefined && { accessToken }),
    ...(attempt.authenticatedSince !== undefined && { authenticatedSince: attempt.authenticatedSince }),
  });
  return { idToken, refreshToken };
};
