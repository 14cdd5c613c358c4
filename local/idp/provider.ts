import { randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from './accounts.ts';
import { signInPolicy } from './interaction.ts';
import type { OidcAlgorithm, OidcKey } from './keys.ts';
import { createMemoryAdapter } from './memory-adapter.ts';

export interface OidcClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUris: readonly string[];
  /** Where it is told that somebody signed out here. */
  readonly backChannelLogoutUri?: string;
  /** Default `client_secret_basic`. */
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post';
  /** Of its ID tokens; default RS256. */
  readonly idTokenAlgorithm?: OidcAlgorithm;
}

/** The OpenID provider for one client: code flow with PKCE, no consent, the accounts' claims in the ID token. */
export const createProvider = (
  issuer: string,
  client: OidcClient,
  accounts: readonly Account[],
  keys: readonly OidcKey[],
): Provider => new Provider(issuer, configurationOf(client, accounts, keys));

const SCOPES = ['openid', 'email', 'profile', 'groups', 'offline_access'];
const CLAIMS = ['sub', 'email', 'email_verified', 'name', 'groups', 'auth_time', 'amr'];

const configurationOf = (
  client: OidcClient,
  accounts: readonly Account[],
  keys: readonly OidcKey[],
): Configuration => ({
  adapter: createMemoryAdapter(Date.now),
  clients: [
    {
      client_id: client.clientId,
      client_secret: client.clientSecret,
      redirect_uris: [...client.redirectUris],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: client.authMethod ?? 'client_secret_basic',
      id_token_signed_response_alg: client.idTokenAlgorithm ?? 'RS256',
      require_auth_time: true,
      ...(client.backChannelLogoutUri !== undefined && {
        backchannel_logout_uri: client.backChannelLogoutUri,
        backchannel_logout_session_required: true,
      }),
    },
  ],
  jwks: { keys: [...keys] },
  scopes: SCOPES,
  claims: { openid: CLAIMS, email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  conformIdTokenClaims: false,
  acrValues: ['mfa'],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  interactions: {
    policy: signInPolicy(accounts),
    url: (_ctx, { uid }) => `/interaction/${uid}`,
  },
  // Cookies know no ports: without names of their own they would be mixed up with the broker's on the same host.
  cookies: {
    keys: [randomBytes(32).toString('base64url')],
    names: { session: 'local_oidc_session', interaction: 'local_oidc_interaction', resume: 'local_oidc_resume' },
  },
  ttl: {
    AccessToken: 3600,
    AuthorizationCode: 60,
    IdToken: 3600,
    Interaction: 600,
    Session: 86_400,
    Grant: 86_400,
    RefreshToken: 86_400,
  },
  findAccount: (_ctx, subject) => {
    const account = accounts.find((candidate) => candidate.subject === subject);
    return account && { accountId: subject, claims: () => ({ sub: subject, ...account.claims }) };
  },
  loadExistingGrant: grantEverything,
  // Whoever asks for `offline_access` need not be asked for consent first.
  issueRefreshToken: (_ctx, provided) => Promise.resolve(provided.grantTypeAllowed('refresh_token')),
  renderError: (ctx, { error, error_description: description }) => {
    ctx.type = 'text/plain';
    ctx.body = `${error}: ${description ?? ''}\n`;
  },
  clientBasedCORS: () => false,
});

/** Nobody is asked for consent: the one client is the broker. */
const grantEverything = async (ctx: KoaContextWithOIDC) => {
  const { client, provider, session } = ctx.oidc;
  if (!client || session?.accountId === undefined) return undefined;
  const before = session.grantIdFor(client.clientId);
  const existing = before === undefined ? undefined : await provider.Grant.find(before);
  if (existing?.accountId === session.accountId) return existing;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(SCOPES.join(' '));
  await grant.save();
  return grant;
};
