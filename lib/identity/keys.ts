import type { KeyObject } from 'node:crypto';
import { ProviderUnavailable } from './assertion-refused.ts';
import { type CachedDocument, cachedDocument } from './cached-document.ts';
import { pickKey, type UsableKey, usableKeys } from './jwk.ts';
import type { UnverifiedToken } from './jwt-shape.ts';
import type { Clock, OidcProvider, TokenIssuer } from './ports.ts';
import type { ProviderFetch } from './provider-fetch.ts';
import { type IssuerMetadata, metadataUrl, type ProviderMetadata, readMetadata } from './provider-metadata.ts';
import type { JsonObject } from './strict-json.ts';

/** What the configured providers publish of themselves, cached for each apart. Both throw ProviderUnavailable. */
export interface ProviderDocuments {
  metadata(provider: OidcProvider): Promise<ProviderMetadata>;
  /** @throws AssertionRefused `key` when the provider has no such key, also after looking again */
  key(provider: TokenIssuer, token: Pick<UnverifiedToken, 'algorithm' | 'kid'>): Promise<KeyObject>;
}

interface Documents {
  readonly metadata: CachedDocument<IssuerMetadata>;
  readonly keys: CachedDocument<readonly UsableKey[]>;
}

/**
 * A key that the provider withdrew is refused after a quarter of an hour. One that it began to sign with a moment ago is looked for at
 * once (OpenID Connect Core 1.0, 10.1.1), unless its keys were fetched within the last half minute: tokens with made-up `kid`s must
 * not become calls.
 *
 * @param onStale is told when documents past their time are used because fresh ones could not be had
 */
export const providerDocuments = (parts: {
  readonly fetchJson: ProviderFetch;
  readonly clock: Clock;
  readonly onStale: (issuer: string, cause: unknown) => void;
}): ProviderDocuments => {
  const known = new Map<string, Documents>();

  const documentsOf = (provider: TokenIssuer): Documents => {
    const documents = known.get(provider.issuer) ?? make(provider);
    known.set(provider.issuer, documents);
    return documents;
  };

  const make = (provider: TokenIssuer): Documents => {
    const onStale = (cause: unknown): void => {
      parts.onStale(provider.issuer, cause);
    };
    const fetched = fetchedBy(parts.fetchJson);
    const metadata = cachedDocument({
      fetch: async () => readMetadata(provider, await fetched(metadataUrl(provider))),
      clock: parts.clock,
      onStale,
    });
    // NB. the newest metadata, so that keys come from a place that the issuer named as a moment ago.
    const keys = cachedDocument({
      fetch: async () => usableKeys(await fetched((await metadata.newest()).jwksUri)),
      clock: parts.clock,
      onStale,
    });
    return { metadata, keys };
  };

  return {
    metadata: async (provider) => {
      const { signIn } = await documentsOf(provider).metadata.current();
      if (!signIn) throw new ProviderUnavailable(`${provider.issuer} publishes no place to sign in`);
      return signIn;
    },
    key: (provider, token) => keyAmong(documentsOf(provider).keys, token),
  };
};

/**
 * The key that a token names, looked for once more where it is not known.
 * @throws AssertionRefused `key` when there is none, also then; what the fetch throws
 */
export const keyAmong = async (
  keys: CachedDocument<readonly UsableKey[]>,
  token: Pick<UnverifiedToken, 'algorithm' | 'kid'>,
): Promise<KeyObject> => {
  const current = await keys.current();
  const isUnknown = token.kid !== undefined && !current.some(({ kid }) => kid === token.kid);
  return pickKey(isUnknown ? await keys.newest().catch(() => current) : current, token);
};

/** @throws ProviderUnavailable for anything but 200 */
export const fetchedBy =
  (fetchJson: ProviderFetch) =>
  async (url: URL): Promise<JsonObject> => {
    const { status, json } = await fetchJson(url);
    if (status !== 200) throw new ProviderUnavailable(`${url.origin}${url.pathname} answers ${status}`);
    return json;
  };
