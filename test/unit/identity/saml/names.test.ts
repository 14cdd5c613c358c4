import { describe, expect, test } from '@jest/globals';
import { readXml } from '../../../../lib/identity/saml/read-xml.ts';
import { codeOf } from '../memory.ts';

/** As the specifications write them, each with the prefix by which we call it. */
const NAMESPACES: readonly (readonly [string, string])[] = [
  ['saml', 'urn:oasis:names:tc:SAML:2.0:assertion'],
  ['samlp', 'urn:oasis:names:tc:SAML:2.0:protocol'],
  ['ds', 'http://www.w3.org/2000/09/xmldsig#'],
  ['ec', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
  ['xenc', 'http://www.w3.org/2001/04/xmlenc#'],
  ['xenc11', 'http://www.w3.org/2009/xmlenc11#'],
  ['xs', 'http://www.w3.org/2001/XMLSchema'],
  ['xsi', 'http://www.w3.org/2001/XMLSchema-instance'],
  ['x500', 'urn:oasis:names:tc:SAML:2.0:profiles:attribute:X500'],
];

const outcome = (xml: string): Promise<string> => codeOf(Promise.resolve().then(() => readXml(xml)));

const value = (attribute: string): string =>
  `<saml:AttributeValue ${NAMESPACES.map(([prefix, name]) => `xmlns:${prefix}="${name}"`).join(' ')} ${attribute}>x</saml:AttributeValue>`;

describe('a namespace', () => {
  test.each(NAMESPACES)('is %s to us, whatever prefix a document uses for %s', (short, name) => {
    expect(readXml(`<p:Thing xmlns:p="${name}"/>`).name).toBe(`${short}:Thing`);
    expect(readXml(`<Thing xmlns="${name}"/>`).name).toBe(`${short}:Thing`);
  });

  test.each(NAMESPACES)('of %s is unknown with a character more or less', async (_short, name) => {
    for (const other of [`${name}#`, name.slice(0, -1), name.toUpperCase()])
      await expect(outcome(`<p:Thing xmlns:p="${other}"/>`)).resolves.toBe('forbidden_construct');
  });
});

test('the default namespace may change on the way down, another prefix may not', async () => {
  const [saml, samlp] = [NAMESPACES[0]?.[1], NAMESPACES[1]?.[1]];
  await expect(outcome(`<A xmlns="${samlp}"><B xmlns="${saml}"/></A>`)).resolves.toBe('accepted');
  await expect(outcome(`<p:A xmlns:p="${samlp}"><p:B xmlns:p="${samlp}"/></p:A>`)).resolves.toBe('accepted');
  await expect(outcome(`<p:A xmlns:p="${samlp}"><p:B xmlns:p="${saml}"/></p:A>`)).resolves.toBe('forbidden_construct');
});

describe('an attribute with a prefix', () => {
  test.each([
    ['xsi:type', 'xsi:type="xs:string"'],
    ['xsi:nil', 'xsi:nil="true"'],
    ['xml:lang', 'xml:lang="en"'],
    ['x500:Encoding', 'x500:Encoding="LDAP"'],
  ])('is read when providers write it: %s', (name, attribute) => {
    expect([...readXml(value(attribute)).attributes.keys()]).toEqual([name]);
  });

  test.each(['saml:ID="_a"', 'samlp:ID="_a"', 'xml:id="_a"', 'xsi:schemaLocation="a b"', 'ds:Id="_a"', 'xml:base="x"'])(
    'is refused where lookups by local name would find it: %s',
    async (attribute) => {
      await expect(outcome(value(attribute))).resolves.toBe('structure');
    },
  );
});
