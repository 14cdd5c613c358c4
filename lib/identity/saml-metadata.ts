/** What we are to SAML identity providers: one service provider for all of them (SAML 2.0 metadata, 2.4.4). */
export const spEntityId = (origin: string): string => `${origin}/saml/metadata`;

/** The one place that takes responses (SAML 2.0 bindings, 3.5). */
export const acsUrl = (origin: string): string => `${origin}/saml/acs`;

/** The one place that exchanges assertions (RFC 7522, 3: their Recipient). */
export const tokenUrl = (origin: string): string => `${origin}/oauth/token`;

/** Our metadata, for the identity provider's administrator. `origin` is ours, from the configuration. */
export const samlMetadata = (origin: string): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${xmlText(spEntityId(origin))}">`,
    '<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">',
    `<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${xmlText(acsUrl(origin))}" index="0" isDefault="true"/>`,
    '</md:SPSSODescriptor></md:EntityDescriptor>\n',
  ].join('');

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as it stands between tags or quotes. */
export const xmlText = (text: string): string => text.replaceAll(/[&<>"']/g, (letter) => ESCAPES[letter] ?? '');
