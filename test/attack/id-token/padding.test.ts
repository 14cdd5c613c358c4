import { constants, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { compact, makeKey } from '../../support/oidc-server.ts';
import { honest, verdict } from './verifying.ts';

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants;
const key = makeKey('RS256');
const { alg, ...jwk } = key.jwk;

/** Of a key that is published for no algorithm in particular, so that the padding alone decides. */
const signed = (header: 'RS256' | 'PS256', hash: string, padding: number, saltLength?: number) => {
  expect(alg).toBe('RS256');
  const options = { key: key.privateKey, padding, ...(saltLength !== undefined && { saltLength }) };
  const token = compact({ alg: header, kid: key.kid }, honest, (input) => sign(hash, Buffer.from(input), options));
  return verdict(token, { keys: [jwk] });
};

describe('B9: RSA paddings', () => {
  test('each algorithm takes its own', async () => {
    await expect(signed('RS256', 'sha256', RSA_PKCS1_PADDING)).resolves.toBe('accepted');
    await expect(signed('PS256', 'sha256', RSA_PKCS1_PSS_PADDING, 32)).resolves.toBe('accepted');
  });

  test.each([
    ['PKCS #1 v1.5 under PS256', 'PS256', 'sha256', RSA_PKCS1_PADDING, undefined],
    ['PSS under RS256', 'RS256', 'sha256', RSA_PKCS1_PSS_PADDING, 32],
    ['PSS without salt', 'PS256', 'sha256', RSA_PKCS1_PSS_PADDING, 0],
    ['PSS with a longer salt than the hash', 'PS256', 'sha256', RSA_PKCS1_PSS_PADDING, 64],
    ['SHA-1 under RS256', 'RS256', 'sha1', RSA_PKCS1_PADDING, undefined],
    ['SHA-512 under RS256', 'RS256', 'sha512', RSA_PKCS1_PADDING, undefined],
  ] as const)('%s is refused', async (_attack, header, hash, padding, saltLength) => {
    await expect(signed(header, hash, padding, saltLength)).resolves.toBe('signature');
  });
});
