import { assertionXml, responseXml, signXml } from '../../support/saml-generator.ts';
import { attacker, evil, pieceOf, replaced, signed, without } from './believing.ts';

const DS = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';

/** A genuine document with its parts, as an attacker finds them. */
export const ofAssertion = () => {
  const xml = signed('Assertion');
  const assertion = pieceOf(xml, 'saml:Assertion');
  const signature = pieceOf(assertion, 'ds:Signature');
  return {
    xml,
    assertion,
    signature,
    bare: without(assertion, signature),
    forged: evil(without(assertion, signature)),
  };
};

export const ofResponse = () => {
  const xml = signed('Response');
  const signature = pieceOf(xml, 'ds:Signature');
  const bare = without(xml, signature);
  return { xml, signature, bare, forged: evil(bare) };
};

const within = (element: string, more: string): string => element.replace(/<\/[\w:]+>$/, (end) => more + end);
const afterIssuer = (xml: string, more: string): string => xml.replace('</saml:Issuer>', () => `</saml:Issuer>${more}`);
const atEnd = (xml: string, more: string): string => xml.replace('</samlp:Response>', () => `${more}</samlp:Response>`);
const inPlace = (by: (parts: ReturnType<typeof ofAssertion>) => string): string => {
  const parts = ofAssertion();
  return replaced(parts.xml, parts.assertion, by(parts));
};

const SIGNED_ERROR = {
  status: '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></samlp:Status>',
  assertion: '',
};

