import { expect, test } from '@jest/globals';
import { checkIds } from '../../../../lib/identity/saml/ids.ts';
import { readXml } from '../../../../lib/identity/saml/read-xml.ts';
import { codeOf } from '../memory.ts';

const SAML = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"';

const verdict = (attributes: string, children = '', name = 'saml:Assertion'): Promise<string> =>
  codeOf(
    Promise.resolve().then(() => {
      checkIds(
        readXml(`<${name} ${SAML} xmlns:ds="http://www.w3.org/2000/09/xmldsig#"${attributes}>${children}</${name}>`),
      );
    }),
  );

test.each([
  ['no id', ''],
  ['a letter', ' ID="a"'],
  ['an underscore, then everything that a name may hold', ' ID="_aZ09.-_"'],
  ['256 characters', ` ID="${'a'.repeat(256)}"`],
])('%s is good', async (_name, attributes) => {
  await expect(verdict(attributes)).resolves.toBe('accepted');
});

test.each([
  ['an empty id', ' ID=""'],
  ['a digit first', ' ID="1a"'],
  ['a dash first', ' ID="-a"'],
  ['a quotation mark within, for a query to end at', ` ID="a'or'1"`],
  ['a letter beyond ASCII', ' ID="aé"'],
  ['a blank at the end', ' ID="a "'],
  ['257 characters', ` ID="${'a'.repeat(257)}"`],
  ['two ids on an element', ' ID="_a" AssertionID="_b"'],
  ['an id by the name of SAML 1.1', ' AssertionID="_a"'],
  ['an id by the name of XML Signature', ' Id="_a"'],
  ['an id in small letters', ' id="_a"'],
])('%s is refused', async (_name, attributes) => {
  await expect(verdict(attributes)).resolves.toBe('structure');
});

test('SAML says ID, of its messages as of its assertions; a signature says Id', async () => {
  await expect(verdict(' ID="_a"', '', 'samlp:Response')).resolves.toBe('accepted');
  await expect(verdict(' Id="_a"', '', 'samlp:Response')).resolves.toBe('structure');
  await expect(verdict(' Id="_a"', '', 'ds:Signature')).resolves.toBe('accepted');
  await expect(verdict(' ID="_a"', '', 'ds:Signature')).resolves.toBe('structure');
});

test('the same id twice is refused, at whatever depth and by whatever name', async () => {
  const within = (inner: string): string => `<saml:Subject><ds:Signature ${inner}/></saml:Subject>`;
  await expect(verdict(' ID="_a"', within('Id="_b"'))).resolves.toBe('accepted');
  await expect(verdict(' ID="_a"', within('Id="_a"'))).resolves.toBe('duplicate_id');
  await expect(verdict('', `${within('Id="_a"')}<ds:Signature Id="_a"/>`)).resolves.toBe('duplicate_id');
});
