import { inflateRawSync } from 'node:zlib';
import { AssertionRefused } from '../../lib/identity/assertion-refused.ts';
import { attributeOf, childNamed, childrenNamed, textOf } from '../../lib/identity/saml/element.ts';
import { scannedXml } from '../../lib/identity/saml/message-bytes.ts';
import { type XmlElement, readXml } from '../../lib/identity/saml/read-xml.ts';

/** What a service provider asks for (SAML 2.0 core, 3.4.1). */
export interface AuthnRequest {
  readonly id: string;
  readonly forceAuthn: boolean;
  /** Whom the sign-in is for, as the service provider thinks. */
  readonly hint?: string;
  /** Any of these contexts and no other; any at all when it is empty. */
  readonly contexts: readonly string[];
}

/** The one service provider that is known here, and where requests go. */
export interface KnownServiceProvider {
  readonly entityId: string;
  readonly acsUrl: string;
  /** Where it exchanges assertions. */
  readonly tokenUrl: string;
  /** Base64 DER: requests must be signed with its key. */
  readonly signingCertificate?: string;
  /** Base64 DER: assertions are encrypted for its key. */
  readonly encryptionCertificate?: string;
  readonly ssoUrl: string;
}

const MAX_BASE64 = 8 * 1024;
const MAX_XML_BYTES = 32 * 1024;

/**
 * Reads the `SAMLRequest` of an HTTP-Redirect (SAML 2.0 bindings, 3.4.4.1).
 *
 * @returns undefined unless it is from the known service provider, for here, and to be answered where that one takes responses
 */
export const readAuthnRequest = (base64: string, known: KnownServiceProvider): AuthnRequest | undefined => {
  const request = requestIn(base64);
  const id = attributeOf(request, 'ID');
  if (!request || id === undefined || !isOurs(request, known)) return undefined;
  const hint = childNamed(childNamed(request, 'saml:Subject'), 'saml:NameID');
  const requested = childNamed(request, 'samlp:RequestedAuthnContext');
  return {
    id,
    forceAuthn: ['true', '1'].includes(attributeOf(request, 'ForceAuthn') ?? ''),
    ...(hint && { hint: textOf(hint) }),
    contexts: requested ? childrenNamed(requested, 'saml:AuthnContextClassRef').map(textOf) : [],
  };
};

const isOurs = (request: XmlElement, { entityId, acsUrl, ssoUrl }: KnownServiceProvider): boolean => {
  const issuer = childNamed(request, 'saml:Issuer');
  return (
    request.name === 'samlp:AuthnRequest' &&
    attributeOf(request, 'Version') === '2.0' &&
    (issuer && textOf(issuer)) === entityId &&
    [undefined, ssoUrl].includes(attributeOf(request, 'Destination')) &&
    [undefined, acsUrl].includes(attributeOf(request, 'AssertionConsumerServiceURL'))
  );
};

const requestIn = (base64: string): XmlElement | undefined => {
  const xml = base64.length > MAX_BASE64 ? undefined : inflated(Buffer.from(base64, 'base64'));
  try {
    return xml && readXml(scannedXml(xml));
  } catch (error) {
    if (error instanceof AssertionRefused) return undefined;
    throw error;
  }
};

const inflated = (bytes: Uint8Array): Uint8Array | undefined => {
  try {
    return inflateRawSync(bytes, { maxOutputLength: MAX_XML_BYTES });
  } catch {
    return undefined;
  }
};
