import { createHmac, createPublicKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type SigningKey, compact, makeKey, signWith } from '../../support/oidc-server.ts';
import { honest, key, tokenWith, verdict } from './verifying.ts';

const rsa = makeKey('RS256', 'key-rsa');
const pss = makeKey('PS256', 'key-pss');

const signed = (header: object, signing: SigningKey = key): string => compact(header, honest, signWith(signing));

test('each algorithm of the list is accepted with its own key', async () => {
  for (const own of [key, rsa, pss])
    await expect(verdict(tokenWith({}, own), { keys: [own.jwk] })).resolves.toBe('accepted');
});

describe('B1: the algorithm is one that the provider may use', () => {
  test.each([
    'none',
    'None',
    'nOnE',
    'NONE',
    '',
    'ES256 ',
    'es256',
    'HS256',
    'ES384',
    'EdDSA',
    'constructor',
    '__proto__',
  ])('alg %j is refused', async (alg) => {
    await expect(verdict(signed({ alg, kid: key.kid }))).resolves.toBe('algorithm');
  });

  test.each([[undefined], [null], [256], [['ES256']]])('alg %j is refused', async (alg) => {
    await expect(verdict(signed({ alg, kid: key.kid }))).resolves.toBe('algorithm');
  });

  test('alg none without a signature is refused', async () => {
    const [header = '', payload = ''] = compact({ alg: 'none' }, honest, () => new Uint8Array()).split('.');
    await expect(verdict(`${header}.${payload}.`)).resolves.toBe('malformed');
    await expect(verdict(`${header}.${payload}.AA`)).resolves.toBe('algorithm');
  });

  test('another algorithm than the key is published for is refused', async () => {
    const asPss = compact({ alg: 'PS256', kid: rsa.kid }, honest, signWith({ ...rsa, algorithm: 'PS256' }));
    await expect(verdict(asPss, { keys: [rsa.jwk] })).resolves.toBe('key');
    const anyRsa = { ...rsa.jwk, alg: undefined };
    await expect(verdict(asPss, { keys: [anyRsa] })).resolves.toBe('accepted');
  });

  test('an algorithm of another key type than the key is refused', async () => {
    const anyEc = { ...key.jwk, alg: undefined };
    await expect(verdict(signed({ alg: 'RS256', kid: key.kid }), { keys: [anyEc] })).resolves.toBe('key');
  });
});

describe('B2: the public key is no shared secret', () => {
  const publicKey = createPublicKey({ key: rsa.jwk, format: 'jwk' });
  test.each([
    ['PEM', publicKey.export({ type: 'spki', format: 'pem' })],
    ['DER', publicKey.export({ type: 'spki', format: 'der' })],
    ['JWK', JSON.stringify(rsa.jwk)],
    ['modulus', Buffer.from(String(rsa.jwk['n']), 'base64url')],
  ])('HS256 keyed with its %s is refused', async (_form, secret) => {
    const token = compact({ alg: 'HS256', kid: rsa.kid }, honest, (input) =>
      createHmac('sha256', secret).update(input).digest(),
    );
    await expect(verdict(token, { keys: [rsa.jwk] })).resolves.toBe('algorithm');
  });

  test('a symmetric key in the published set verifies nothing', async () => {
    const oct = { kty: 'oct', k: Buffer.alloc(32).toString('base64url'), kid: 'shared', use: 'sig' };
    await expect(verdict(signed({ alg: 'ES256', kid: 'shared' }), { keys: [oct] })).resolves.toBe('key');
  });
});

describe('B3: the token does not say which key to trust', () => {
  const attacker = makeKey('ES256', 'attacker');
  test('a key of the attacker, named by its own kid, is refused', async () => {
    await expect(verdict(tokenWith({}, attacker))).resolves.toBe('key');
  });

  test('a key of the attacker under a published kid is refused', async () => {
    await expect(verdict(tokenWith({}, { ...attacker, kid: key.kid }))).resolves.toBe('signature');
  });
});

describe('B4: kid is an opaque name', () => {
  test.each(['../../dev/null', "' UNION SELECT 'key", '__proto__', 'constructor', 'toString', 'key-es256'])(
    'kid %j names no key',
    async (kid) => {
      await expect(verdict(signed({ alg: 'ES256', kid }))).resolves.toBe('key');
    },
  );

  test('kid may have 256 characters', async () => {
    const kid = 'k'.repeat(256);
    const long = { ...key, kid, jwk: { ...key.jwk, kid } };
    await expect(verdict(tokenWith({}, long), { keys: [long.jwk] })).resolves.toBe('accepted');
  });

  test.each([[{}], [5], [null], [[key.kid]], [''], ['k'.repeat(257)]])('kid %j is refused', async (kid) => {
    await expect(verdict(signed({ alg: 'ES256', kid }))).resolves.toBe('header');
  });
});

