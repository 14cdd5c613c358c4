import { type KeyObject, createHash, createHmac, sign as signBytes, constants } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import type { SamlKey } from '../../local/idp/saml-response.ts';

/** An identity provider that says whatever a test wants, and signs it. */

export const IDP = 'https://idp.example.com/saml';
export const SP = 'https://hatcheck.example.com/saml/metadata';
export const ACS = 'https://hatcheck.example.com/saml/acs';
/** Of the form that ours have. */
export const REQUEST = '_the-request-of-this-browser';
export const NAME = 'engineer@example.com';

/** Each a piece of XML or a value; `undefined` leaves an attribute out. */
export interface Says {
  readonly responseId?: string;
  readonly assertionId?: string;
  readonly responseVersion?: string;
  readonly assertionVersion?: string;
  readonly responseIssuer?: string;
  readonly assertionIssuer?: string;
  readonly destination?: string | undefined;
  readonly responseInResponseTo?: string | undefined;
  readonly status?: string;
  readonly nameId?: string;
  readonly nameIdAttributes?: string;
  readonly recipient?: string | undefined;
  readonly inResponseTo?: string | undefined;
  readonly method?: string;
  readonly confirmationEnd?: string | undefined;
  readonly confirmationExtra?: string;
  readonly confirmations?: string;
  readonly notBefore?: string | undefined;
  readonly notOnOrAfter?: string | undefined;
  readonly audiences?: string;
  readonly conditions?: string;
  readonly issueInstant?: string;
  readonly authnStatements?: string;
  readonly authnInstant?: string;
  readonly sessionEnd?: string | undefined;
  readonly attributeStatements?: string;
  /** In place of the assertion. */
  readonly assertion?: string;
}

const SUCCESS = '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>';
export const AUDIENCE = (audience: string): string =>
  `<saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction>`;

const attribute = (name: string, value: string | undefined): string =>
  value === undefined ? '' : ` ${name}="${value}"`;

const said = <K extends keyof Says>(says: Says, key: K, otherwise: Says[K]): Says[K] =>
  Object.hasOwn(says, key) ? says[key] : otherwise;

export const confirmationXml = (says: Says): string =>
  `<saml:SubjectConfirmation Method="${says.method ?? 'urn:oasis:names:tc:SAML:2.0:cm:bearer'}"><saml:SubjectConfirmationData${
    attribute('NotOnOrAfter', said(says, 'confirmationEnd', '2026-03-02T12:05:00Z')) +
    attribute('Recipient', said(says, 'recipient', ACS)) +
    attribute('InResponseTo', said(says, 'inResponseTo', REQUEST)) +
    (says.confirmationExtra ?? '')
  }/></saml:SubjectConfirmation>`;

const conditionsXml = (says: Says): string =>
  `<saml:Conditions${
    attribute('NotBefore', said(says, 'notBefore', '2026-03-02T11:59:00Z')) +
    attribute('NotOnOrAfter', said(says, 'notOnOrAfter', '2026-03-02T12:04:00Z'))
  }>${says.audiences ?? AUDIENCE(SP)}</saml:Conditions>`;

export const authnStatementXml = (says: Says): string =>
  `<saml:AuthnStatement${
    attribute('AuthnInstant', said(says, 'authnInstant', '2026-03-02T11:58:00Z')) +
    attribute('SessionNotOnOrAfter', said(says, 'sessionEnd', '2026-03-02T20:00:00Z'))
  } SessionIndex="_session"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`;

const ATTRIBUTES =
  '<saml:AttributeStatement><saml:Attribute Name="groups"><saml:AttributeValue>engineering</saml:AttributeValue><saml:AttributeValue>sre</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>';

export const assertionXml = (says: Says = {}): string =>
  `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${says.assertionId ?? '_a'}" Version="${says.assertionVersion ?? '2.0'}" IssueInstant="${says.issueInstant ?? '2026-03-02T12:00:00Z'}"><saml:Issuer>${says.assertionIssuer ?? IDP}</saml:Issuer><saml:Subject>${
    says.nameId ?? `<saml:NameID${says.nameIdAttributes ?? ''}>${NAME}</saml:NameID>`
  }${says.confirmations ?? confirmationXml(says)}</saml:Subject>${says.conditions ?? conditionsXml(says)}${
    says.authnStatements ?? authnStatementXml(says)
  }${says.attributeStatements ?? ATTRIBUTES}</saml:Assertion>`;

