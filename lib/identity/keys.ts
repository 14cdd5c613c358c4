import type { KeyObject } from 'node:crypto';
import { msOf } from '../domain/time.ts';
import { ProviderUnavailable } from './assertion-refused.ts';
import { pickKey, type UsableKey, usableKeys } from './jwk.ts';
import type { UnverifiedToken } from './jwt-shape.ts';
import type { Clock, OidcProvider, TokenIssuer } from './ports.ts';
import type { ProviderFetch } from './provider-fetch.ts';
import { type IssuerMetadata, metadataUrl, type ProviderMetadata, readMetadata } from './provider-metadata.ts';

/** What the configured providers publish of themselves, cached for each apart. Both throw ProviderUnavailable. */
export interface ProviderDocuments {
  metadata(provider: OidcProvider): Promise<ProviderMetadata>;
  /** @throws AssertionRefused `key` when the provider has no such key, also after looking again */
  key(provider: TokenIssuer, token: Pick<UnverifiedToken, 'algorithm' | 'kid'>): Promise<KeyObject>;
}

/** A key that the provider withdrew is refused after this at the latest, if the provider can be reached. */
const FRESH_MS = 15 * 60_000;

/** A provider that is away for longer signs nobody in; until then its last keys serve. */
const MAX_STALE_MS = 24 * 3600_000;

/** So long nobody is asked again who failed while nothing of theirs is held: sign-ins by the thousand must not become calls by the thousand. */
export const RETRY_SECONDS = 30;

/** Tokens with made-up `kid`s, and calls while the provider is away, make us ask it no more often than this. */
const COOLDOWN_MS = 60_000;

interface Documents {
  readonly metadata: IssuerMetadata;
  readonly keys: readonly UsableKey[];
  readonly fetchedAt: number;
}

interface Entry {
  documents?: Documents;
  inFlight?: Promise<Documents>;
  failedAt: number;
  /** When an unknown `kid` last made us look again. */
  lookedAgainAt: number;
}

/**
 * Documents are fetched when first needed, by one call at a time.
 *
 * @param onStale is told when documents past their time are used because fresh ones could not be had
 */
export const providerDocuments = (parts: {
  readonly fetchJson: ProviderFetch;
  readonly clock: Clock;
  readonly onStale: (issuer: string, cause: unknown) => void;
}): ProviderDocuments => {
  const entries = new Map<string, Entry>();
  const nowMs = (): number => msOf(parts.clock.now());

  const entryOf = ({ issuer }: TokenIssuer): Entry => {
    const entry = entries.get(issuer) ?? { failedAt: -Infinity, lookedAgainAt: -Infinity };
    entries.set(issuer, entry);
    return entry;
  };

  const fetchOnce = (provider: TokenIssuer, entry: Entry): Promise<Documents> => {
    entry.inFlight ??= fetchDocuments(parts.fetchJson, provider, nowMs)
      .then((documents) => (entry.documents = documents))
      .catch((cause: unknown) => {
        entry.failedAt = nowMs();
        throw cause;
      })
      .finally(() => delete entry.inFlight);
    return entry.inFlight;
  };

  const unlessJustFailed = (provider: TokenIssuer, entry: Entry): Promise<Documents> => {
    if (nowMs() - entry.failedAt < RETRY_SECONDS * 1000)
      throw new ProviderUnavailable(`${provider.issuer} failed a moment ago`);
    return fetchOnce(provider, entry);
  };

  const current = async (provider: TokenIssuer, entry: Entry): Promise<Documents> => {
    const held = entry.documents;
    if (!held || nowMs() - held.fetchedAt > MAX_STALE_MS) return unlessJustFailed(provider, entry);
    if (nowMs() - held.fetchedAt <= FRESH_MS || nowMs() - entry.failedAt < COOLDOWN_MS) return held;
    return fetchOnce(provider, entry).catch((cause: unknown) => {
      parts.onStale(provider.issuer, cause);
      return held;
    });
  };

  /** The provider may have begun to sign with a new key a moment ago (OpenID Connect Core 1.0, 10.1.1). */
  const lookAgain = async (provider: TokenIssuer, entry: Entry): Promise<Documents | undefined> => {
    if (!entry.inFlight && nowMs() - entry.lookedAgainAt < COOLDOWN_MS) return undefined;
    entry.lookedAgainAt = nowMs();
    return fetchOnce(provider, entry).catch(() => undefined);
  };

  return {
    metadata: async (provider) => {
      const { signIn } = (await current(provider, entryOf(provider))).metadata;
      if (!signIn) throw new ProviderUnavailable(`${provider.issuer} publishes no place to sign in`);
      return signIn;
    },
    key: async (provider, token) => {
      const entry = entryOf(provider);
      const { keys } = await current(provider, entry);
      const isUnknown = token.kid !== undefined && !keys.some(({ kid }) => kid === token.kid);
      const again = isUnknown ? await lookAgain(provider, entry) : undefined;
      return pickKey(again?.keys ?? keys, token);
    },
  };
};

const fetchDocuments = async (
  fetchJson: ProviderFetch,
  provider: TokenIssuer,
  nowMs: () => number,
): Promise<Documents> => {
  const metadata = readMetadata(provider, await fetched(fetchJson, metadataUrl(provider)));
  const keys = usableKeys(await fetched(fetchJson, metadata.jwksUri));
  return { metadata, keys, fetchedAt: nowMs() };
};

const fetched = async (fetchJson: ProviderFetch, url: URL) => {
  const { status, json } = await fetchJson(url);
  if (status !== 200) throw new ProviderUnavailable(`${url.origin}${url.pathname} answers ${status}`);
  return json;
};
