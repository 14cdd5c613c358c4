import { type KeyObject, randomBytes } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { encryptedAssertion } from './encrypted-assertion.ts';

/** What the local SAML identity provider says, and to whom. */
export interface SamlStatement {
  readonly issuer: string;
  /** The service provider's entityID and its place for responses. */
  readonly audience: string;
  readonly recipient: string;
  /** The ID of the AuthnRequest; absent when nobody asked. */
  readonly inResponseTo?: string;
  readonly nameId: string;
  readonly nameIdFormat: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly authnInstant: Date;
  readonly authnContext: string;
  readonly sessionNotOnOrAfter?: Date;
  /** Of the service provider, base64 DER, to encrypt the assertion for it once it is signed. */
  readonly encryptFor?: string;
  readonly now: Date;
}

export interface SamlKey {
  readonly privateKey: KeyObject;
  /** Base64 DER. */
  readonly certificate: string;
}

const LIFETIME_MS = 5 * 60_000;
const CLOCK_MS = 5000;

/** A response with one assertion, each signed, base64 as it is posted. */
export const samlResponse = (statement: SamlStatement, key: SamlKey): string => {
  const response = responseXml(statement, signedAssertion(statement, key));
  return Buffer.from(signed(response, 'Response', key)).toString('base64');
};

const signedAssertion = (statement: SamlStatement, key: SamlKey): string => {
  const assertion = signed(assertionXml(statement), 'Assertion', key);
  return statement.encryptFor === undefined ? assertion : encryptedAssertion(assertion, statement.encryptFor);
};

/** The assertion alone, as clients send it (RFC 8693, 3). */
export const samlAssertion = (statement: SamlStatement, key: SamlKey): string =>
  Buffer.from(signedAssertion(statement, key)).toString('base64url');

/** Why there is no assertion (core, 3.2.2.2). */
export interface SamlRefusal extends Pick<SamlStatement, 'issuer' | 'recipient' | 'inResponseTo' | 'now'> {
  readonly status: 'AuthnFailed' | 'NoAuthnContext';
}

/** A signed response that says no, base64 as it is posted. */
export const samlRefusal = (refusal: SamlRefusal, key: SamlKey): string =>
  Buffer.from(signed(responseXml(refusal, ''), 'Response', key)).toString('base64');

const STATUS = 'urn:oasis:names:tc:SAML:2.0:status';

const statusXml = (refused: SamlRefusal['status'] | undefined): string =>
  refused === undefined
    ? `<samlp:StatusCode Value="${STATUS}:Success"/>`
    : `<samlp:StatusCode Value="${STATUS}:Responder"><samlp:StatusCode Value="${STATUS}:${refused}"/></samlp:StatusCode>`;

const responseXml = (
  { issuer, recipient, now, status, ...statement }: Omit<SamlRefusal, 'status'> & Partial<SamlRefusal>,
  assertion: string,
): string => `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" \
ID="${newId()}" Version="2.0" IssueInstant="${now.toISOString()}" Destination="${text(recipient)}"${inResponseTo(statement)}>\
<saml:Issuer>${text(issuer)}</saml:Issuer>\
<samlp:Status>${statusXml(status)}</samlp:Status>\
${assertion}</samlp:Response>`;

const assertionXml = (
  statement: SamlStatement,
): string => `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" \
ID="${newId()}" Version="2.0" IssueInstant="${statement.now.toISOString()}">\
<saml:Issuer>${text(statement.issuer)}</saml:Issuer>\
<saml:Subject><saml:NameID Format="${text(statement.nameIdFormat)}">${text(statement.nameId)}</saml:NameID>\
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData \
NotOnOrAfter="${later(statement.now, LIFETIME_MS)}" Recipient="${text(statement.recipient)}"${inResponseTo(statement)}/>\
</saml:SubjectConfirmation></saml:Subject>\
<saml:Conditions NotBefore="${later(statement.now, -CLOCK_MS)}" NotOnOrAfter="${later(statement.now, LIFETIME_MS)}">\
<saml:AudienceRestriction><saml:Audience>${text(statement.audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
<saml:AuthnStatement AuthnInstant="${statement.authnInstant.toISOString()}"${sessionEnd(statement)}><saml:AuthnContext>\
<saml:AuthnContextClassRef>${text(statement.authnContext)}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>\
${attributesXml(statement.attributes)}</saml:Assertion>`;

const attributesXml = (attributes: SamlStatement['attributes']): string => {
  const each = Object.entries(attributes)
    .filter(([, values]) => values.length > 0)
    .map(
      ([name, values]) =>
        `<saml:Attribute Name="${text(name)}">${values
          .map((value) => `<saml:AttributeValue>${text(value)}</saml:AttributeValue>`)
          .join('')}</saml:Attribute>`,
    );
  return each.length === 0 ? '' : `<saml:AttributeStatement>${each.join('')}</saml:AttributeStatement>`;
};

const inResponseTo = (statement: Pick<SamlStatement, 'inResponseTo'>): string =>
  statement.inResponseTo === undefined ? '' : ` InResponseTo="${text(statement.inResponseTo)}"`;

const sessionEnd = ({ sessionNotOnOrAfter }: SamlStatement): string =>
  sessionNotOnOrAfter === undefined ? '' : ` SessionNotOnOrAfter="${sessionNotOnOrAfter.toISOString()}"`;

/** The signature stands right after the Issuer (SAML 2.0 core, the schema of both). */
const signed = (xml: string, element: 'Assertion' | 'Response', { privateKey, certificate }: SamlKey): string => {
  const root = `/*[local-name(.)='${element}']`;
  const signature = new SignedXml({
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    publicCert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE_C14N,
  });
  signature.addReference({
    xpath: root,
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE_C14N],
  });
  const location = { reference: `${root}/*[local-name(.)='Issuer']`, action: 'after' } as const;
  signature.computeSignature(xml, { prefix: 'ds', location });
  return signature.getSignedXml();
};

const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

const newId = (): string => `_${randomBytes(20).toString('hex')}`;

const later = (time: Date, ms: number): string => new Date(time.getTime() + ms).toISOString();

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const text = (raw: string): string => raw.replaceAll(/[&<>"]/g, (letter) => ENTITIES[letter] ?? '');
