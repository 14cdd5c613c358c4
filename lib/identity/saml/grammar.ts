import { AssertionRefused } from '../assertion-refused.ts';
import type { XmlElement } from './read-xml.ts';

/**
 * The children of every element that may occur, in their order. What is not here is refused: `Extensions`, `Advice`, `StatusDetail`,
 * `ds:Object`, an assertion or a signature in another place, a second `SignedInfo` or `DigestValue`, encrypted names and attributes.
 * SAML 2.0 Core, 2 and 3; XML Signature, 4; XML Encryption, 3.
 *
 * An element's word stands for exactly one, `?` for at most one, `*` for any number; `a|b*` for any number of either.
 */
const CHILDREN: Readonly<Record<string, string>> = {
  'samlp:Response': 'saml:Issuer? ds:Signature? samlp:Status saml:Assertion|saml:EncryptedAssertion?',
  'samlp:Status': 'samlp:StatusCode samlp:StatusMessage?',
  'samlp:StatusCode': 'samlp:StatusCode?',
  'saml:Assertion':
    'saml:Issuer ds:Signature? saml:Subject? saml:Conditions? saml:AuthnStatement|saml:AttributeStatement*',
  'saml:EncryptedAssertion': 'xenc:EncryptedData xenc:EncryptedKey*',
  'saml:Subject': 'saml:NameID? saml:SubjectConfirmation*',
  'saml:SubjectConfirmation': 'saml:SubjectConfirmationData?',
  'saml:Conditions': 'saml:AudienceRestriction|saml:OneTimeUse|saml:ProxyRestriction*',
  'saml:AudienceRestriction': 'saml:Audience*',
  'saml:ProxyRestriction': 'saml:Audience*',
  'saml:AuthnStatement': 'saml:SubjectLocality? saml:AuthnContext',
  'saml:AuthnContext': 'saml:AuthnContextClassRef? saml:AuthnContextDeclRef? saml:AuthenticatingAuthority*',
  'saml:AttributeStatement': 'saml:Attribute*',
  'saml:Attribute': 'saml:AttributeValue*',
  'ds:Signature': 'ds:SignedInfo ds:SignatureValue ds:KeyInfo?',
  'ds:SignedInfo': 'ds:CanonicalizationMethod ds:SignatureMethod ds:Reference',
  'ds:CanonicalizationMethod': 'ec:InclusiveNamespaces?',
  'ds:Reference': 'ds:Transforms ds:DigestMethod ds:DigestValue',
  'ds:Transforms': 'ds:Transform ds:Transform',
  'ds:Transform': 'ec:InclusiveNamespaces?',
  'ds:KeyInfo': 'ds:KeyName|ds:KeyValue|ds:X509Data|ds:RetrievalMethod|xenc:EncryptedKey*',
  'ds:KeyValue': 'ds:RSAKeyValue',
  'ds:RSAKeyValue': 'ds:Modulus ds:Exponent',
  'ds:X509Data': 'ds:X509Certificate|ds:X509IssuerSerial|ds:X509SubjectName|ds:X509SKI*',
  'ds:X509IssuerSerial': 'ds:X509IssuerName ds:X509SerialNumber',
  'xenc:EncryptedData': 'xenc:EncryptionMethod ds:KeyInfo? xenc:CipherData',
  'xenc:EncryptedKey': 'xenc:EncryptionMethod ds:KeyInfo? xenc:CipherData xenc:ReferenceList? xenc:CarriedKeyName?',
  'xenc:EncryptionMethod': 'ds:DigestMethod? xenc11:MGF?',
  'xenc:ReferenceList': 'xenc:DataReference*',
  'xenc:CipherData': 'xenc:CipherValue',
};

/** Elements without children. Those that are not in `EMPTY` hold text. */
const LEAVES: ReadonlySet<string> = new Set(
  Object.values(CHILDREN)
    .flatMap((rule) => rule.split(/[ |]/))
    .map((word) => word.replace(/[?*]/, ''))
    .filter((name) => !Object.hasOwn(CHILDREN, name)),
);

const ruleOf = (rule: string): RegExp => {
  const terms = rule.split(' ').map((term) => {
    const names = term.replace(/[?*]/, '');
    return `(?:(?:${names}) )${term.slice(names.length)}`;
  });
  return new RegExp(`^${terms.join('')}$`);
};

const RULES: ReadonlyMap<string, RegExp> = new Map(
  Object.entries(CHILDREN).map(([name, rule]) => [name, ruleOf(rule)]),
);

/** @throws AssertionRefused `structure` unless the element and all below it are as the grammar says */
export const checkGrammar = (element: XmlElement): void => {
  const rule = RULES.get(element.name);
  const isLeaf = LEAVES.has(element.name) && element.children.length === 0;
  if (!isLeaf && !rule?.test(element.children.map(({ name }) => `${name} `).join('')))
    throw new AssertionRefused('structure');
  // Text beside elements would be signed and never read.
  if (rule && /[^ \t\r\n]/.test(element.text)) throw new AssertionRefused('structure');
  element.children.forEach(checkGrammar);
};
