import { createHash } from 'node:crypto';
import { plusSeconds } from '../domain/time.ts';
import { providerIsAway } from './browser-refusals.ts';
import { ATTEMPT_SECONDS, LOGIN_COOKIE, setCookie } from './cookies.ts';
import { derived } from './derived.ts';
import type { LoginWish } from './login.ts';
import type { ProviderMetadata } from './provider-metadata.ts';
import type { Attempt, Attempts, LinkTo, OidcProvider } from './ports.ts';
import { returnPath } from './return-path.ts';
import { hashSecret, newSecret } from './sessions.ts';
import type { SignInParts } from './sign-in.ts';

/** What a browser's sign-in works with. */
export interface LoginParts extends SignInParts {
  readonly attempts: Attempts;
  /** Our public origin; the provider sends the browser back to its `/oidc/callback` and nowhere else. */
  readonly origin: string;
  readonly resolveSecret: (reference: string) => Promise<string>;
}

/**
 * A provider must say `auth_time` only when a `max_age` is asked for (OpenID Connect Core 1.0, 2), and rules such as
 * `authenticatedWithin` need it. A day: it seldom makes a person sign in who would not have to.
 */
const MAX_AGE_SECONDS = 24 * 3600;

/**
 * Begins a sign-in with authorization code and PKCE (RFC 7636, S256) and binds it to this browser by a cookie.
 *
 * @returns where the browser goes, and its cookie
 * @throws HatcheckError `invalid_input` for a `returnTo` that leaves us; `provider_unavailable`; `ledger_unavailable`
 */
export const beginOidcLogin = async (
  parts: LoginParts,
  provider: OidcProvider,
  wish: LoginWish & { readonly link?: LinkTo },
): Promise<{ readonly location: string; readonly cookies: string[] }> => {
  const returnTo = returnPath(wish.returnTo);
  const metadata = await parts.documents.metadata(provider).catch(providerIsAway);
  const { chance, clock } = parts;
  const state = newSecret(chance);
  const browser = newSecret(chance);
  const now = clock.now();
  const attempt: Attempt = {
    stateHash: hashSecret(state),
    provider: provider.id,
    browserHash: hashSecret(browser),
    returnTo,
    ...(wish.stepUp === 'fresh' && { authenticatedSince: now }),
    ...(wish.link && { link: wish.link }),
    expiresAt: plusSeconds(now, ATTEMPT_SECONDS),
  };
  await parts.attempts.put(attempt);
  return {
    location: authorizationUrl(parts, provider, metadata, { wish, browser, state }),
    cookies: [setCookie(LOGIN_COOKIE, browser, ATTEMPT_SECONDS)],
  };
};

/** One a provider would do (RFC 9700, 2.1, asks for exact matches); one for all is exact too, since `state` says which provider it was. */
export const redirectUri = (origin: string): string => `${origin}/oidc/callback`;

/**
 * What the provider must say again, and what its code is redeemed with (RFC 7636, 4.1), of the secret that the browser alone keeps, which is
 * another one each time: the table that has the attempt has neither.
 */
export const attemptSecrets = (browser: string): { readonly nonce: string; readonly codeVerifier: string } => ({
  nonce: derived(browser, 'nonce').toString('base64url'),
  codeVerifier: derived(browser, 'PKCE verifier').toString('base64url'),
});

const authorizationUrl = (
  { origin }: LoginParts,
  provider: OidcProvider,
  metadata: ProviderMetadata,
  { wish, browser, state }: { readonly wish: LoginWish; readonly browser: string; readonly state: string },
): string => {
  const url = new URL(metadata.authorizationEndpoint);
  const { nonce, codeVerifier } = attemptSecrets(browser);
  const parameters = {
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: redirectUri(origin),
    scope: scopesOf(provider, metadata).join(' '),
    state,
    nonce,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    max_age: String(wish.stepUp === 'fresh' ? 0 : MAX_AGE_SECONDS),
    ...(wish.stepUp && { prompt: 'login' }),
    ...(wish.stepUp === 'mfa' && { acr_values: 'mfa' }),
    ...(wish.loginHint !== undefined && { login_hint: wish.loginHint }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
};

/** Some providers (Okta) give groups only to who asks for a scope of that name, others refuse a scope that they do not know. */
const scopesOf = ({ groupsClaim, offlineAccess }: OidcProvider, { scopes }: ProviderMetadata): string[] => [
  'openid',
  'profile',
  'email',
  ...(scopes.includes(groupsClaim) ? [groupsClaim] : []),
  // OpenID Connect Core 1.0, 11.
  ...(offlineAccess ? ['offline_access'] : []),
];
