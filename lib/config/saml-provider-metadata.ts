import { DOMParser } from '@xmldom/xmldom';
import { certificateKey } from '../identity/saml/certificate-key.ts';
import { present } from './present.ts';
import { secureUrl } from './web-address.ts';

/** What is pinned of an identity provider's metadata. */
export interface PinnedMetadata {
  readonly entityId: string;
  readonly ssoUrl: string;
  /** Base64 DER, in the order of the file. */
  readonly certificates: readonly string[];
  /** Whether it refuses requests that are not signed. */
  readonly wantsSignedRequests: boolean;
  /** As it is written. */
  readonly validUntil?: string;
}

/** Why a metadata file is not taken; `code` as in access.yml's other faults. */
export interface MetadataFault {
  readonly code: string;
  readonly message: string;
}

/** A provider's own metadata has a few kilobytes; a federation's, with everybody in it, is not what is meant. */
const MAX_CHARACTERS = 256 * 1024;
const MAX_ENTITY_ID = 1024;
const MAX_CERTIFICATES = 10;

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';

/** Reads the metadata of one identity provider (SAML 2.0 metadata, 2.4.3). Signatures in it are not looked at: the file, or the connection, is trusted. */
export const readSamlMetadata = (text: string): PinnedMetadata | MetadataFault => {
  const root = text.length > MAX_CHARACTERS ? undefined : rootOf(text);
  if (root?.namespaceURI !== METADATA || root.localName !== 'EntityDescriptor')
    return fault('invalid_metadata', 'names a file that is no SAML metadata of one entity');
  const entityId = root.getAttribute('entityID') ?? '';
  if (entityId === '' || entityId.length > MAX_ENTITY_ID) return fault('invalid_metadata', 'has no entityID');
  const role = childrenOf(root, METADATA, 'IDPSSODescriptor').find((element) =>
    wordsOf(element.getAttribute('protocolSupportEnumeration')).includes(PROTOCOL),
  );
  if (!role) return fault('invalid_metadata', 'describes no identity provider of SAML 2.0');
  const ssoUrl = childrenOf(role, METADATA, 'SingleSignOnService')
    .find((element) => element.getAttribute('Binding') === REDIRECT)
    ?.getAttribute('Location');
  if (ssoUrl == null || !secureUrl(ssoUrl))
    return fault('invalid_metadata', 'has no SingleSignOnService for HTTP-Redirect at an https URL');
  const certificates = [...new Set(signingKeys(role))];
  if (certificates.length === 0 || certificates.length > MAX_CERTIFICATES)
    return fault('invalid_metadata', `must have 1 to ${MAX_CERTIFICATES} signing certificates`);
  const wantsSignedRequests = ['true', '1'].includes(role.getAttribute('WantAuthnRequestsSigned') ?? '');
  return certificates.every((certificate) => certificateKey(certificate))
    ? { entityId, ssoUrl, certificates, wantsSignedRequests, ...present({ validUntil: validUntilOf(root, role) }) }
    : fault('weak_certificate', 'has a signing certificate that is none, or whose key is too weak');
};

/** 2.3.2, 2.4.1: of the entity or of its role. Where both have one, the entity's, which is the whole document's. */
const validUntilOf = (...elements: readonly Element[]): string | undefined =>
  elements.map((element) => element.getAttribute('validUntil') ?? '').find((text) => text !== '');

const fault = (code: string, message: string): MetadataFault => ({ code, message });

/** Undefined for what is not XML to the letter, or defines names of its own. */
const rootOf = (text: string): Element | undefined => {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return undefined;
  const broken = (message: unknown): never => {
    throw new SyntaxError(String(message));
  };
  const errorHandler = { warning: broken, error: broken, fatalError: broken };
  try {
    return new DOMParser({ errorHandler }).parseFromString(text.replace(/^\uFEFF/, ''), 'text/xml').documentElement;
  } catch {
    return undefined;
  }
};

const childrenOf = (parent: Element, namespace: string, name: string): readonly Element[] =>
  Array.from(parent.childNodes).filter(
    (node): node is Element => isElement(node) && node.namespaceURI === namespace && node.localName === name,
  );

const ELEMENT_NODE = 1;
const isElement = (node: Node): node is Element => node.nodeType === ELEMENT_NODE;

/** 2.4.1.1: a key without `use` is for both. */
const signingKeys = (role: Element): readonly string[] =>
  childrenOf(role, METADATA, 'KeyDescriptor')
    .filter((key) => ['', 'signing'].includes(key.getAttribute('use') ?? ''))
    .flatMap((key) => childrenOf(key, SIGNATURE, 'KeyInfo'))
    .flatMap((info) => childrenOf(info, SIGNATURE, 'X509Data'))
    .flatMap((data) => childrenOf(data, SIGNATURE, 'X509Certificate'))
    .map((certificate) => certificate.textContent.replaceAll(/\s/g, ''));

const wordsOf = (text: string | null): readonly string[] => (text ?? '').split(/\s+/);
