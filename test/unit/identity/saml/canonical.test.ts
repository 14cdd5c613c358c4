import { expect, test } from '@jest/globals';
import { canonicalXml } from '../../../../lib/identity/saml/canonical.ts';
import { readXml } from '../../../../lib/identity/saml/read-xml.ts';

const SAML = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"';
const XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"';
const DS = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';

test('an element is written with the namespaces that it uses, and with those that the list names, where they are in scope', () => {
  const [outer] = readXml(
    `<saml:A ID="_a" ${DS} ${XS} ${SAML}><saml:B z="1" a='2'><saml:C/>t</saml:B></saml:A>`,
  ).children;
  const [inner] = outer!.children;
  const content = 'a="2" z="1"><saml:C></saml:C>t</saml:B>';
  for (let again = 0; again < 2; again += 1) {
    expect(canonicalXml(outer!.node, [])).toBe(`<saml:B ${SAML} ${content}`);
    expect(canonicalXml(outer!.node, ['xs'])).toBe(`<saml:B ${SAML} ${XS} ${content}`);
    expect(canonicalXml(outer!.node, ['xs', 'ds', 'xenc'])).toBe(`<saml:B ${DS} ${SAML} ${XS} ${content}`);
    // An attribute is no namespace, whatever the list says.
    expect(canonicalXml(outer!.node, ['ID'])).toBe(`<saml:B ${SAML} ${content}`);
    expect(canonicalXml(outer!.node, [], inner!.node)).toBe(`<saml:B ${SAML} a="2" z="1">t</saml:B>`);
  }
});
