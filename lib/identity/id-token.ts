import { createHash, timingSafeEqual } from 'node:crypto';
import type { Instant } from '../domain/principal.ts';
import { type Algorithm, hashOf, verifySignature } from './algorithms.ts';
import { type AssertionFault, AssertionRefused } from './assertion-refused.ts';
import { type TokenTimes, checkTimes } from './id-token-times.ts';
import { readToken, unverifiedClaimsOf } from './jwt-shape.ts';
import type { ProviderDocuments } from './keys.ts';
import type { TokenIssuer } from './ports.ts';
import { type JsonObject, memberOf } from './strict-json.ts';

/** For token exchange: no browser began this sign-in, so that there is no nonce to compare. The token is burnt instead. */
export const withoutNonce = Symbol('an ID token that no browser of ours asked for');

/** How old a token may be that the provider gave us itself a moment ago. */
export const STRAIGHT_SECONDS = 600;

/** What an ID token must be to count here and now. */
export interface Expectation {
  readonly provider: TokenIssuer;
  readonly now: Instant;
  /** Ours: at least one of them is in `aud`, and nothing else. */
  readonly audiences: readonly string[];
  readonly nonce: string | typeof withoutNonce;
  /** How long ago the token may have been made, in seconds, besides 60 s of skew. */
  readonly maxAgeSeconds: number;
  /** The person must have proved themselves since then, and the token must say so. */
  readonly authenticatedSince?: Instant;
  /** What came with the token: its hash is compared where the token has one. */
  readonly accessToken?: string;
  readonly code?: string;
}

/** Only a verified signature and checked claims make one. */
export interface VerifiedIdToken {
  readonly issuer: string;
  readonly subject: string;
  readonly times: TokenTimes;
  /** Names the token, whatever its signature: ECDSA signatures have two spellings, what they sign has one. */
  readonly fingerprint: string;
  /** The rest; checked as far as they are listed here, so read them as what came from outside. */
  readonly claims: JsonObject;
}

/** OpenID Connect Core 1.0, 2: at most 255 ASCII characters. */
export const SUBJECT = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/**
 * OpenID Connect Core 1.0, 3.1.3.7: shape first, then the signature, then the claims, so that no claim of an unsigned token decides
 * anything, not even what the refusal says.
 *
 * @throws AssertionRefused, with the subject once the signature was good; ProviderUnavailable
 */
export const verifyIdToken = async (
  token: string,
  documents: Pick<ProviderDocuments, 'key'>,
  expected: Expectation,
): Promise<VerifiedIdToken> => {
  const unverified = readToken(token, expected.provider.algorithms);
  const unverifiedClaims = unverifiedClaimsOf(unverified);
  const { algorithm, signingInput, signature } = unverified;
  const key = await documents.key(expected.provider, unverified);
  if (!verifySignature(algorithm, key, signingInput, signature)) throw new AssertionRefused('signature');
  return checkedClaims(unverifiedClaims, algorithm, signingInput, expected);
};

const checkedClaims = (
  claims: JsonObject,
  algorithm: Algorithm,
  signingInput: string,
  expected: Expectation,
): VerifiedIdToken => {
  if (memberOf(claims, 'iss') !== expected.provider.issuer) throw new AssertionRefused('issuer');
  const subject = memberOf(claims, 'sub');
  if (typeof subject !== 'string' || !SUBJECT.test(subject)) throw new AssertionRefused('subject');
  const refuse = (fault: AssertionFault): never => {
    throw new AssertionRefused(fault, { subject });
  };
  checkAudience(claims, expected.audiences, refuse);
  const times = checkTimes(claims, expected, refuse);
  if (expected.nonce !== withoutNonce && !isSame(memberOf(claims, 'nonce'), expected.nonce)) refuse('nonce');
  checkHash(claims, 'at_hash', expected.accessToken, algorithm, refuse);
  checkHash(claims, 'c_hash', expected.code, algorithm, refuse);
  // Microsoft Entra: more groups than fit are elsewhere. Not "no groups": a rule that looks for one would be decided wrongly.
  if (Object.hasOwn(claims, '_claim_names') || Object.hasOwn(claims, 'hasgroups')) refuse('groups_elsewhere');
  return { issuer: expected.provider.issuer, subject, times, fingerprint: sha256(signingInput), claims };
};

/** Steps 3 to 5. NB. `aud` may be a text or a list, and each is checked: a list must not bring in an audience that we do not know. */
export const checkAudience = (
  claims: JsonObject,
  ours: readonly string[],
  refuse: (fault: AssertionFault) => never,
): void => {
  const aud = memberOf(claims, 'aud');
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  const isOurs = (audience: unknown): boolean => ours.some((each) => each === audience);
  if (audiences.length === 0 || !audiences.every(isOurs)) refuse('audience');
  const azp = memberOf(claims, 'azp');
  if (azp === undefined ? audiences.length > 1 : !isOurs(azp)) refuse('authorized_party');
};

/** 3.1.3.8 and 3.3.2.11: the left half of the hash, by the algorithm of the signature. */
const checkHash = (
  claims: JsonObject,
  name: 'at_hash' | 'c_hash',
  value: string | undefined,
  algorithm: Algorithm,
  refuse: (fault: AssertionFault) => never,
): void => {
  const claimed = memberOf(claims, name);
  if (claimed === undefined || value === undefined) return;
  const digest = createHash(hashOf(algorithm)).update(value).digest();
  if (claimed !== digest.subarray(0, digest.length / 2).toString('base64url')) refuse('token_hash');
};

/** In constant time, whatever the lengths. */
const isSame = (claimed: unknown, expected: string): boolean =>
  typeof claimed === 'string' && timingSafeEqual(Buffer.from(sha256(claimed)), Buffer.from(sha256(expected)));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** What the token says, to choose among the configured providers. Nothing has vouched for it. @throws AssertionRefused for its shape */
export const unverifiedClaimsIn = (token: string, algorithms: readonly Algorithm[]): JsonObject =>
  unverifiedClaimsOf(readToken(token, algorithms));
