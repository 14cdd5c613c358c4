import { ProviderUnavailable } from './assertion-refused.ts';
import type { TokenIssuer } from './ports.ts';
import { type JsonObject, memberOf } from './strict-json.ts';

/** What we use of a provider's metadata (OpenID Connect Discovery 1.0, 3; RFC 8414). */
export interface ProviderMetadata {
  readonly authorizationEndpoint: URL;
  readonly tokenEndpoint: URL;
  /** RFC 9207: whether an authorization response always says who it is from. */
  readonly sendsIssuer: boolean;
  readonly tokenEndpointAuthMethods: readonly string[];
  readonly scopes: readonly string[];
}

/** What an issuer publishes: where its keys are and, unless it serves jobs only (GitHub Actions), where people sign in. */
export interface IssuerMetadata {
  readonly jwksUri: URL;
  readonly signIn?: ProviderMetadata;
}

/** OpenID Connect Discovery 1.0, 4.1: a slash at the issuer's end is left out before the path is added. */
export const metadataUrl = ({ issuer }: TokenIssuer): URL =>
  endpointOf(issuer, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);

/** @throws ProviderUnavailable when it speaks of another issuer, or names an endpoint that could be read on the way */
export const readMetadata = ({ issuer }: TokenIssuer, json: JsonObject): IssuerMetadata => {
  if (memberOf(json, 'issuer') !== issuer)
    throw new ProviderUnavailable(`${issuer} publishes another issuer's metadata`);
  const isForPeople = ['authorization_endpoint', 'token_endpoint'].some((name) => Object.hasOwn(json, name));
  return {
    jwksUri: endpointOf(issuer, memberOf(json, 'jwks_uri')),
    ...(isForPeople && { signIn: signInMetadata(issuer, json) }),
  };
};

const signInMetadata = (issuer: string, json: JsonObject): ProviderMetadata => ({
  authorizationEndpoint: endpointOf(issuer, memberOf(json, 'authorization_endpoint')),
  tokenEndpoint: endpointOf(issuer, memberOf(json, 'token_endpoint')),
  sendsIssuer: memberOf(json, 'authorization_response_iss_parameter_supported') === true,
  tokenEndpointAuthMethods: texts(memberOf(json, 'token_endpoint_auth_methods_supported')) ?? ['client_secret_basic'],
  scopes: texts(memberOf(json, 'scopes_supported')) ?? [],
});

/**
 * https, or http where the configured issuer is itself on a loopback address. NB. Private addresses are not refused: many companies'
 * providers live there, and only the configured issuer can name an endpoint.
 */
const endpointOf = (issuer: string, endpoint: unknown): URL => {
  const url = typeof endpoint === 'string' && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isSafe = url?.protocol === 'https:' || (url && isLoopbackHttp(url) && isLoopbackHttp(new URL(issuer)));
  if (!url || !isSafe || url.username !== '' || url.password !== '' || url.hash !== '')
    throw new ProviderUnavailable(`${issuer} names an endpoint that is no safe URL`);
  return url;
};

const isLoopbackHttp = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/.test(hostname);

const texts = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.filter((item: unknown) => typeof item === 'string') : undefined;
