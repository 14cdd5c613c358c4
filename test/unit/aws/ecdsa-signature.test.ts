import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { joinedSignature } from '../../../lib/aws/ecdsa-signature.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('an ECDSA signature in DER', () => {
  test('becomes the two numbers of JWS, whatever their lengths', () => {
    for (let i = 0; i < 500; i += 1) {
      const message = Buffer.from(String(i));
      const joined = joinedSignature(sign('sha256', message, privateKey));
      expect(joined).toHaveLength(64);
      expect(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, joined)).toBe(true);
    }
  });

  test('is padded where a number is short, and loses the zero that kept it positive', () => {
    const joined = joinedSignature(Buffer.from(`3026020101022100${'ff'.repeat(32)}`, 'hex'));
    expect(joined.toString('hex')).toBe(`${'01'.padStart(64, '0')}${'ff'.repeat(32)}`);
  });

  test.each([
    ['nothing', ''],
    ['no sequence', '3106020101020101'],
    ['another length', '3007020101020101'],
    ['one number', '3003020101'],
    ['a third number', '3009020101020101020101'],
    ['a number of no bytes', '30050200020101'],
    ['no integer', '3006040101020101'],
    ['a number that ends beyond', '3006020101020501'],
    ['a number of 33 bytes', `3026020101022101${'ff'.repeat(32)}`],
  ])('%s is none', (_what, hex) => {
    expect(() => joinedSignature(Buffer.from(hex, 'hex'))).toThrow(TypeError);
  });
});
