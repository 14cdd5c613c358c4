import { HatcheckError, refuse } from '../domain/errors.ts';
import { ProviderUnavailable } from './assertion-refused.ts';
import type { OidcProvider } from './ports.ts';
import type { ProviderFetch } from './provider-fetch.ts';
import type { ProviderMetadata } from './provider-metadata.ts';
import { type JsonObject, memberOf } from './strict-json.ts';

/** Where tokens are asked for, and as whom. */
export interface TokenClient {
  readonly provider: OidcProvider;
  readonly metadata: ProviderMetadata;
  /** Absent for a public client. */
  readonly clientSecret?: string;
}

/** Where the provider has one for us. @throws what the store throws */
export const clientSecretOf = async (
  { resolveSecret }: { readonly resolveSecret: (reference: string) => Promise<string> },
  { clientSecret }: Pick<OidcProvider, 'clientSecret'>,
): Promise<Pick<TokenClient, 'clientSecret'>> =>
  clientSecret === undefined ? {} : { clientSecret: await resolveSecret(clientSecret) };

export interface CodeExchange extends TokenClient {
  readonly codeVerifier: string;
  readonly code: string;
  readonly redirectUri: string;
}

/** The tokens as the provider gave them; nothing has checked them yet. */
interface UnverifiedTokens {
  readonly unverifiedIdToken?: string;
  readonly accessToken?: string;
  readonly refreshToken?: string;
}

/**
 * Redeems the authorization code (RFC 6749, 4.1.3, with the verifier of RFC 7636, 4.5).
 *
 * @returns the tokens as the provider gave them; nothing has checked them yet
 * @throws HatcheckError `not_signed_in` when the provider refuses the code (RFC 6749, 5.2: `invalid_grant`); ProviderUnavailable for
 *   every other answer without an ID token: it is not the person who can mend it
 */
export const redeemCode = async (
  fetchJson: ProviderFetch,
  { code, redirectUri, codeVerifier, ...client }: CodeExchange,
): Promise<UnverifiedTokens & { readonly unverifiedIdToken: string }> => {
  const tokens = await askForTokens(fetchJson, client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
  });
  if (tokens === 'refused') throw new HatcheckError(refuse('not_signed_in', 'the provider refuses the code'));
  const { unverifiedIdToken } = tokens;
  if (unverifiedIdToken === undefined) throw new ProviderUnavailable('the token endpoint gives no ID token');
  return { ...tokens, unverifiedIdToken };
};

/**
 * Redeems a refresh token (RFC 6749, 6).
 * @returns `refused` when it is not good any more (`invalid_grant`)
 * @throws ProviderUnavailable for every other answer
 */
export const redeemRefreshToken = (
  fetchJson: ProviderFetch,
  client: TokenClient,
  refreshToken: string,
): Promise<UnverifiedTokens | 'refused'> =>
  askForTokens(fetchJson, client, { grant_type: 'refresh_token', refresh_token: refreshToken });

const askForTokens = async (
  fetchJson: ProviderFetch,
  client: TokenClient,
  grant: Readonly<Record<string, string>>,
): Promise<UnverifiedTokens | 'refused'> => {
  const { form: more, headers } = clientAuthentication(client);
  const form = new URLSearchParams({ ...grant, ...more });
  const { status, json } = await fetchJson(client.metadata.tokenEndpoint, { form, ...(headers && { headers }) });
  const error = errorCode(memberOf(json, 'error'));
  if (error === 'invalid_grant') return 'refused';
  if (status !== 200) throw new ProviderUnavailable(`the token endpoint answers ${status} ${error}`);
  const [unverifiedIdToken, accessToken, refreshToken] = ['id_token', 'access_token', 'refresh_token'].map((name) =>
    textIn(json, name),
  );
  return {
    ...(unverifiedIdToken !== undefined && { unverifiedIdToken }),
    ...(accessToken !== undefined && { accessToken }),
    ...(refreshToken !== undefined && { refreshToken }),
  };
};

const textIn = (json: JsonObject, name: string): string | undefined => {
  const text = memberOf(json, name);
  return typeof text === 'string' ? text : undefined;
};

/** RFC 6749, 2.3.1: in the header, each part form-encoded, unless the provider takes it in the body only. */
const clientAuthentication = ({
  provider: { clientId },
  metadata,
  clientSecret,
}: TokenClient): { readonly form: Record<string, string>; readonly headers?: Record<string, string> } => {
  if (clientSecret === undefined) return { form: { client_id: clientId } };
  if (!metadata.tokenEndpointAuthMethods.includes('client_secret_basic'))
    return { form: { client_id: clientId, client_secret: clientSecret } };
  const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
  return { form: {}, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
};

const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

/** For the log, and only if it looks like an error code: a provider's answer is outside data. */
const errorCode = (error: unknown): string =>
  typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : 'without a code';
