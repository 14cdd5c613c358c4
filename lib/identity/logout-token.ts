import type { Instant } from '../domain/principal.ts';
import { verifySignature } from './algorithms.ts';
import { type AssertionFault, AssertionRefused } from './assertion-refused.ts';
import { SUBJECT, STRAIGHT_SECONDS, checkAudience } from './id-token.ts';
import { checkTimes } from './id-token-times.ts';
import { readToken, unverifiedClaimsOf } from './jwt-shape.ts';
import type { ProviderDocuments } from './keys.ts';
import type { IdentityProvider, OidcProvider } from './ports.ts';
import { textOf } from './principal-of.ts';
import { MAX_SID_LENGTH } from './sign-in.ts';
import { type JsonObject, isJsonObject, memberOf } from './strict-json.ts';

/** Whose sessions end, by a provider's own word. */
export interface VerifiedLogout {
  readonly issuer: string;
  readonly subject: string;
  /** The provider's session that ended; absent when it was all of them. */
  readonly providerSession?: string;
  readonly issuedAt: Instant;
}

/** OpenID Connect Back-Channel Logout 1.0, 2.4: its own type, or what providers said before there was one. */
const TYPES = ['logout+jwt', 'jwt'];

const MAX_JTI_LENGTH = 256;

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * OpenID Connect Back-Channel Logout 1.0, 2.6. What tells it from an ID token is its event, and that it has no nonce. A token without `sub`
 * is refused, though 2.4 knows it: whose session a `sid` alone is we do not keep.
 *
 * @throws AssertionRefused, ProviderUnavailable
 */
export const verifyLogoutToken = async (
  token: string,
  documents: Pick<ProviderDocuments, 'key'>,
  { providers, now }: { readonly providers: readonly IdentityProvider[]; readonly now: Instant },
): Promise<VerifiedLogout> => {
  const people = providers.filter((provider) => provider.type === 'oidc');
  const anyOf = people.flatMap(({ algorithms }) => algorithms);
  const unverifiedIssuer = memberOf(unverifiedClaimsOf(readToken(token, anyOf, TYPES)), 'iss');
  const provider = people.find(({ issuer }) => issuer === unverifiedIssuer);
  if (!provider) throw new AssertionRefused('issuer');
  const unverified = readToken(token, provider.algorithms, TYPES);
  const { algorithm, signingInput, signature } = unverified;
  const key = await documents.key(provider, unverified);
  if (!verifySignature(algorithm, key, signingInput, signature)) throw new AssertionRefused('signature');
  return checkedClaims(unverifiedClaimsOf(unverified), provider, now);
};

const checkedClaims = (claims: JsonObject, { issuer, clientId }: OidcProvider, now: Instant): VerifiedLogout => {
  const subject = memberOf(claims, 'sub');
  if (typeof subject !== 'string' || !SUBJECT.test(subject)) throw new AssertionRefused('subject');
  const refuse = (fault: AssertionFault): never => {
    throw new AssertionRefused(fault, { subject });
  };
  checkAudience(claims, [clientId], refuse);
  const { issuedAt } = checkTimes(claims, { now, maxAgeSeconds: STRAIGHT_SECONDS }, refuse);
  if (Object.hasOwn(claims, 'nonce')) refuse('nonce');
  const events = memberOf(claims, 'events');
  if (!isJsonObject(events) || !isJsonObject(memberOf(events, EVENT))) refuse('no_logout');
  if (textOf(memberOf(claims, 'jti'), MAX_JTI_LENGTH) === undefined) refuse('no_logout');
  if (!Object.hasOwn(claims, 'sid')) return { issuer, subject, issuedAt };
  const providerSession = textOf(memberOf(claims, 'sid'), MAX_SID_LENGTH) ?? refuse('no_logout');
  return { issuer, subject, issuedAt, providerSession };
};
