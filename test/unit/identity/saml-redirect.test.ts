import { createPublicKey, verify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { redirectTo } from '../../../lib/identity/saml-redirect.ts';
import { certifiedKey } from '../../support/certificate.ts';

const XML = '<samlp:AuthnRequest ID="_1"/>';
const ENDPOINT = 'https://idp.example.com/sso';

const key = certifiedKey();

/** A query as its parts stand there, not decoded. */
const rawQuery = (location: string): readonly (readonly [string, string])[] =>
  new URL(location).search
    .slice(1)
    .split('&')
    .map((pair) => [pair.replace(/=.*/, ''), pair.replace(/^[^=]*=/, '')] as const);

const inflated = (location: string): string =>
  inflateRawSync(Buffer.from(new URL(location).searchParams.get('SAMLRequest') ?? '', 'base64')).toString();

describe('a message by HTTP-Redirect (SAML 2.0 bindings, 3.4.4.1)', () => {
  test('is compressed, in base64, alone in the query where there is no key', () => {
    const location = redirectTo(ENDPOINT, XML, undefined);
    expect(location.startsWith(`${ENDPOINT}?SAMLRequest=`)).toBe(true);
    expect(inflated(location)).toBe(XML);
    expect(rawQuery(location)).toHaveLength(1);
  });

  test('leaves the query of the provider’s address as it is', () => {
    const location = redirectTo(`${ENDPOINT}?tenant=a%2Fb`, XML, undefined);
    expect(location.startsWith(`${ENDPOINT}?tenant=a%2Fb&SAMLRequest=`)).toBe(true);
    expect(inflated(location)).toBe(XML);
  });

  test('is signed over the octets that stand there: request, then algorithm', () => {
    const location = redirectTo(`${ENDPOINT}?tenant=a`, XML, key);
    const [, request, algorithm, signature, ...more] = rawQuery(location);
    expect([request?.[0], algorithm?.[0], signature?.[0], more]).toEqual(['SAMLRequest', 'SigAlg', 'Signature', []]);
    expect(decodeURIComponent(algorithm?.[1] ?? '')).toBe('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
    const octets = Buffer.from(`SAMLRequest=${request?.[1]}&SigAlg=${algorithm?.[1]}`);
    const bytes = Buffer.from(decodeURIComponent(signature?.[1] ?? ''), 'base64');
    expect(verify('sha256', octets, createPublicKey(key.privateKey), bytes)).toBe(true);
    expect(inflated(location)).toBe(XML);
  });
});
