import { createHash } from 'node:crypto';
import { ENVELOPED, EXC_C14N, type Signing } from '../../support/saml-generator.ts';
import { pieceOf, signed } from './believing.ts';

export const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
export const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';

export const genuine = signed('Assertion');
const digest = pieceOf(genuine, 'ds:DigestValue');
const value = pieceOf(genuine, 'ds:SignatureValue');

/** What the provider itself signed, in a way that is not ours. */
export const MADE: readonly (readonly [string, Signing])[] = [
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

/** A piece of a genuine document, what stands in its place, and why it is refused. */
export const edits: Readonly<Record<string, readonly [string, string, string]>> = {
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
