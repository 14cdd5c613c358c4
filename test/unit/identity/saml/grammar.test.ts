import { describe, expect, test } from '@jest/globals';
import { checkGrammar } from '../../../../lib/identity/saml/grammar.ts';
import { readXml } from '../../../../lib/identity/saml/read-xml.ts';
import { codeOf } from '../memory.ts';

const DECLARATIONS = [
  ['saml', 'urn:oasis:names:tc:SAML:2.0:assertion'],
  ['samlp', 'urn:oasis:names:tc:SAML:2.0:protocol'],
  ['ds', 'http://www.w3.org/2000/09/xmldsig#'],
  ['ec', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
  ['xenc', 'http://www.w3.org/2001/04/xmlenc#'],
  ['xenc11', 'http://www.w3.org/2009/xmlenc11#'],
]
  .map(([prefix, name]) => ` xmlns:${prefix}="${name}"`)
  .join('');

/** What must stand in an element at the least. */
const LEAST: Readonly<Record<string, string>> = {
  'samlp:Response': 'samlp:Status',
  'samlp:Status': 'samlp:StatusCode',
  'saml:Assertion': 'saml:Issuer',
  'saml:EncryptedAssertion': 'xenc:EncryptedData',
  'saml:AuthnStatement': 'saml:AuthnContext',
  'ds:Signature': 'ds:SignedInfo ds:SignatureValue',
  'ds:SignedInfo': 'ds:CanonicalizationMethod ds:SignatureMethod ds:Reference',
  'ds:Reference': 'ds:Transforms ds:DigestMethod ds:DigestValue',
  'ds:Transforms': 'ds:Transform ds:Transform',
  'ds:KeyValue': 'ds:RSAKeyValue',
  'ds:RSAKeyValue': 'ds:Modulus ds:Exponent',
  'ds:X509IssuerSerial': 'ds:X509IssuerName ds:X509SerialNumber',
  'xenc:EncryptedData': 'xenc:EncryptionMethod xenc:CipherData',
  'xenc:EncryptedKey': 'xenc:EncryptionMethod xenc:CipherData',
  'xenc:CipherData': 'xenc:CipherValue',
};

/** What may stand in one besides, each line a whole content. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  'samlp:Response': [
    'saml:Issuer ds:Signature samlp:Status saml:Assertion',
    'samlp:Status saml:EncryptedAssertion',
    'ds:Signature samlp:Status',
  ],
  'samlp:Status': ['samlp:StatusCode samlp:StatusMessage'],
  'samlp:StatusCode': ['', 'samlp:StatusCode'],
  'saml:Assertion': [
    'saml:Issuer ds:Signature saml:Subject saml:Conditions saml:AuthnStatement saml:AttributeStatement',
    'saml:Issuer saml:AttributeStatement saml:AuthnStatement saml:AttributeStatement',
  ],
  'saml:EncryptedAssertion': ['xenc:EncryptedData xenc:EncryptedKey xenc:EncryptedKey'],
  'saml:Subject': ['', 'saml:NameID', 'saml:NameID saml:SubjectConfirmation saml:SubjectConfirmation'],
  'saml:SubjectConfirmation': ['', 'saml:SubjectConfirmationData'],
  'saml:Conditions': ['', 'saml:AudienceRestriction saml:OneTimeUse saml:ProxyRestriction saml:AudienceRestriction'],
  'saml:AudienceRestriction': ['', 'saml:Audience saml:Audience'],
  'saml:ProxyRestriction': ['', 'saml:Audience saml:Audience'],
  'saml:AuthnStatement': ['saml:SubjectLocality saml:AuthnContext'],
  'saml:AuthnContext': [
    '',
    'saml:AuthnContextClassRef saml:AuthnContextDeclRef saml:AuthenticatingAuthority saml:AuthenticatingAuthority',
    'saml:AuthnContextDeclRef',
  ],
  'saml:AttributeStatement': ['', 'saml:Attribute saml:Attribute'],
  'saml:Attribute': ['', 'saml:AttributeValue saml:AttributeValue'],
  'ds:Signature': ['ds:SignedInfo ds:SignatureValue ds:KeyInfo'],
  'ds:CanonicalizationMethod': ['', 'ec:InclusiveNamespaces'],
  'ds:Transform': ['', 'ec:InclusiveNamespaces'],
  'ds:KeyInfo': ['', 'ds:KeyName ds:KeyValue ds:X509Data ds:RetrievalMethod xenc:EncryptedKey ds:KeyName'],
  'ds:X509Data': ['', 'ds:X509Certificate ds:X509IssuerSerial ds:X509SubjectName ds:X509SKI ds:X509Certificate'],
  'xenc:EncryptedData': ['xenc:EncryptionMethod ds:KeyInfo xenc:CipherData'],
  'xenc:EncryptedKey': [
    'xenc:EncryptionMethod ds:KeyInfo xenc:CipherData xenc:ReferenceList xenc:CarriedKeyName',
    'xenc:EncryptionMethod xenc:CipherData xenc:CarriedKeyName',
  ],
  'xenc:EncryptionMethod': ['', 'ds:DigestMethod xenc11:MGF', 'xenc11:MGF'],
  'xenc:ReferenceList': ['', 'xenc:DataReference xenc:DataReference'],
};

const ALL = [...new Set([...Object.keys(LEAST), ...Object.keys(MORE)])];

/** Of these there may be any number; of all others at most one, or exactly the two of a signature's transforms. */
const MANY = new Set([
  ...['saml:AuthnStatement', 'saml:AttributeStatement', 'saml:SubjectConfirmation', 'saml:Audience', 'saml:Attribute'],
  ...['saml:AudienceRestriction', 'saml:OneTimeUse', 'saml:ProxyRestriction', 'saml:AttributeValue'],
  ...['saml:AuthenticatingAuthority', 'ds:KeyName', 'ds:KeyValue', 'ds:X509Data', 'ds:RetrievalMethod'],
  ...['xenc:EncryptedKey', 'ds:X509Certificate', 'ds:X509IssuerSerial', 'ds:X509SubjectName', 'ds:X509SKI'],
  ...['xenc:DataReference'],
]);

const words = (content: string): readonly string[] => content.split(' ').filter((word) => word !== '');

const element = (name: string, children: readonly string[] = words(LEAST[name] ?? '')): string =>
  `<${name}>${children.map((child) => element(child)).join('')}</${name}>`;

const verdict = (xml: string): Promise<string> =>
  codeOf(
    Promise.resolve().then(() => {
      checkGrammar(readXml(xml.replace(/^<[a-z0-9:]+/i, (start) => start + DECLARATIONS)));
    }),
  );

const of = (name: string, content: readonly string[]): Promise<string> => verdict(element(name, content));

const contents = ALL.flatMap((name) =>
  [...(MORE[name] ?? []), ...(LEAST[name] === undefined ? [] : [LEAST[name]])].map(
    (content) => [name, content] as const,
  ),
);

describe('what stands in an element', () => {
  test.each(contents)('%s may hold: %s', async (name, content) => {
    await expect(of(name, words(content))).resolves.toBe('accepted');
  });

  test.each(contents)('%s may hold nothing beside: %s', async (name, content) => {
    const good = words(content);
    for (const stranger of ['samlp:Extensions', 'saml:Advice', 'ds:Object', 'saml:Assertion', name])
      if (!(MORE[name] ?? []).some((other) => words(other).includes(stranger)))
        for (const bad of [
          [...good, stranger],
          [stranger, ...good],
        ])
          await expect(of(name, bad)).resolves.toBe('structure');
  });

  test.each(Object.entries(LEAST))('%s holds no less than %s', async (name, content) => {
    const least = words(content);
    for (const missing of least.keys()) await expect(of(name, least.toSpliced(missing, 1))).resolves.toBe('structure');
  });

  test.each(contents)('%s holds none of these twice that it may hold once: %s', async (name, content) => {
    const good = words(content);
    for (const [at, child] of good.entries())
      if (!MANY.has(child)) await expect(of(name, good.toSpliced(at, 0, child))).resolves.toBe('structure');
  });

  test.each([
    ['samlp:Response', 'samlp:Status saml:Issuer'],
    ['samlp:Response', 'samlp:Status ds:Signature'],
    ['samlp:Response', 'saml:Assertion samlp:Status'],
    ['samlp:Response', 'samlp:Status saml:Assertion saml:EncryptedAssertion'],
    ['saml:Assertion', 'ds:Signature saml:Issuer'],
    ['saml:Assertion', 'saml:Issuer saml:Conditions saml:Subject'],
    ['saml:Assertion', 'saml:Issuer saml:AuthnStatement saml:Subject'],
    ['saml:Subject', 'saml:SubjectConfirmation saml:NameID'],
    ['ds:Signature', 'ds:SignatureValue ds:SignedInfo'],
    ['ds:Signature', 'ds:KeyInfo ds:SignedInfo ds:SignatureValue'],
  ])('%s does not hold in this order: %s', async (name, content) => {
    await expect(of(name, words(content))).resolves.toBe('structure');
  });
});

describe('text', () => {
  test('stands in what holds no elements, and only there', async () => {
    const subject = (inside: string, beside: string): string =>
      `<saml:Subject>${beside}<saml:NameID>${inside}</saml:NameID>${beside}</saml:Subject>`;
    await expect(verdict(subject('x', ' \t\r\n'))).resolves.toBe('accepted');
    for (const beside of ['x', ' x', '\u00a0']) await expect(verdict(subject('x', beside))).resolves.toBe('structure');
  });

  test('stands beside nothing in an element that may also be empty', async () => {
    await expect(verdict('<ds:Transform>x</ds:Transform>')).resolves.toBe('structure');
  });

  test('does not make an element of one that nobody knows', async () => {
    await expect(verdict('<saml:Advice/>')).resolves.toBe('structure');
    await expect(verdict('<saml:NameID><saml:Issuer/></saml:NameID>')).resolves.toBe('structure');
  });
});
