import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type Algorithm, fits, hashOf, isAlgorithm, verifySignature } from '../../../lib/identity/algorithms.ts';

const INPUT = 'header.payload';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const curves = { 'P-256': curve('P-256'), 'P-384': curve('P-384'), 'P-521': curve('P-521') };

/** RFC 7518, 3.1, 3.3 to 3.5: hash, salt (of PSS), curve. */
const ALGORITHMS: readonly (readonly [Algorithm, string, number | undefined, keyof typeof curves | undefined])[] = [
  ['RS256', 'sha256', undefined, undefined],
  ['RS384', 'sha384', undefined, undefined],
  ['RS512', 'sha512', undefined, undefined],
  ['PS256', 'sha256', 32, undefined],
  ['PS384', 'sha384', 48, undefined],
  ['PS512', 'sha512', 64, undefined],
  ['ES256', 'sha256', undefined, 'P-256'],
  ['ES384', 'sha384', undefined, 'P-384'],
  ['ES512', 'sha512', undefined, 'P-521'],
];

const pairOf = (crv: keyof typeof curves | undefined) => (crv === undefined ? rsa : curves[crv]);

const signature = (hash: string, saltLength: number | undefined, crv: keyof typeof curves | undefined): Buffer =>
  sign(hash, Buffer.from(INPUT), {
    ...{ key: pairOf(crv).privateKey, dsaEncoding: 'ieee-p1363' },
    ...(saltLength !== undefined && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
  });

describe.each(ALGORITHMS.map(([name]) => name))('%s', (algorithm) => {
  const [, hash, salt, crv] = ALGORITHMS.find(([name]) => name === algorithm)!;
  const good = signature(hash, salt, crv);
  const isGood = (bytes: Uint8Array, input = INPUT): boolean =>
    verifySignature(algorithm, pairOf(crv).publicKey, input, bytes);

  test('is one that we know, with its hash', () => {
    expect(isAlgorithm(algorithm)).toBe(true);
    expect(hashOf(algorithm)).toBe(hash);
  });

  test('verifies what is signed by it, and nothing else', () => {
    expect(isGood(good)).toBe(true);
    expect(isGood(good, `${INPUT}.`)).toBe(false);
    expect(isGood(good.map((byte, at) => (at === 5 ? byte ^ 1 : byte)))).toBe(false);
    expect(isGood(new Uint8Array())).toBe(false);
  });

  test('verifies nothing that is signed by another', () => {
    for (const [name, otherHash, otherSalt, otherCurve] of ALGORITHMS)
      if (name !== algorithm && otherCurve === crv)
        expect(isGood(signature(otherHash, otherSalt, otherCurve))).toBe(false);
    if (crv !== undefined)
      for (const otherHash of ['sha1', 'sha256', 'sha384', 'sha512'])
        expect(isGood(signature(otherHash, undefined, crv))).toBe(otherHash === hash);
  });

  test('goes with its own kind of key alone', () => {
    for (const kty of ['RSA', 'EC', 'oct', 'OKP'])
      for (const other of [undefined, 'P-256', 'P-384', 'P-521', 'secp256k1'])
        expect(fits(algorithm, { kty, ...(other !== undefined && { crv: other }) })).toBe(
          kty === (crv === undefined ? 'RSA' : 'EC') && other === crv,
        );
  });
});

test('attack: an ECDSA signature has one length: not DER, not shorter, not longer', () => {
  for (const [algorithm, hash, , crv] of ALGORITHMS) {
    if (crv === undefined) continue;
    const { privateKey, publicKey } = curves[crv];
    const good = signature(hash, undefined, crv);
    const der = sign(hash, Buffer.from(INPUT), privateKey);
    for (const bad of [der, good.subarray(1), good.subarray(0, -1), Buffer.concat([good, Buffer.alloc(1)])])
      expect(verifySignature(algorithm, publicKey, INPUT, bad)).toBe(false);
  }
});

test.each(['none', 'HS256', 'RS1', 'ES256K', 'EdDSA', '', 'toString', '__proto__', 'rs256'])(
  '%j is no algorithm',
  (name) => {
    expect(isAlgorithm(name)).toBe(false);
  },
);
