import type { SamlKey } from './saml-response.ts';

/** The identity provider's own metadata (SAML 2.0 metadata, 2.4.3). */
export const idpMetadata = (
  entityId: string,
  ssoUrl: string,
  keys: readonly Pick<SamlKey, 'certificate'>[],
  wantsSignedRequests = false,
): string =>
  [
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${entityId}">`,
    `<md:IDPSSODescriptor WantAuthnRequestsSigned="${wantsSignedRequests}" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">`,
    ...keys.map(
      ({ certificate }) =>
        `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
    ),
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${ssoUrl}"/>`,
    '</md:IDPSSODescriptor></md:EntityDescriptor>\n',
  ].join('');
