import type { KeyObject } from 'node:crypto';
import { ProviderUnavailable } from '../../identity/assertion-refused.ts';
import { cachedDocument } from '../../identity/cached-document.ts';
import { usableKeys } from '../../identity/jwk.ts';
import type { UnverifiedToken } from '../../identity/jwt-shape.ts';
import { fetchedBy, keyAmong } from '../../identity/keys.ts';
import type { Clock } from '../../identity/ports.ts';
import type { ProviderFetch } from '../../identity/provider-fetch.ts';
import { type JsonObject, isJsonObject, memberOf } from '../../identity/strict-json.ts';

/** Bot Connector authentication, "Step 2": where the Bot Framework says what it signs with. Other clouds have other places, and are not served. */
const LOGIN = 'https://login.botframework.com';
export const BOT_ISSUER = 'https://api.botframework.com';

/** The channel that a key must be endorsed for, and the only one that is served. */
export const TEAMS_CHANNEL = 'msteams';

export interface BotKeys {
  /** @throws AssertionRefused `key` where there is none of that name that may speak for Teams; ProviderUnavailable */
  key(token: Pick<UnverifiedToken, 'algorithm' | 'kid'>): Promise<KeyObject>;
}

/**
 * The keys that sign for Teams, fetched as those of identity providers are (`cachedDocument`).
 * @param login the origin of what stands in for Microsoft on a laptop
 */
export const botKeys = (parts: {
  readonly fetchJson: ProviderFetch;
  readonly clock: Clock;
  readonly onStale: (cause: unknown) => void;
  readonly login?: string;
}): BotKeys => {
  const { fetchJson, login = LOGIN } = parts;
  const fetched = fetchedBy(fetchJson);
  const keys = cachedDocument({
    fetch: async () => {
      const metadata = await fetched(new URL('/v1/.well-known/openidconfiguration', login));
      return usableKeys(endorsed(await fetched(keysUrl(metadata, login))));
    },
    ...{ clock: parts.clock, onStale: parts.onStale },
  });
  return { key: (token) => keyAmong(keys, token) };
};

/** The metadata leads nowhere but to its own host. */
const keysUrl = (metadata: JsonObject, login: string): URL => {
  if (memberOf(metadata, 'issuer') !== BOT_ISSUER) throw new ProviderUnavailable('the metadata is of another issuer');
  const text = memberOf(metadata, 'jwks_uri');
  const url = typeof text === 'string' ? URL.parse(text) : null;
  if (url?.origin !== new URL(login).origin || url.username !== '' || url.password !== '')
    throw new ProviderUnavailable('the metadata names keys elsewhere');
  return url;
};

/** "Step 3": a key that is not endorsed for the channel says nothing of it, so that for us it is none. */
const endorsed = (jwks: JsonObject): JsonObject => {
  const keys = memberOf(jwks, 'keys');
  return Array.isArray(keys) ? { keys: keys.filter(isEndorsed) } : jwks;
};

const isEndorsed = (jwk: unknown): boolean => {
  const endorsements = isJsonObject(jwk) ? memberOf(jwk, 'endorsements') : undefined;
  return Array.isArray(endorsements) && endorsements.includes(TEAMS_CHANNEL);
};
