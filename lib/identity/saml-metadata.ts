import { certain } from '../domain/invariant.ts';

/** What we are to SAML identity providers: one service provider for all of them (SAML 2.0 metadata, 2.4.4). */
export const spEntityId = (origin: string): string => `${origin}/saml/metadata`;

/** The one place that takes responses (SAML 2.0 bindings, 3.5). */
export const acsUrl = (origin: string): string => `${origin}/saml/acs`;

/** The one place that exchanges assertions (RFC 7522, 3: their Recipient). */
export const tokenUrl = (origin: string): string => `${origin}/oauth/token`;

/** Certificates of ours, base64 DER. */
export interface SpCertificates {
  readonly signing: readonly string[];
  /** Whether identity providers may refuse requests of ours that are not signed. */
  readonly areAllSigned: boolean;
  readonly encryption: readonly string[];
}

/** Our metadata, for the identity providers' administrators. `origin` is ours, from the configuration. */
export const samlMetadata = (origin: string, { signing, areAllSigned, encryption }: SpCertificates): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${xmlText(spEntityId(origin))}">`,
    `<md:SPSSODescriptor AuthnRequestsSigned="${areAllSigned}" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">`,
    ...signing.map((certificate) => keyDescriptor('signing', certificate)),
    ...encryption.map((certificate) => keyDescriptor('encryption', certificate, ENCRYPTION_METHODS)),
    `<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${xmlText(acsUrl(origin))}" index="0" isDefault="true"/>`,
    '</md:SPSSODescriptor></md:EntityDescriptor>\n',
  ].join('');

/** SAML 2.0 metadata, 2.4.1.1. */
const keyDescriptor = (use: string, certificate: string, methods = ''): string =>
  `<md:KeyDescriptor use="${use}"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>${methods}</md:KeyDescriptor>`;

/** What we decrypt. A provider that knows only CBC or PKCS #1 v1.5 should say so to its administrator, not to people who sign in. */
const ENCRYPTION_METHODS = [
  'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
  'http://www.w3.org/2009/xmlenc11#rsa-oaep',
]
  .map((algorithm) => `<md:EncryptionMethod Algorithm="${algorithm}"/>`)
  .join('');

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
]);

/** Text as it stands between tags or quotes. */
export const xmlText = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (letter) => certain(ESCAPES.get(letter), 'each letter has its own'));
