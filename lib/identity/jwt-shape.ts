import { certain } from '../domain/invariant.ts';
import type { Algorithm } from './algorithms.ts';
import { AssertionRefused } from './assertion-refused.ts';
import { type JsonObject, jsonObject, memberOf } from './strict-json.ts';

/** A token of the right shape, and nothing more: no signature was looked at. */
export interface UnverifiedToken {
  readonly algorithm: Algorithm;
  readonly kid?: string;
  readonly signingInput: string;
  readonly signature: Uint8Array;
  readonly unverifiedPayload: Uint8Array;
}

/** ID tokens with two hundred groups stay below it. */
const MAX_TOKEN_LENGTH = 16 * 1024;

/** RFC 7515, 7.1: three parts and no others, so neither a JWE (five) nor a JSON serialisation. Nothing but base64url (RFC 7515, 2). */
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

const HEADER_LIMITS = { maxDepth: 2, maxMembers: 8 };
const PAYLOAD_LIMITS = { maxDepth: 8, maxMembers: 512 };

/**
 * The header parameters that may be there. The certificate ones are what large providers send beside `kid`; nobody reads them. All
 * others are refused: `jwk`, `jku` and `x5u` would name the key to trust (RFC 8725, 3.10), `crit` and `b64` (RFC 7797) change what is
 * signed, `zip` and `enc` belong to encryption, `cty` to a token within the token.
 */
const HEADER_PARAMETERS: ReadonlySet<string> = new Set(['alg', 'kid', 'typ', 'x5t', 'x5t#S256', 'x5c']);

const MAX_KID_LENGTH = 256;

/**
 * Everything that can be said of a token before any cryptography.
 *
 * @param token at most 16 KiB
 * @param algorithms those that its issuer may use
 * @param types what `typ` may be, in lower case, if it is there
 * @throws AssertionRefused `too_large`, `malformed`, `header`, `typ`, `algorithm`
 */
export const readToken = (
  token: string,
  algorithms: readonly Algorithm[],
  types: readonly string[] = ['jwt'],
): UnverifiedToken => {
  if (token.length > MAX_TOKEN_LENGTH) throw new AssertionRefused('too_large');
  const parts = COMPACT.exec(token);
  if (!parts) throw new AssertionRefused('malformed');
  const part = (index: number): string => certain(parts[index], 'there are three');
  const [header, payload, signature] = [part(1), part(2), part(3)] as const;
  const bytes = { header: bytesOf(header), payload: bytesOf(payload), signature: bytesOf(signature) };
  return {
    ...readHeader(bytes.header, algorithms, types),
    signingInput: `${header}.${payload}`,
    unverifiedPayload: bytes.payload,
    signature: bytes.signature,
  };
};

/** The claims, which nobody has vouched for yet. @throws AssertionRefused `malformed` */
export const unverifiedClaimsOf = ({ unverifiedPayload }: UnverifiedToken): JsonObject => {
  const claims = jsonObject(unverifiedPayload, PAYLOAD_LIMITS);
  if (!claims) throw new AssertionRefused('malformed');
  return claims;
};

const readHeader = (
  bytes: Uint8Array,
  algorithms: readonly Algorithm[],
  types: readonly string[],
): Pick<UnverifiedToken, 'algorithm' | 'kid'> => {
  const header = jsonObject(bytes, HEADER_LIMITS);
  if (!header || Object.keys(header).some((name) => !HEADER_PARAMETERS.has(name))) throw new AssertionRefused('header');
  checkType(memberOf(header, 'typ'), types);
  const alg = memberOf(header, 'alg');
  const algorithm = algorithms.find((each) => each === alg);
  if (algorithm === undefined) throw new AssertionRefused('algorithm');
  const kid = memberOf(header, 'kid');
  if (kid === undefined) return { algorithm };
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID_LENGTH) throw new AssertionRefused('header');
  return { algorithm, kid };
};

/** RFC 8725, 3.11: an access token (`at+jwt`) or a logout token (`logout+jwt`) is no ID token. A media type's case does not matter. */
const checkType = (typ: unknown, types: readonly string[]): void => {
  if (typ !== undefined && (typeof typ !== 'string' || !types.includes(typ.toLowerCase())))
    throw new AssertionRefused('typ');
};

/** Canonical only: a token has one spelling, so that its hash names it. */
const bytesOf = (part: string): Uint8Array => {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new AssertionRefused('malformed');
  return bytes;
};