export const responseXml = (says: Says = {}): string =>
  `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${says.responseId ?? '_r'}" Version="${says.responseVersion ?? '2.0'}" IssueInstant="2026-03-02T12:00:00Z"${
    attribute('Destination', said(says, 'destination', ACS)) +
    attribute('InResponseTo', said(says, 'responseInResponseTo', REQUEST))
  }><saml:Issuer>${says.responseIssuer ?? IDP}</saml:Issuer>${says.status ?? SUCCESS}${says.assertion ?? assertionXml(says)}</samlp:Response>`;

export type Part = 'Response' | 'Assertion' | 'LogoutResponse';

export interface Signing {
  readonly method?: string;
  readonly digest?: string;
  readonly transforms?: readonly string[];
  readonly canonicalization?: string;
  /** For SignedInfo. */
  readonly inclusivePrefixes?: readonly string[];
  readonly keyInfo?: string;
  /** The digest is of no bytes at all, as where canonicalisation failed and nobody looked. */
  readonly signsNothing?: true;
}

export const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
export const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
export const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

/** The document with one element of it signed, as a provider does it: right after the Issuer. */
export const signXml = (xml: string, part: Part, { privateKey, certificate }: SamlKey, how: Signing = {}): string => {
  const signer = new SignedXml({
    privateKey,
    publicCert: certificate,
    signatureAlgorithm: how.method ?? RSA_SHA256,
    canonicalizationAlgorithm: how.canonicalization ?? EXC_C14N,
    inclusiveNamespacesPrefixList: [...(how.inclusivePrefixes ?? [])],
    getKeyInfoContent: () =>
      how.keyInfo ?? `<ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data>`,
  });
  teach(signer);
  if (how.signsNothing) Object.assign(signer.HashAlgorithms, { [SHA256]: hashOf(SHA256, 'sha256', () => '') });
  const target = `//*[local-name(.)='${part}']`;
  signer.addReference({
    xpath: target,
    transforms: how.transforms ?? [ENVELOPED, EXC_C14N],
    digestAlgorithm: how.digest ?? SHA256,
  });
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: `${target}/*[local-name(.)='Issuer']`, action: 'after' },
  });
  return signer.getSignedXml();
};

const signatureAlgorithm = (uri: string, make: (text: string, key: KeyObject) => Buffer) =>
  class {
    getAlgorithmName = (): string => uri;
    getSignature = (text: unknown, key: unknown): string => make(text as string, key as KeyObject).toString('base64');
    verifySignature = (): boolean => false;
  };

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';

/** What the library does not bring: ECDSA, SHA-384, HMAC, MD5 for the attacks. */
const teach = (signer: SignedXml): void => {
  for (const hash of ['sha256', 'sha384', 'sha512']) {
    const ecdsa = signatureAlgorithm(`${MORE}ecdsa-${hash}`, (text, key) =>
      signBytes(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }),
    );
    const rsa = signatureAlgorithm(`${MORE}rsa-${hash}`, (text, key) => signBytes(hash, Buffer.from(text), key));
    Object.assign(signer.SignatureAlgorithms, { [`${MORE}ecdsa-${hash}`]: ecdsa, [`${MORE}rsa-${hash}`]: rsa });
  }
  const pss = 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1';
  const hmac = (hash: string) => (text: string, key: KeyObject) => createHmac(hash, key).update(text).digest();
  Object.assign(signer.SignatureAlgorithms, {
    [pss]: signatureAlgorithm(pss, (text, key) =>
      signBytes('sha256', Buffer.from(text), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
    ),
    ...Object.fromEntries(
      ['sha256', 'sha384', 'sha512'].map((hash) => {
        const uri = `${MORE}hmac-${hash}`;
        return [uri, signatureAlgorithm(uri, hmac(hash))];
      }),
    ),
    'http://www.w3.org/2000/09/xmldsig#hmac-sha1': signatureAlgorithm(
      'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
      hmac('sha1'),
    ),
  });
  for (const [uri, hash] of [
    [`${MORE}sha384`, 'sha384'],
    [`${MORE}md5`, 'md5'],
  ] as const)
    Object.assign(signer.HashAlgorithms, { [uri]: hashOf(uri, hash) });
};

const hashOf = (uri: string, hash: string, seen = (text: string): string => text) =>
  class {
    getAlgorithmName = (): string => uri;
    getHash = (text: string): string => createHash(hash).update(seen(text)).digest('base64');
  };

export const encode = (xml: string): string => Buffer.from(xml).toString('base64');
