import { createPublicKey, type KeyObject } from 'node:crypto';
import { certain } from '../domain/invariant.ts';
import { type Algorithm, fits, isAlgorithm } from './algorithms.ts';
import { AssertionRefused, ProviderUnavailable } from './assertion-refused.ts';
import { type JsonObject, isJsonObject, memberOf } from './strict-json.ts';

/** A provider's public key, checked and imported once. */
export interface UsableKey {
  readonly kid?: string;
  /** When given, the only one that the key is for. */
  readonly algorithm?: Algorithm;
  readonly kty: 'RSA' | 'EC';
  readonly crv?: string;
  readonly key: KeyObject;
}

const MAX_KEYS = 50;

/** NIST SP 800-131A; the upper bound keeps a verification short. */
const RSA_BITS = { min: 2048, max: 8192 };

/** RFC 7518, 6.2.2 and 6.3.2 and 6.4.1: what only the owner of a key may know. Published, the key is worth nothing. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * The keys of a JWK set (RFC 7517, 5) that may verify a signature. The others are left out, as the RFC says of what is not understood;
 * a `kid` that occurs twice names no key.
 *
 * @throws ProviderUnavailable when it is no JWK set, or one of more than 50 keys
 */
export const usableKeys = (jwks: JsonObject): readonly UsableKey[] => {
  const keys = memberOf(jwks, 'keys');
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw new ProviderUnavailable('not a set of at most 50 keys');
  const objects = keys.filter((jwk: unknown) => isJsonObject(jwk));
  const kids = objects.map((jwk) => memberOf(jwk, 'kid'));
  return objects.flatMap((jwk, index) =>
    kids[index] !== undefined && kids.indexOf(kids[index]) !== kids.lastIndexOf(kids[index]) ? [] : usableKey(jwk),
  );
};

/**
 * The one key that the token's header asks for.
 * @throws AssertionRefused `key` when there is none, or when without `kid` there is more than one to choose from
 */
export const pickKey = (
  keys: readonly UsableKey[],
  { algorithm, kid }: { readonly algorithm: Algorithm; readonly kid?: string },
): KeyObject => {
  const [picked, ...more] = kid === undefined ? keys : keys.filter((key) => key.kid === kid);
  if (!picked || more.length > 0) throw new AssertionRefused('key');
  if (!fits(algorithm, picked) || (picked.algorithm ?? algorithm) !== algorithm) throw new AssertionRefused('key');
  return picked.key;
};

const usableKey = (jwk: JsonObject): UsableKey[] => {
  const { kid, kty, crv, alg } = textMembers(jwk);
  if ((kty !== 'RSA' && kty !== 'EC') || !isForVerifying(jwk)) return [];
  if (alg !== undefined && !isAlgorithm(alg)) return [];
  const key = imported(jwk);
  if (!key || (kty === 'RSA' && !isSoundRsa(key))) return [];
  const named: UsableKey = { kty, key, ...(kty === 'EC' && crv !== undefined && { crv }) };
  if (alg !== undefined && !fits(alg, named)) return [];
  return [{ ...named, ...(kid !== undefined && { kid }), ...(alg !== undefined && { algorithm: alg }) }];
};

/** A member of another type than text becomes `''`, which no key is known by. */
const textMembers = (jwk: JsonObject) => {
  const text = (name: string): string | undefined => {
    const value = memberOf(jwk, name);
    return value === undefined || typeof value === 'string' ? value : '';
  };
  return { kid: text('kid'), kty: text('kty'), crv: text('crv'), alg: text('alg') };
};

/** RFC 7517, 4.2 and 4.3. */
const isForVerifying = (jwk: JsonObject): boolean => {
  const use = memberOf(jwk, 'use');
  const operations = memberOf(jwk, 'key_ops');
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name))) return false;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return false;
  return use === undefined || use === 'sig';
};

/** Only the members that make the key; OpenSSL refuses a point that is not on its curve. */
const imported = (jwk: JsonObject): KeyObject | undefined => {
  const members = Object.fromEntries(
    ['kty', 'n', 'e', 'crv', 'x', 'y'].filter((name) => Object.hasOwn(jwk, name)).map((name) => [name, jwk[name]]),
  );
  try {
    return createPublicKey({ key: members, format: 'jwk' });
  } catch {
    return undefined;
  }
};

const isSoundRsa = ({ asymmetricKeyDetails }: KeyObject): boolean => {
  const details = certain(asymmetricKeyDetails, 'an imported key has details');
  const bits = certain(details.modulusLength, 'an RSA key has a modulus');
  const exponent = certain(details.publicExponent, 'an RSA key has an exponent');
  return bits >= RSA_BITS.min && bits <= RSA_BITS.max && exponent % 2n === 1n && exponent > 1n;
};
