import { NAME } from '../../support/saml-generator.ts';

/** What two parsers could read differently: a piece of a genuine response, and what stands in its place. */
export const constructs: Readonly<Record<string, readonly [string, string]>> = {
  'comment truncation (CVE-2018-0489 and its family)': [NAME, 'engineer@example.com<!---->.evil.example.com'],
  'a comment that changes nothing': [NAME, 'engineer@<!-- -->example.com'],
  'truncation by a processing instruction': [NAME, '<?p not-an-?>engineer@example.com'],
  'a processing instruction before the document': ['<samlp:Response ', '<?p q?><samlp:Response '],
  'a CDATA section': [NAME, 'engineer<![CDATA[@]]>example.com'],
  'a DOCTYPE': ['<samlp:Response ', '<!DOCTYPE r><samlp:Response '],
  XXE: ['<samlp:Response ', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><samlp:Response '],
  'billion laughs': ['<samlp:Response ', '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><samlp:Response '],
  'CVE-2025-23369: an entity in an id': [' ID="_a"', ' ID="&idViaEntity;"'],
  'CVE-2025-23369: an entity in an id, declared': [
    '<samlp:Response ',
    '<!DOCTYPE r [<!ENTITY idViaEntity "_a">]><samlp:Response ',
  ],
  'CVE-2025-66567: a namespace that a DTD declares': [
    '<samlp:Response ',
    '<!DOCTYPE r [<!ATTLIST saml:Assertion xmlns CDATA "urn:oasis:names:tc:SAML:2.0:assertion">]><samlp:Response ',
  ],
  'an entity in a name': [NAME, '&x;'],
  'an ampersand': [NAME, 'a & b'],
  'a NUL': [NAME, 'engineer\u0000@example.com'],
  'a reference to a NUL': [NAME, 'engineer&#0;@example.com'],
  'a reference to half a surrogate pair': [NAME, 'engineer&#xD800;@example.com'],
  'a reference beyond Unicode': [NAME, 'engineer&#x110000;@example.com'],
  'a byte order mark within': [NAME, 'engineer\ufeff@example.com'],
  'XML 1.1': ['<samlp:Response ', '<?xml version="1.1"?><samlp:Response '],
  'another encoding': ['<samlp:Response ', '<?xml version="1.0" encoding="ISO-8859-1"?><samlp:Response '],
  'a second declaration': ['<samlp:Response ', '<?xml version="1.0"?><?xml version="1.0"?><samlp:Response '],
  'a relative namespace (CVE-2025-66475)': ['<samlp:Response ', '<samlp:Response xmlns:ns="1" '],
  'an unknown namespace': ['<samlp:Response ', '<samlp:Response xmlns:ns="urn:example:x" '],
  'a namespace that ends in another character (CVE-2025-25292)': [
    '<samlp:Response ',
    '<samlp:Response xmlns:example="http://example.com\u0080" ',
  ],
  'the default namespace taken back': ['<saml:Subject>', '<saml:Subject xmlns="">'],
};
