import { HatcheckError, refuse } from '../domain/errors.ts';
import { ProviderUnavailable } from './assertion-refused.ts';
import type { Attempt, OidcProvider } from './ports.ts';
import type { ProviderFetch } from './provider-fetch.ts';
import type { ProviderMetadata } from './provider-metadata.ts';
import { memberOf } from './strict-json.ts';

export interface CodeExchange {
  readonly provider: OidcProvider;
  readonly metadata: ProviderMetadata;
  readonly attempt: Pick<Attempt, 'codeVerifier'>;
  readonly code: string;
  readonly redirectUri: string;
  /** Absent for a public client. */
  readonly clientSecret?: string;
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
  exchange: CodeExchange,
): Promise<{ readonly unverifiedIdToken: string; readonly accessToken?: string }> => {
  const { tokenEndpoint } = exchange.metadata;
  const client = clientAuthentication(exchange);
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: exchange.code,
    redirect_uri: exchange.redirectUri,
    code_verifier: exchange.attempt.codeVerifier,
    ...client.form,
  });
  const { status, json } = await fetchJson(tokenEndpoint, { form, ...(client.headers && { headers: client.headers }) });
  const error = errorCode(memberOf(json, 'error'));
  if (error === 'invalid_grant') throw new HatcheckError(refuse('not_signed_in', 'the provider refuses the code'));
  if (status !== 200) throw new ProviderUnavailable(`the token endpoint answers ${status} ${error}`);
  const idToken = memberOf(json, 'id_token');
  const accessToken = memberOf(json, 'access_token');
  if (typeof idToken !== 'string') throw new ProviderUnavailable('the token endpoint gives no ID token');
  return { unverifiedIdToken: idToken, ...(typeof accessToken === 'string' && { accessToken }) };
};

/** RFC 6749, 2.3.1: in the header, each part form-encoded, unless the provider takes it in the body only. */
const clientAuthentication = ({
  provider: { clientId },
  metadata,
  clientSecret,
}: CodeExchange): { readonly form: Record<string, string>; readonly headers?: Record<string, string> } => {
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
