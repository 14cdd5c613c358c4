export const NAMESPACES: ReadonlyMap<string, string> = new Map([
  ['urn:oasis:names:tc:SAML:2.0:assertion', 'saml'],
  ['urn:oasis:names:tc:SAML:2.0:protocol', 'samlp'],
  ['http://www.w3.org/2000/09/xmldsig#', 'ds'],
  ['http://www.w3.org/2001/10/xml-exc-c14n#', 'ec'],
  ['http://www.w3.org/2001/04/xmlenc#', 'xenc'],
  ['http://www.w3.org/2009/xmlenc11#', 'xenc11'],
  ['http://www.w3.org/2001/XMLSchema', 'xs'],
  ['http://www.w3.org/2001/XMLSchema-instance', 'xsi'],
  ['http://www.w3.org/XML/1998/namespace', 'xml'],
  ['urn:oasis:names:tc:SAML:2.0:profiles:attribute:X500', 'x500'],
]);

export const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** All others with a prefix are refused: `samlp:ID` beside `ID` is how lookups by local name are led astray. */
export const PREFIXED_ATTRIBUTES: ReadonlySet<string> = new Set(['xsi:type', 'xsi:nil', 'xml:lang', 'x500:Encoding']);

export const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
export const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

export const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
export const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
export const ENTITY_FORMAT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity';
