import { createHash, createPublicKey, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { XMLSerializer } from '@xmldom/xmldom';
import * as fc from 'fast-check';
import { SignedXml } from 'xml-crypto';
import { canonicalXml } from '../../../lib/identity/saml/canonical.ts';
import { childNamed } from '../../../lib/identity/saml/element.ts';
import { scannedXml } from '../../../lib/identity/saml/message-bytes.ts';
import { type XmlElement, readXml } from '../../../lib/identity/saml/read-xml.ts';
import {
  ENVELOPED,
  EXC_C14N,
  type Part,
  RSA_SHA256,
  SHA256,
  encode,
  responseXml,
} from '../../support/saml-generator.ts';
import { key, outcomeOf, pieceOf, signed } from './believing.ts';

// We canonicalize by xml-crypto and verify by ourselves. Its own verification is the second opinion.

const ACCEPTED = /^accepted /;

const read = (xml: string): XmlElement => readXml(scannedXml(Buffer.from(xml)));

const holderIn = (root: XmlElement): XmlElement => (childNamed(root, 'ds:Signature') ? root : assertionIn(root));
const assertionIn = (root: XmlElement): XmlElement => childNamed(root, 'saml:Assertion')!;
const signatureIn = (root: XmlElement): XmlElement => childNamed(holderIn(root), 'ds:Signature')!;

/** What the library's own verification says that a signature covers; undefined where it refuses. */
const librarySays = (xml: string): string | undefined => {
  const signature = new SignedXml({ publicCert: createPublicKey(key.privateKey) });
  try {
    signature.loadSignature(signatureIn(read(xml)).node);
    return signature.checkSignature(xml) ? signature.getSignedReferences()[0] : undefined;
  } catch {
    return undefined;
  }
};

interface Prefixes {
  readonly ofInfo: readonly string[];
  readonly ofElement: readonly string[];
}

const c14n = (name: string, prefixes: readonly string[]): string =>
  `<ds:${name} Algorithm="${EXC_C14N}"><ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="${prefixes.join(' ')}"/></ds:${name}>`;

/** Signed by what we take for the canonical form, with prefixes that count as inclusive. */
const signedByOurs = (xml: string, part: Part, { ofInfo, ofElement }: Prefixes): string => {
  const signature = (digest: string, value: string): string =>
    `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>${c14n('CanonicalizationMethod', ofInfo)}<ds:SignatureMethod Algorithm="${RSA_SHA256}"/><ds:Reference URI="#${part === 'Response' ? '_r' : '_a'}"><ds:Transforms><ds:Transform Algorithm="${ENVELOPED}"/>${c14n('Transform', ofElement)}</ds:Transforms><ds:DigestMethod Algorithm="${SHA256}"/><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
  const withIssuer = part === 'Response' ? '' : '<saml:Assertion';
  const at = xml.indexOf('</saml:Issuer>', xml.indexOf(withIssuer)) + '</saml:Issuer>'.length;
  const put = (digest: string, value: string): string => xml.slice(0, at) + signature(digest, value) + xml.slice(at);
  const unsigned = read(put('', ''));
  const digest = createHash('sha256')
    .update(canonicalXml(holderIn(unsigned).node, ofElement, signatureIn(unsigned).node))
    .digest('base64');
  const info = childNamed(signatureIn(read(put(digest, ''))), 'ds:SignedInfo')!;
  const value = sign('sha256', Buffer.from(canonicalXml(info.node, ofInfo)), key.privateKey).toString('base64');
  return put(digest, value);
};

/** What canonicalization treats in a way of its own. */
const ODD = ['a', 'é', '😀', '&amp;', '&lt;', '&gt;', '&quot;', "'", '&#xD;', '&#x9;', '&#10;', '\t', '\n', '  '];

const SCHEMA = 'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

const attributeXml = (text: string): string =>
  `<saml:AttributeStatement><saml:Attribute FriendlyName="${text}" Name="groups" NameFormat='x' ><saml:AttributeValue ${SCHEMA} xsi:type="xs:string">${text}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>`;

const prefixes = fc.subarray(['xs', 'xsi', 'saml', 'samlp', 'ds', 'nobody']);

describe('what a good signature covers is what the library’s own verification says', () => {
  test('for odd characters, inclusive prefixes, and namespaces from around', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...ODD), { maxLength: 8 }),
        fc.record({ ofInfo: prefixes, ofElement: prefixes }),
        fc.boolean(),
        fc.constantFrom<Part>('Response', 'Assertion'),
        (odd, of, isAround, part) => {
          const plain = responseXml({ attributeStatements: attributeXml(odd.join('')) });
          const xml = signedByOurs(
            isAround ? plain.replace(' ID="_r"', ` ${SCHEMA} xs="no namespace" ID="_r"`) : plain,
            part,
            of,
          );
          const root = read(xml);
          expect(canonicalXml(holderIn(root).node, of.ofElement, signatureIn(root).node)).toBe(librarySays(xml));
          expect(outcomeOf(encode(xml))).toMatch(ACCEPTED);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('canonicalization leaves the document as it was', () => {
    const root = readXml(signed('Assertion').replace(' ID="_r"', ` ${SCHEMA} ID="_r"`));
    const asText = (): string => new XMLSerializer().serializeToString(root.node);
    const before = asText();
    canonicalXml(assertionIn(root).node, ['xs', 'xsi'], signatureIn(root).node);
    expect(asText()).toBe(before);
  });
});

test('nothing that the library refuses is accepted: a changed character in what is signed, or in the signature', () => {
  const xml = signed('Assertion');
  const start = xml.indexOf(' ID="_a"');
  const keyInfo = pieceOf(xml, 'ds:KeyInfo');
  fc.assert(
    fc.property(
      fc.integer({ min: start, max: xml.indexOf('</saml:Assertion>') }),
      fc.constantFrom('A', 'b', '0', '=', ' '),
      (at, by) => {
        const changed = xml.slice(0, at) + by + xml.slice(at + 1);
        fc.pre(changed.includes(keyInfo));
        if (ACCEPTED.test(outcomeOf(encode(changed)))) expect(librarySays(changed)).toBe(librarySays(xml));
      },
    ),
    { numRuns: 200 },
  );
});