/** Every way to move the signed element away from the one that is read, of documents that are genuine otherwise. */
export const wrapped: Readonly<Record<string, readonly [() => string, string]>> = {
  'XSW1: the genuine response within its own signature, a forged one around it': [
    () => {
      const { signature, bare, forged } = ofResponse();
      return afterIssuer(forged, within(signature, bare));
    },
    'structure',
  ],
  'XSW2: the genuine response before its signature, a forged one around both': [
    () => {
      const { signature, bare, forged } = ofResponse();
      return afterIssuer(forged, bare + signature);
    },
    'structure',
  ],
  'XSW3: a forged assertion before the genuine one': [
    () => inPlace(({ forged, assertion }) => forged + assertion),
    'structure',
  ],
  'XSW4: the genuine assertion within a forged one': [
    () => inPlace(({ forged, assertion }) => within(forged, assertion)),
    'structure',
  ],
  'XSW5: the genuine assertion, bare, after a forged one that kept the signature': [
    () => inPlace(({ assertion, bare }) => evil(assertion) + bare),
    'structure',
  ],
  'XSW6: the genuine assertion within the signature that a forged one kept': [
    () => inPlace(({ assertion, bare, signature }) => replaced(evil(assertion), signature, within(signature, bare))),
    'structure',
  ],
  'XSW7: a forged assertion of the same id within Extensions': [
    () =>
      inPlace(
        ({ assertion, forged }) => `<samlp:Extensions>${forged.replace('_evil', '_a')}</samlp:Extensions>${assertion}`,
      ),
    'structure',
  ],
  'XSW8: the genuine assertion in an Object of the signature that a forged one kept': [
    () =>
      inPlace(({ assertion, bare, signature }) =>
        replaced(
          evil(assertion).replace('_evil', '_a'),
          signature,
          within(signature, `<ds:Object>${bare}</ds:Object>`),
        ),
      ),
    'structure',
  ],
  'XSW9, CVE-2019-3465, CVE-2025-29774: a second SignedInfo': [
    () =>
      inPlace(({ assertion, signature }) => {
        const info = pieceOf(signature, 'ds:SignedInfo');
        return replaced(evil(assertion), info, info + info.replace(/<ds:DigestValue>.*?</, '<ds:DigestValue>AAAA<'));
      }),
    'structure',
  ],
  'CVE-2022-41912, CVE-2025-47949: a forged assertion after the genuine one': [
    () => inPlace(({ assertion, forged }) => assertion + forged),
    'structure',
  ],
  'a forged assertion beside a genuine one in a signed response': [
    () => atEnd(ofResponse().xml, evil(assertionXml())),
    'structure',
  ],
  'a forged assertion in place of the genuine one, which is in Advice': [
    () => inPlace(({ forged, assertion }) => within(forged, `<saml:Advice>${assertion}</saml:Advice>`)),
    'structure',
  ],
  'a forged assertion in Advice': [
    () => inPlace(({ assertion, forged }) => within(assertion, `<saml:Advice>${forged}</saml:Advice>`)),
    'structure',
  ],
  'CVE-2024-45409: the genuine assertion in StatusDetail': [
    () => {
      const { xml, assertion, forged } = ofAssertion();
      const moved = replaced(xml, assertion, forged);
      return moved.replace(
        '</samlp:Status>',
        () => `<samlp:StatusDetail>${assertion}</samlp:StatusDetail></samlp:Status>`,
      );
    },
    'structure',
  ],
  'a forged assertion in StatusDetail, beside the genuine one': [
    () => {
      const { xml, forged } = ofAssertion();
      return xml.replace('</samlp:Status>', () => `<samlp:StatusDetail>${forged}</samlp:StatusDetail></samlp:Status>`);
    },
    'structure',
  ],
  'a forged assertion in an element of no namespace': [
    () => inPlace(({ forged, assertion }) => `<foo>${forged}</foo>${assertion}`),
    'forbidden_construct',
  ],
  'the genuine assertion in an element of no namespace': [
    () => inPlace(({ forged, assertion }) => `${forged}<foo>${assertion}</foo>`),
    'forbidden_construct',
  ],
  'an element of the name Assertion in another namespace': [
    () => inPlace(({ assertion, forged }) => `<samlp:Assertion>${forged}</samlp:Assertion>${assertion}`),
    'structure',
  ],
  'an EncryptedAssertion beside the genuine one': [
    () => inPlace(({ assertion }) => `${assertion}<saml:EncryptedAssertion/>`),
    'structure',
  ],
  'own Object: a forged assertion within the genuine signature of an error': [
    () => {
      const xml = signed('Response', SIGNED_ERROR);
      const signature = pieceOf(xml, 'ds:Signature');
      return replaced(xml, signature, within(signature, `<ds:Object>${evil(assertionXml())}</ds:Object>`));
    },
    'structure',
  ],
  'decoy: a second signature that repeats the genuine value, with a forged assertion in its Object': [
    () => {
      const xml = signed('Response', SIGNED_ERROR);
      const signature = pieceOf(xml, 'ds:Signature');
      return atEnd(xml, within(signature, `<ds:Object>${evil(assertionXml())}</ds:Object>`));
    },
    'structure',
  ],
  'decoy: the signature of the response again, in an assertion': [
    () => {
      const { xml, signature } = ofResponse();
      return replaced(xml, assertionXml(), afterIssuer(evil(assertionXml()), signature));
    },
    'signature',
  ],
  'the signature of the assertion at the response': [
    () => {
      const { xml, assertion, bare, signature } = ofAssertion();
      return afterIssuer(replaced(xml, assertion, bare), signature);
    },
    'signature_shape',
  ],
  'the signature at the end of the assertion': [
    () => inPlace(({ bare, signature }) => within(bare, signature)),
    'structure',
  ],
  'two signatures in one assertion': [
    () => inPlace(({ assertion, signature }) => afterIssuer(assertion, signature)),
    'structure',
  ],
  'a signature within a signature': [
    () => inPlace(({ assertion, signature }) => replaced(assertion, signature, within(signature, signature))),
    'structure',
  ],
  'CVE-2025-25292: the genuine signature in StatusDetail, a look-alike in the forged assertion': [
    () => {
      const { xml, assertion, signature } = ofAssertion();
      const forged = signXml(responseXml({ assertion: evil(assertionXml()) }), 'Assertion', attacker);
      return replaced(xml, assertion, pieceOf(forged, 'saml:Assertion')).replace(
        '</samlp:Status>',
        () => `<samlp:StatusDetail>${signature}</samlp:StatusDetail></samlp:Status>`,
      );
    },
    'structure',
  ],
  'two roots': [() => ofAssertion().xml + evil(responseXml()), 'malformed'],
  'two roots, the genuine last': [() => evil(responseXml()) + ofAssertion().xml, 'malformed'],
  'a forged assertion with the id of the response': [
    () => replaced(ofResponse().xml, assertionXml(), assertionXml({ assertionId: '_r' })),
    'duplicate_id',
  ],
  'attribute pollution: ID and samlp:ID': [
    () => inPlace(({ assertion }) => assertion.replace(' ID="_a"', ' ID="_a" samlp:ID="_evil"')),
    'structure',
  ],
  'attribute pollution: ID and Id': [
    () => inPlace(({ assertion }) => assertion.replace(' ID="_a"', ' ID="_a" Id="_evil"')),
    'structure',
  ],
  'attribute pollution: Id at an element of SAML': [
    () => inPlace(({ assertion }) => assertion.replace('<saml:Subject>', '<saml:Subject Id="_a">')),
    'structure',
  ],
  'attribute pollution: xml:id': [
    () => inPlace(({ assertion }) => assertion.replace('<saml:Subject>', '<saml:Subject xml:id="_a">')),
    'structure',
  ],
  'attribute pollution: AssertionID': [
    () => inPlace(({ assertion }) => assertion.replace('<saml:Subject>', '<saml:Subject AssertionID="_a">')),
    'structure',
  ],
  'attribute pollution: ID twice': [
    () => inPlace(({ assertion }) => assertion.replace(' ID="_a"', ' ID="_a" ID="_evil"')),
    'malformed',
  ],
  'namespace confusion: a prefix that means another thing within': [
    () =>
      inPlace(({ assertion }) =>
        assertion.replace('<ds:SignedInfo>', '<ds:SignedInfo xmlns:saml="urn:oasis:names:tc:SAML:2.0:protocol">'),
      ),
    'forbidden_construct',
  ],
  'namespace confusion: a Signature in the namespace of SAML': [
    () =>
      inPlace(({ assertion }) =>
        assertion
          .replaceAll('ds:Signature>', 'saml:Signature>')
          .replace(`<ds:Signature ${DS}`, `<saml:Signature ${DS}`),
      ),
    'structure',
  ],
};