describe('B5: a published key is one that can be trusted', () => {
  const small = makeKey('RS256', 'small', 1024);
  const other = makeKey('ES256', 'other');
  const withoutY = { ...key.jwk, y: undefined };
  const offCurve = { ...key.jwk, y: key.jwk['x'] };
  const exponent = (e: string) => ({ ...rsa.jwk, e });
  test.each<[string, SigningKey, readonly unknown[]]>([
    ['an RSA key of 1024 bits', small, [small.jwk]],
    ['an RSA exponent of 1', rsa, [exponent('AQ')]],
    ['an even RSA exponent', rsa, [exponent('AQAA')]],
    ['a point that is not on the curve', key, [offCurve]],
    ['half a point', key, [withoutY]],
    ['the wrong curve', key, [{ ...key.jwk, crv: 'P-384' }]],
    ['a private key', key, [{ ...key.privateKey.export({ format: 'jwk' }), kid: key.kid }]],
    ['a key for encryption', key, [{ ...key.jwk, use: 'enc' }]],
    ['a key whose operations lack verify', key, [{ ...key.jwk, key_ops: ['encrypt'] }]],
    ['operations that are no list', key, [{ ...key.jwk, key_ops: 'verify' }]],
    ['an algorithm for encryption', rsa, [{ ...rsa.jwk, alg: 'RSA-OAEP' }]],
    ['an algorithm of another key type', key, [{ ...key.jwk, alg: 'RS256' }]],
    ['two keys with one kid', key, [key.jwk, { ...other.jwk, kid: key.kid }]],
    ['the same key twice', key, [key.jwk, key.jwk]],
    ['a kid that is no text', key, [{ ...key.jwk, kid: 5 }]],
    ['nothing that is an object', key, [null, 5, 'key', []]],
  ])('%s is refused', async (_attack, signing, keys) => {
    await expect(verdict(tokenWith({}, signing), { keys })).resolves.toBe('key');
  });

  test('what is refused does not take the good keys with it', async () => {
    const keys = [small.jwk, offCurve, { ...other.jwk, kid: 'twice' }, { ...other.jwk, kid: 'twice' }, null];
    await expect(verdict(tokenWith({}, other), { keys: [...keys, other.jwk] })).resolves.toBe('accepted');
  });

  test('more than fifty keys are no key set', async () => {
    const keys = Array.from({ length: 51 }, (_, i) => ({ ...key.jwk, kid: `key-${i}` }));
    await expect(verdict(tokenWith(), { keys })).resolves.toBe('ProviderUnavailable');
    await expect(verdict(tokenWith(), { keys: [...keys.slice(0, 49), key.jwk] })).resolves.toBe('accepted');
  });
});

describe('B6: without kid there must be nothing to choose', () => {
  const other = makeKey('ES256', 'other');
  test('one usable key is the one', async () => {
    await expect(verdict(signed({ alg: 'ES256' }))).resolves.toBe('accepted');
    await expect(verdict(signed({ alg: 'ES256' }), { keys: [{ ...other.jwk, use: 'enc' }, key.jwk] })).resolves.toBe(
      'accepted',
    );
  });

  test('two usable keys are refused', async () => {
    await expect(verdict(signed({ alg: 'ES256' }), { keys: [key.jwk, other.jwk] })).resolves.toBe('key');
  });

  test('no key at all is refused', async () => {
    await expect(verdict(signed({ alg: 'ES256' }), { keys: [] })).resolves.toBe('key');
  });
});

describe('B7: no claim counts before the signature does', () => {
  const forged = makeKey('ES256', key.kid);
  test.each([
    ['expired', { exp: 1 }],
    ['for another audience', { aud: 'another' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['without a subject', { sub: undefined }],
  ])('a forged token that is also %s is refused for its signature', async (_attack, claims) => {
    await expect(verdict(tokenWith(claims, forged))).resolves.toBe('signature');
  });

  test('a payload changed by one bit is refused', async () => {
    const [header = '', , signature = ''] = tokenWith().split('.');
    const payload = Buffer.from(JSON.stringify({ ...honest, sub: 'subject-of-Erin' })).toString('base64url');
    await expect(verdict(`${header}.${payload}.${signature}`)).resolves.toBe('signature');
  });
});

describe('B8: ECDSA signatures that prove nothing', () => {
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
  const one = Buffer.concat([Buffer.alloc(31), Buffer.from([1])]);
  test.each([
    ['r and s of zero', Buffer.alloc(64)],
    ['s of zero', Buffer.concat([one, Buffer.alloc(32)])],
    ['r and s as great as the order', Buffer.concat([order, order])],
    ['all ones', Buffer.alloc(64, 0xff)],
    ['a byte too many', Buffer.concat([signWith(key)('x'), Buffer.from([0])])],
    ['a byte too few', Buffer.from(signWith(key)('x')).subarray(1)],
  ])('%s is refused', async (_attack, signature) => {
    await expect(verdict(compact({ alg: 'ES256', kid: key.kid }, honest, () => signature))).resolves.toBe('signature');
  });

  test('a genuine signature with bytes behind it, or in DER, is refused', async () => {
    const trailing = compact({ alg: 'ES256', kid: key.kid }, honest, (input) =>
      Buffer.concat([signWith(key)(input), Buffer.from([0])]),
    );
    const der = compact({ alg: 'ES256', kid: key.kid }, honest, (input) => derOf(signWith(key)(input)));
    await expect(verdict(trailing)).resolves.toBe('signature');
    await expect(verdict(der)).resolves.toBe('signature');
  });
});

/** ECDSA-Sig-Value (RFC 3279, 2.2.3) of a raw signature of 64 bytes. */
const derOf = (raw: Uint8Array): Buffer => {
  const integer = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from([2, 33, 0]), bytes]);
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
};
