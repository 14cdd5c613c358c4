import { createHash, createSecretKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ALLOWED } from '../../../lib/identity/saml/algorithms.ts';
import { verifiedIn } from '../../../lib/identity/saml/signature.ts';
import { readMessage } from '../../../lib/identity/saml/structure.ts';
import { sha1InTestsOnly } from '../../../lib/identity/saml/verify-response.ts';
import { certifiedKey } from '../../support/certificate.ts';
import { ENVELOPED, EXC_C14N, type Signing, assertionXml, responseXml, signXml } from '../../support/saml-generator.ts';
import { ACCEPTED, attacker, expectation, key, pieceOf, replaced, signed, verdict } from './believing.ts';

const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';

const genuine = signed('Assertion');
const digest = pieceOf(genuine, 'ds:DigestValue');
const value = pieceOf(genuine, 'ds:SignatureValue');

/** What the provider itself signed, in a way that is not ours. */
const MADE: readonly (readonly [string, Signing])[] = [
  ['RSA-SHA1', { method: `${DSIG}rsa-sha1` }],
  ['a SHA-1 digest', { digest: `${DSIG}sha1` }],
  ['an MD5 digest', { digest: `${MORE}md5` }],
  ['comments kept in SignedInfo', { canonicalization: `${EXC_C14N}WithComments` }],
  ['comments kept in what is signed', { transforms: [ENVELOPED, `${EXC_C14N}WithComments`] }],
  ['inclusive canonicalisation of SignedInfo', { canonicalization: C14N }],
  ['inclusive canonicalisation', { transforms: [ENVELOPED, C14N] }],
  ['canonicalisation twice', { transforms: [EXC_C14N, EXC_C14N] }],
  ['transforms the other way round', { transforms: [EXC_C14N, ENVELOPED] }],
];

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

  test.each(['hmac-sha256', 'hmac-sha1'])('HMAC confusion: %s by the public certificate', (hmac) => {
    const method = hmac === 'hmac-sha1' ? `${DSIG}${hmac}` : `${MORE}${hmac}`;
    for (const secret of [key.certificate, Buffer.from(key.certificate, 'base64')]) {
      const privateKey = createSecretKey(typeof secret === 'string' ? Buffer.from(secret) : secret);
      const forged = signXml(responseXml(), 'Assertion', { ...key, privateKey }, { method });
      expect(verdict(forged)).toBe('signature_shape');
    }
  });
});

const edits: Readonly<Record<string, readonly [string, string, string]>> = {
  'two DigestValues': [digest, `<ds:DigestValue>AAAA</ds:DigestValue>${digest}`, 'structure'],
  'CVE-2025-29775: a comment in DigestValue': [digest, digest.replace('>', '><!--AAAA-->'), 'forbidden_construct'],
  'an element in DigestValue': [digest, digest.replace('>', '><ds:X/>'), 'structure'],
  'an empty DigestValue': [digest, '<ds:DigestValue></ds:DigestValue>', 'signature_shape'],
  'two references': [pieceOf(genuine, 'ds:Reference'), pieceOf(genuine, 'ds:Reference').repeat(2), 'structure'],
  'a reference to everything': [' URI="#_a"', ' URI=""', 'signature_shape'],
  'a reference without a URI': [' URI="#_a"', '', 'signature_shape'],
  'a reference by XPointer': [' URI="#_a"', ' URI="#xpointer(id(\'_a\'))"', 'signature_shape'],
  'a reference elsewhere': [' URI="#_a"', ' URI="https://evil.example.com/#_a"', 'signature_shape'],
  'a reference to another element': [' URI="#_a"', ' URI="#_r"', 'signature_shape'],
  'an id that a query could be built with': [' ID="_a"', ` ID="_a' or '1'='1"`, 'structure'],
  'an empty id': [' ID="_a"', ' ID=""', 'structure'],
  'no id': [' ID="_a"', '', 'signature_shape'],
  'an empty SignatureValue': [value, '<ds:SignatureValue/>', 'signature_shape'],
  'a SignatureValue that is no base64': [value, value.replace('>', '>*'), 'signature_shape'],
  'a SignatureValue of another': [
    value,
    pieceOf(signed('Assertion', { nameId: '<saml:NameID>x</saml:NameID>' }), 'ds:SignatureValue'),
    'signature',
  ],
  'a tampered name': ['engineer@example.com', 'security@example.com', 'signature'],
  'a tampered digest': [
    digest,
    `<ds:DigestValue>${createHash('sha256').update('x').digest('base64')}</ds:DigestValue>`,
    'signature',
  ],
  'golden SAML, void canonicalisation: the digest of nothing, and a relative namespace': [
    digest,
    '<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ds:DigestValue>',
    'signature',
  ],
  'another namespace on the way to the signed element': [
    '<samlp:Response ',
    '<samlp:Response xmlns:ns="1" ',
    'forbidden_construct',
  ],
  'another method, also allowed': ['xmldsig-more#rsa-sha256', 'xmldsig-more#rsa-sha512', 'signature'],
  'an ECDSA method with an RSA key': ['xmldsig-more#rsa-sha256', 'xmldsig-more#ecdsa-sha256', 'signature'],
  'a method named as a member of every object': [`${MORE}rsa-sha256`, '__proto__', 'signature_shape'],
  'a prefix list that goes on': [
    `<ds:CanonicalizationMethod Algorithm="${EXC_C14N}"/>`,
    `<ds:CanonicalizationMethod Algorithm="${EXC_C14N}"><ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="${'a '.repeat(99)}b"/></ds:CanonicalizationMethod>`,
    'signature_shape',
  ],
  'prefixes for the transform that has none': [
    `<ds:Transform Algorithm="${ENVELOPED}"/>`,
    `<ds:Transform Algorithm="${ENVELOPED}"><ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="xs"/></ds:Transform>`,
    'signature_shape',
  ],
  'no algorithm': [` Algorithm="${MORE}rsa-sha256"`, '', 'signature_shape'],
  'an ID as SAML has it, where XML Signature has an Id': ['<ds:X509Data>', '<ds:X509Data ID="_x">', 'structure'],
  'the id of the assertion once more, in KeyInfo': ['<ds:X509Data>', '<ds:X509Data Id="_a">', 'duplicate_id'],
  'two ids on one element': [' ID="_r"', ' ID="_r" Id="_s"', 'structure'],
  'no SignedInfo': [pieceOf(genuine, 'ds:SignedInfo'), '', 'structure'],
};

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
