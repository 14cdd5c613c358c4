import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { pickKey, usableKeys } from '../../../lib/identity/jwk.ts';
import { codeOf } from './memory.ts';

const rsaOf = (modulusLength: number) =>
  generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' });
const ecOf = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' });
const [rsa, ec, other] = [rsaOf(2048), ecOf('P-256'), ecOf('P-256')];

const usable = (...keys: readonly unknown[]) =>
  usableKeys({ keys }).map((usableKey) => {
    const { key, ...said } = usableKey;
    expect(key.type).toBe('public');
    return said;
  });

describe('a key that may verify signatures', () => {
  test('is known by what is said of it, and by nothing else', () => {
    expect(usable(rsa)).toStrictEqual([{ kty: 'RSA' }]);
    expect(usable({ ...rsa, kid: 'a', alg: 'PS384', use: 'sig', key_ops: ['verify'], x5t: 'b' })).toStrictEqual([
      { kty: 'RSA', kid: 'a', algorithm: 'PS384' },
    ]);
    expect(usable({ ...ec, kid: '' })).toStrictEqual([{ kty: 'EC', crv: 'P-256', kid: '' }]);
    expect(usable({ ...ec, alg: 'ES256', key_ops: ['sign', 'verify'] })).toStrictEqual([
      { kty: 'EC', crv: 'P-256', algorithm: 'ES256' },
    ]);
    // Of another curve's name on an RSA key nothing is believed.
    expect(usable({ ...rsa, crv: 'P-256' })).toStrictEqual([{ kty: 'RSA' }]);
  });

  test.each<[string, unknown]>([
    ['no object', 'a key'],
    ['nothing', null],
    ['of another type', { ...rsa, kty: 'oct' }],
    ['of no type', { ...rsa, kty: undefined }],
    ['of a type that is no text', { ...rsa, kty: ['RSA'] }],
    ['an RSA key that says it is on a curve', { ...rsa, kty: 'EC' }],
    ['for encryption', { ...rsa, use: 'enc' }],
    ['for a use that is no text', { ...rsa, use: ['sig'] }],
    ['for signing only', { ...rsa, key_ops: ['sign'] }],
    ['for no operation', { ...rsa, key_ops: [] }],
    ['for operations that are a text', { ...rsa, key_ops: 'verify' }],
    ['for an algorithm that we do not know', { ...rsa, alg: 'RS1' }],
    ['for an algorithm that is no text', { ...rsa, alg: 256 }],
    ['for an algorithm of another type', { ...rsa, alg: 'ES256' }],
    ['for an algorithm of another curve', { ...ec, alg: 'ES384' }],
    ['a point that is not on its curve', { ...ec, x: other.x }],
    ['without its modulus', { ...rsa, n: undefined }],
    ['of 1024 bits', rsaOf(1024)],
    [
      'of 2047 bits',
      {
        ...rsa,
        n: Buffer.from(rsa.n ?? '', 'base64url')
          .fill(0x7f, 0, 1)
          .toString('base64url'),
      },
    ],
    ['with an exponent of one', { ...rsa, e: 'AQ' }],
    ['with an even exponent', { ...rsa, e: 'AQAA' }],
  ])('is not one %s', (_what, jwk) => {
    expect(usable(jwk, ec)).toStrictEqual([{ kty: 'EC', crv: 'P-256' }]);
  });

  test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])('is not one whose private part %s is published', (name) => {
    for (const published of ['AQAB', undefined, '']) expect(usable({ ...rsa, [name]: published })).toStrictEqual([]);
  });

  test('attack: one of 8192 bits is taken, of more not: verifying would take long', () => {
    const ofBits = (bits: number) => ({ ...rsa, n: Buffer.alloc(bits / 8, 0xff).toString('base64url') });
    expect(usable(ofBits(8192))).toHaveLength(1);
    expect(usable(ofBits(8200))).toStrictEqual([]);
  });

  test('attack: one whose id another has too is none, and neither is the other', () => {
    expect(usable({ ...rsa, kid: 'a' }, { ...ec, kid: 'a' }, { ...other, kid: 'b' })).toMatchObject([{ kid: 'b' }]);
    expect(usable({ ...rsa, kid: 'a' }, { ...ec, kid: 'a', use: 'enc' })).toStrictEqual([]);
    expect(usable(rsa, ec)).toHaveLength(2);
  });

  test('is one of fifty at the most', async () => {
    const set = (count: number) =>
      codeOf(Promise.resolve().then(() => usableKeys({ keys: Array.from({ length: count }, () => ec) })));
    await expect(set(50)).resolves.toBe('accepted');
    await expect(set(51)).resolves.toBe('ProviderUnavailable');
    for (const jwks of [{}, { keys: {} }, { keys: 'a' }, { keys: null }])
      await expect(codeOf(Promise.resolve().then(() => usableKeys(jwks)))).resolves.toBe('ProviderUnavailable');
  });
});

describe('the key that a token asks for', () => {
  const keys = usableKeys({
    keys: [
      { ...rsa, kid: 'r' },
      { ...ec, kid: 'e', alg: 'ES256' },
      { ...rsa, kid: 'p', alg: 'PS256' },
    ],
  });
  const asked = (...[token, from = keys]: [Parameters<typeof pickKey>[1], typeof keys?]): Promise<string> =>
    codeOf(Promise.resolve().then(() => pickKey(from, token)));

  test.each([
    ['RS256', 'r', 'accepted'],
    ['PS512', 'r', 'accepted'],
    ['ES256', 'e', 'accepted'],
    ['PS256', 'p', 'accepted'],
    ['RS256', 'p', 'key'],
    ['PS384', 'p', 'key'],
    ['ES384', 'e', 'key'],
    ['ES256', 'r', 'key'],
    ['RS256', 'unknown', 'key'],
    ['RS256', undefined, 'key'],
  ] as const)('for %s by the id %s is %s', async (algorithm, kid, outcome) => {
    await expect(asked({ algorithm, ...(kid !== undefined && { kid }) })).resolves.toBe(outcome);
  });

  test('goes without an id where there is but one', async () => {
    await expect(asked({ algorithm: 'ES256' }, keys.slice(1, 2))).resolves.toBe('accepted');
    await expect(asked({ algorithm: 'ES256' }, [])).resolves.toBe('key');
  });
});
