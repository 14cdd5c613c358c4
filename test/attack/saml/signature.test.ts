import { createSecretKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ALLOWED } from '../../../lib/identity/saml/algorithms.ts';
import { verifiedIn } from '../../../lib/identity/saml/signature.ts';
import { readMessage } from '../../../lib/identity/saml/structure.ts';
import { sha1InTestsOnly } from '../../../lib/identity/saml/verify-response.ts';
import { certifiedKey } from '../../support/certificate.ts';
import { ENVELOPED, EXC_C14N, assertionXml, responseXml, signXml } from '../../support/saml-generator.ts';
import { ACCEPTED, attacker, evil, expectation, key, pieceOf, replaced, signed, verdict } from './believing.ts';
import { DSIG, MADE, MORE, edits, genuine } from './signatures.ts';

describe('a signature that is not made in the one way that we verify', () => {
  test.each(MADE)('%s', (_name, how) => {
    expect(verdict(signed('Assertion', {}, how))).toBe('signature_shape');
    expect(verdict(signed('Response', {}, how))).toBe('signature_shape');
  });

  test('control: SHA-1 passes by the switch of the tests, so that the refusal is for that', () => {
    const sha1 = signed('Assertion', {}, { method: `${DSIG}rsa-sha1`, digest: `${DSIG}sha1` });
    expect(verdict(sha1, { allowSha1ForTests: sha1InTestsOnly })).toBe(ACCEPTED);
  });

  test.each([
    ['one transform', { transforms: [EXC_C14N] }],
    ['CVE-2021-39171: dozens of transforms', { transforms: [ENVELOPED, ...Array<string>(40).fill(EXC_C14N)] }],
  ])('%s', (_name, how) => {
    expect(verdict(signed('Assertion', {}, how))).toBe('structure');
  });

  test.each(['hmac-sha256', 'hmac-sha384', 'hmac-sha512', 'hmac-sha1'])(
    'HMAC confusion: %s by the public certificate',
    (hmac) => {
      const method = hmac === 'hmac-sha1' ? `${DSIG}${hmac}` : `${MORE}${hmac}`;
      for (const secret of [key.certificate, Buffer.from(key.certificate, 'base64')]) {
        const privateKey = createSecretKey(typeof secret === 'string' ? Buffer.from(secret) : secret);
        const forged = signXml(responseXml(), 'Assertion', { ...key, privateKey }, { method });
        expect(verdict(forged)).toBe('signature_shape');
      }
    },
  );
});

describe('an edited signature', () => {
  test('control: accepted before', () => {
    expect(verdict(genuine)).toBe(ACCEPTED);
    expect(verdict(replaced(genuine, '<ds:X509Data>', '<ds:X509Data Id="_x">'))).toBe(ACCEPTED);
  });

  test.each(Object.entries(edits))('%s', (_name, [piece, by, fault]) => {
    expect(verdict(replaced(genuine, piece, by))).toBe(fault);
  });
});

test('an element without an id cannot be referred to, by whatever name', () => {
  const nameless = replaced(replaced(genuine, ' ID="_a"', ''), ' URI="#_a"', ' URI="#undefined"');
  expect(verdict(nameless)).toBe('signature_shape');
});

test('what is not signed is not verified', () => {
  const trust = { keys: [], allowed: ALLOWED };
  const verify = () => verifiedIn(readMessage(assertionXml(), 'saml:Assertion'), 'saml:Assertion', trust);
  expect(verify).toThrow(expect.objectContaining({ fault: 'unsigned' }));
});

describe('golden SAML, void canonicalisation: a genuine signature over the digest of nothing', () => {
  const golden = signed('Assertion', {}, { signsNothing: true });
  const assertion = pieceOf(golden, 'saml:Assertion');

  test('the digest is the one of the attack, and the signature is the provider’s', () => {
    expect(golden).toContain('<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ds:DigestValue>');
  });

  test.each([
    ['as it is', golden, 'signature'],
    ['for whatever is put in its place', replaced(golden, assertion, evil(assertion)), 'signature_shape'],
    [
      'with a relative namespace around it',
      replaced(golden, '<samlp:Response ', '<samlp:Response xmlns:ns="1" '),
      'forbidden_construct',
    ],
  ])('vouches for nothing %s', (_how, xml, fault) => {
    expect(verdict(xml)).toBe(fault);
  });
});

describe('whose key', () => {
  test("CVE-2024-32962: the attacker's key, with the attacker's certificate in KeyInfo", () => {
    expect(verdict(signXml(responseXml(), 'Assertion', attacker))).toBe('signature');
    expect(verdict(signXml(responseXml(), 'Response', attacker))).toBe('signature');
  });

  test("the attacker's key, with the provider's certificate in KeyInfo", () => {
    const lying = { ...attacker, certificate: key.certificate };
    expect(verdict(signXml(responseXml(), 'Assertion', lying))).toBe('signature');
  });

  test('a good response by the attacker around a genuine assertion, and the other way round', () => {
    expect(verdict(signXml(genuine, 'Response', attacker))).toBe('signature');
    expect(verdict(signXml(signXml(responseXml(), 'Assertion', attacker), 'Response', key))).toBe('signature');
  });

  test('KeyInfo may be absent or name a key: it is not looked at', () => {
    expect(verdict(signed('Assertion', {}, { keyInfo: '<ds:KeyName>any</ds:KeyName>' }))).toBe(ACCEPTED);
    expect(verdict(signed('Assertion', {}, { keyInfo: '' }))).toBe(ACCEPTED);
  });

  test('a pinned certificate without a good key is a fault of the configuration', () => {
    const idp = { ...expectation.idp, certificates: [certifiedKey('rsa-1024').certificate] };
    expect(() => verdict(genuine, { idp })).toThrow(TypeError);
    expect(() => verdict(genuine, { idp: { ...idp, certificates: [] } })).toThrow(TypeError);
  });
});
