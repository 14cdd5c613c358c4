import { HatcheckError, refuse } from '../domain/errors.ts';
import { isBefore } from '../domain/time.ts';
import { AssertionRefused } from './assertion-refused.ts';
import { redeemCode } from './code-exchange.ts';
import { LOGIN_COOKIE, SESSION_COOKIE, clearCookie, setCookie } from './cookies.ts';
import { verifyIdToken } from './id-token.ts';
import { type LinkParts, finishLink } from './link-identity.ts';
import { type UpstreamParts, holderOf, keepUpstream } from './oauth/upstream.ts';
import { type LoginParts, attemptSecrets, providerIsAway, redirectUri } from './oidc-login.ts';
import type { Attempt, OidcProvider } from './ports.ts';
import type { ProviderFetch } from './provider-fetch.ts';
import type { ProviderMetadata } from './provider-metadata.ts';
import { SESSION_SECONDS, hashSecret, removeFormer } from './sessions.ts';
import { signIn, vouchedBy } from './sign-in.ts';

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

/** As we made them: 256 bits. Whatever looks otherwise is not asked for in the table. */
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** A sign-in goes straight on from the provider to us. */
const MAX_TOKEN_AGE_SECONDS = 600;

/**
 * Finishes what `beginLogin` or `beginLink` began, in the same browser, once.
 *
 * @returns where the browser goes, and its cookies: the session of its own, never one that it brought (ASVS 5.0, 7.2.4)
 * @throws HatcheckError `not_signed_in` (not begun here, too late, for the second time, said no), `invalid_token`,
 *   `provider_unavailable`, `ledger_unavailable`; for a link, as `finishLink`
 */
export const finishLogin = async (
  parts: CallbackParts,
  query: CallbackQuery,
  cookies: Readonly<Record<string, string>>,
): Promise<{ readonly location: string; readonly cookies: string[] }> => {
  const browser = cookies[LOGIN_COOKIE] ?? '';
  const attempt = await matchingAttempt(parts, query.state, browser);
  const provider = parts.providers.find(({ id }) => id === attempt.provider);
  if (provider?.type !== 'oidc') throw notSignedIn('the provider is no longer configured');
  const metadata = await parts.documents.metadata(provider).catch(providerIsAway);
  const code = codeIn(query, provider, metadata);
  const way = { provider, method: 'browser', via: 'cookie' } as const;
  let refreshToken: string | undefined;
  const verify = async () => {
    const tokens = await verifiedTokens(parts, provider, metadata, { attempt, browser, code });
    ({ refreshToken } = tokens);
    return vouchedBy(tokens.idToken, provider);
  };
  if (attempt.link) {
    const linked = finishLink(parts, way, { link: attempt.link, cookies }, verify);
    return { location: attempt.returnTo, cookies: await linked.catch(refused) };
  }
  const { token, session } = await signIn(parts, way, verify).catch(refused);
  if (provider.offlineAccess && refreshToken !== undefined)
    await keepUpstream(parts, holderOf(token), refreshToken, session.expiresAt);
  await removeFormer(parts.sessions, cookies[SESSION_COOKIE]);
  return {
    location: attempt.returnTo,
    cookies: [setCookie(SESSION_COOKIE, token, SESSION_SECONDS.cookie), clearCookie(LOGIN_COOKIE)],
  };
};

/** `state` is burnt first: of two callbacks at once one goes on, and a wrong browser gets no second try. */
const matchingAttempt = async (
  { attempts, clock }: CallbackParts,
  state: string | undefined,
  browser: string,
): Promise<Attempt> => {
  if (state === undefined || !SECRET.test(state)) throw notSignedIn('no state of ours');
  const attempt = await attempts.take(hashSecret(state));
  if (!attempt || !isBefore(clock.now(), attempt.expiresAt)) throw notSignedIn('no such attempt, or no longer');
  if (!SECRET.test(browser) || hashSecret(browser) !== attempt.browserHash)
    throw notSignedIn('begun in another browser');
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
  const clientSecret = provider.clientSecret && (await parts.resolveSecret(provider.clientSecret));
  const { unverifiedIdToken, accessToken, refreshToken } = await redeemCode(parts.fetchJson, {
    provider,
    metadata,
    codeVerifier,
    code,
    redirectUri: redirectUri(parts.origin),
    ...(clientSecret !== undefined && { clientSecret }),
  });
  const idToken = await verifyIdToken(unverifiedIdToken, parts.documents, {
    provider,
    now: parts.clock.now(),
    audiences: [provider.clientId],
    nonce,
    maxAgeSeconds: MAX_TOKEN_AGE_SECONDS,
    code,
    ...(accessToken !== undefined && { accessToken }),
    ...(attempt.authenticatedSince !== undefined && { authenticatedSince: attempt.authenticatedSince }),
  });
  return { idToken, refreshToken };
};

const refused = (error: unknown): never => {
  if (error instanceof AssertionRefused)
    throw new HatcheckError(refuse('invalid_token', error.message), { cause: error });
  return providerIsAway(error);
};

const notSignedIn = (reason: string): HatcheckError => new HatcheckError(refuse('not_signed_in', reason));
