import type { Instant } from '../../domain/principal.ts';
import { msOf } from '../../domain/time.ts';
import { verifySignature } from '../../identity/algorithms.ts';
import { type AssertionFault, AssertionRefused } from '../../identity/assertion-refused.ts';
import { readToken, unverifiedClaimsOf } from '../../identity/jwt-shape.ts';
import { type JsonObject, memberOf } from '../../identity/strict-json.ts';
import { BOT_ISSUER, type BotKeys } from './bot-keys.ts';

/** Bot Connector authentication, "Step 4": "industry-standard clock-skew is 5 minutes". */
export const SKEW_SECONDS = 300;

export type TokenFault = AssertionFault | 'bearer' | 'service_url';

/** What the token vouches for: that the Bot Framework sent it to this bot, from there. Nothing of what the activity says is signed. */
export interface BotToken {
  readonly serviceUrl: string;
}

/** @returns what is wrong with the header, or what it vouches for @throws ProviderUnavailable when the keys cannot be had */
export type VerifyBotToken = (
  authorization: string | undefined,
  now: Instant,
) => Promise<BotToken | { readonly fault: TokenFault }>;

/** RFC 6750, 2.1. Of a header that came twice the values are joined by a comma, which no token has. */
const BEARER = /^Bearer ([^\s,]+)$/i;

/**
 * Bot Connector authentication, "Step 4", all seven: shape first, then the signature, then the claims. A bot's own secret has no part in it:
 * it is what we speak with, and verifies nothing.
 *
 * @param appId the bot's
 * @throws TypeError where it is empty: a token with an empty `aud` would be for this bot
 */
export const botTokenVerifier = (appId: string, keys: BotKeys): VerifyBotToken => {
  if (appId.trim() === '') throw new TypeError('the bot has no id');
  return async (authorization, now) => {
    const [, token] = BEARER.exec(authorization ?? '') ?? [];
    if (token === undefined) return { fault: 'bearer' };
    try {
      return checked(await signedClaims(token, keys), appId, msOf(now) / 1000);
    } catch (error) {
      if (error instanceof AssertionRefused) return { fault: error.fault };
      throw error;
    }
  };
};

const signedClaims = async (token: string, keys: BotKeys): Promise<JsonObject> => {
  const unverified = readToken(token, ['RS256']);
  // Without one any key would do, and the endorsement is the key's.
  if (unverified.kid === undefined) throw new AssertionRefused('header');
  const unverifiedClaims = unverifiedClaimsOf(unverified);
  const key = await keys.key(unverified);
  if (!verifySignature('RS256', key, unverified.signingInput, unverified.signature))
    throw new AssertionRefused('signature');
  return unverifiedClaims;
};

const checked = (claims: JsonObject, appId: string, nowSeconds: number): BotToken | { readonly fault: TokenFault } => {
  if (memberOf(claims, 'iss') !== BOT_ISSUER) return { fault: 'issuer' };
  // One text, as the Bot Framework has it: a list would bring in audiences that we do not know.
  if (memberOf(claims, 'aud') !== appId) return { fault: 'audience' };
  const expires = secondsIn(claims, 'exp');
  if (expires === undefined || nowSeconds >= expires + SKEW_SECONDS) return { fault: 'expired' };
  const begins = Object.hasOwn(claims, 'nbf') ? secondsIn(claims, 'nbf') : 0;
  if (begins === undefined || begins > nowSeconds + SKEW_SECONDS) return { fault: 'not_yet_valid' };
  const serviceUrl = memberOf(claims, 'serviceurl');
  return typeof serviceUrl === 'string' && serviceUrl !== '' ? { serviceUrl } : { fault: 'service_url' };
};

/** NumericDate (RFC 7519, 2): finite, not negative, and no text. */
const secondsIn = (claims: JsonObject, name: string): number | undefined => {
  const value = memberOf(claims, name);
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
};
