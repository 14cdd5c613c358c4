import { ACS, AUDIENCE, REQUEST, SP, type Says, authnStatementXml } from '../../support/saml-generator.ts';

const RESPONDER =
  '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></samlp:Status>';
const DENIED =
  '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:RequestDenied"/></samlp:StatusCode></samlp:Status>';
const NAMELESS =
  '<saml:AttributeStatement><saml:Attribute><saml:AttributeValue>sre</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>';
const groups = (name: string): string =>
  `<saml:Attribute Name="${name}"><saml:AttributeValue>sre</saml:AttributeValue></saml:Attribute>`;

/** What the provider itself signed, and still is not for us, here, now. */
export const GENUINE: readonly (readonly [string, Says, string])[] = [
  ['for the ACS of another application', { recipient: 'https://other.example.com/acs' }, 'recipient'],
  ['for our ACS with a slash more', { recipient: `${ACS}/` }, 'recipient'],
  ['without a Recipient', { recipient: undefined }, 'recipient'],
  ['without a SubjectConfirmation', { confirmations: '' }, 'subject_confirmation'],
  [
    'with an empty SubjectConfirmation',
    { confirmations: '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"/>' },
    'subject_confirmation',
  ],
  ['for the holder of a key', { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }, 'subject_confirmation'],
  ['confirmed without an end', { confirmationEnd: undefined }, 'subject_confirmation'],
  ['confirmed with a NotBefore', { confirmationExtra: ' NotBefore="2026-03-02T11:00:00Z"' }, 'subject_confirmation'],
  ['confirmed until 60 s ago', { confirmationEnd: '2026-03-02T11:59:00Z' }, 'expired'],
  ['in answer to another request', { inResponseTo: '_other' }, 'in_response_to'],
  ['in answer to nothing', { inResponseTo: undefined }, 'in_response_to'],
  [
    'in answer to nothing, wrapped in one that claims to answer ours',
    { inResponseTo: undefined, responseInResponseTo: REQUEST },
    'in_response_to',
  ],
  [
    'by another tenant of the provider',
    { assertionIssuer: 'https://idp.example.com/other', responseIssuer: 'https://idp.example.com/other' },
    'issuer',
  ],
  ['by an issuer whose name has a blank more', { assertionIssuer: ' https://idp.example.com/saml' }, 'issuer'],
  ['by an empty issuer', { assertionIssuer: '' }, 'issuer'],
  ['for another audience', { audiences: AUDIENCE('https://other.example.com') }, 'audience'],
  ['for any audience', { audiences: '' }, 'audience'],
  [
    'for us and, by a second restriction, for others only',
    { audiences: AUDIENCE(SP) + AUDIENCE('https://other.example.com') },
    'audience',
  ],
  ['without conditions', { conditions: '' }, 'conditions'],
  ['without NotBefore', { notBefore: undefined }, 'conditions'],
  ['without NotOnOrAfter', { notOnOrAfter: undefined }, 'conditions'],
  ['with a NotOnOrAfter without a time zone', { notOnOrAfter: '2026-03-02T12:04:00' }, 'conditions'],
  ['with a NotOnOrAfter on the 30th of February', { notOnOrAfter: '2027-02-30T12:04:00Z' }, 'conditions'],
  ['over since 60 s', { notOnOrAfter: '2026-03-02T11:59:00Z', notBefore: '2026-03-02T11:50:00Z' }, 'expired'],
  ['from 61 s in the future', { notBefore: '2026-03-02T12:01:01Z' }, 'not_yet_valid'],
  ['issued 61 s in the future', { issueInstant: '2026-03-02T12:01:01Z' }, 'not_yet_valid'],
  ['issued at no time', { issueInstant: '' }, 'conditions'],
  ['with an attribute that has no name', { attributeStatements: NAMELESS }, 'attributes'],
  ['authenticated in the future', { authnInstant: '2026-03-02T12:01:01Z' }, 'authentication_time'],
  ['without an AuthnStatement', { authnStatements: '' }, 'authn_statement'],
  ['with two AuthnStatements', { authnStatements: authnStatementXml({}) + authnStatementXml({}) }, 'authn_statement'],
  ['of a session that is over', { sessionEnd: '2026-03-02T11:58:00Z' }, 'expired'],
  ['of a session that ends this moment', { sessionEnd: '2026-03-02T12:00:00Z' }, 'expired'],
  ['of a session that ends at some time', { sessionEnd: 'tomorrow' }, 'authn_statement'],
  ['with an empty NameID', { nameId: '<saml:NameID/>' }, 'subject'],
  ['with a blank NameID', { nameId: '<saml:NameID> </saml:NameID>' }, 'subject'],
  ['with a NameID that ends in a blank', { nameId: '<saml:NameID>engineer@example.com </saml:NameID>' }, 'subject'],
  [
    'with a NameID that has an invisible character',
    { nameId: '<saml:NameID>engineer\u202e@example.com</saml:NameID>' },
    'subject',
  ],
  [
    'with a line feed within the NameID',
    { nameId: '<saml:NameID>engineer@example.com&#10;x</saml:NameID>' },
    'subject',
  ],
  ['with a NameID of 257 characters', { nameId: `<saml:NameID>${'e'.repeat(257)}</saml:NameID>` }, 'subject'],
  ['without a NameID', { nameId: '' }, 'subject'],
  [
    'with two NameIDs',
    { nameId: '<saml:NameID>engineer@example.com</saml:NameID><saml:NameID>security@example.com</saml:NameID>' },
    'structure',
  ],
  ['with an encrypted NameID', { nameId: '<saml:EncryptedID/>' }, 'structure'],
  [
    'with a NameID in the domain of another service',
    { nameIdAttributes: ' SPNameQualifier="https://other.example.com"' },
    'subject',
  ],
  [
    'with a NameID in the domain of another provider',
    { nameIdAttributes: ' NameQualifier="https://other.example.com"' },
    'subject',
  ],
  [
    'with the same attribute twice',
    {
      attributeStatements: `<saml:AttributeStatement>${groups('groups')}${groups('groups')}</saml:AttributeStatement>`,
    },
    'attributes',
  ],
  [
    'with the same attribute in two statements',
    { attributeStatements: `<saml:AttributeStatement>${groups('groups')}</saml:AttributeStatement>`.repeat(2) },
    'attributes',
  ],
  [
    'with an attribute without a name',
    { attributeStatements: `<saml:AttributeStatement>${groups('')}</saml:AttributeStatement>` },
    'attributes',
  ],
  ['of SAML 1.1', { assertionVersion: '1.1' }, 'version'],
];

/** What stands around the assertion. Where it is unsigned it proves nothing, and may not contradict. */
export const AROUND: readonly (readonly [string, Says, string])[] = [
  ['for another destination', { destination: 'https://other.example.com/acs' }, 'destination'],
  ['for an empty destination', { destination: '' }, 'destination'],
  ['of failure', { status: RESPONDER }, 'status'],
  ['of success, denied', { status: DENIED }, 'status'],
  ['of failure, without an assertion', { status: RESPONDER, assertion: '' }, 'status'],
  ['of success, without an assertion', { assertion: '' }, 'structure'],
  ['without a status', { status: '' }, 'structure'],
  ['without a status code', { status: '<samlp:Status/>' }, 'structure'],
  ['by another issuer', { responseIssuer: 'https://evil.example.com' }, 'issuer'],
  ['in answer to another request', { responseInResponseTo: '_other' }, 'in_response_to'],
  ['of SAML 1.1', { responseVersion: '1.1' }, 'version'],
];
