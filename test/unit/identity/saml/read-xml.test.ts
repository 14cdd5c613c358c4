import { expect, test } from '@jest/globals';
import { readXml } from '../../../../lib/identity/saml/read-xml.ts';
import { codeOf } from '../memory.ts';

const SAML = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"';

const outcome = (xml: string): Promise<string> => codeOf(Promise.resolve().then(() => readXml(xml)));

test('what the scan of the bytes would have refused is refused by the reader too', async () => {
  await expect(outcome(`<saml:Issuer ${SAML}>x</saml:Issuer>`)).resolves.toBe('accepted');
  for (const odd of ['<!-- -->', '<![CDATA[x]]>', '<?x y?>'])
    await expect(outcome(`<saml:Issuer ${SAML}>${odd}</saml:Issuer>`)).resolves.toBe('forbidden_construct');
  await expect(outcome(`<Issuer/>`)).resolves.toBe('forbidden_construct');
  for (const text of ['', '<!-- -->', `<saml:Issuer ${SAML}/><!-- -->`])
    await expect(outcome(text)).resolves.toBe('malformed');
  await expect(outcome(`\n <saml:Issuer ${SAML}>x</saml:Issuer>\r\n `)).resolves.toBe('accepted');
  const nested = (depth: number) => `${`<saml:Issuer ${SAML}>`.repeat(depth)}${'</saml:Issuer>'.repeat(depth)}`;
  await expect(outcome(nested(16))).resolves.toBe('accepted');
  await expect(outcome(nested(17))).resolves.toBe('structure');
});
