import { describe, expect, test } from '@jest/globals';
import { idpInitiated } from '../../../lib/identity/saml/verify-response.ts';
import {
  ACS,
  AUDIENCE,
  IDP,
  SP,
  type Says,
  authnStatementXml,
  confirmationXml,
  responseXml,
} from '../../support/saml-generator.ts';
import { ACCEPTED, believe, key, replaced, signed, verdict } from './believing.ts';
import { signXml } from '../../support/saml-generator.ts';

const RESPONDER =
  '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></samlp:Status>';
const DENIED =
  '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:RequestDenied"/></samlp:StatusCode></samlp:Status>';
const NAMELESS =
  '<saml:AttributeStatement><saml:Attribute><saml:AttributeValue>sre</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>';
const groups = (name: string): string =>
  `<saml:Attribute Name="${name}"><saml:AttributeValue>sre</saml:AttributeValue></saml:Attribute>`;

/** What the provider itself signed, and still is not for us, here, now. */
const GENUINE: readonly (readonly [string, Says, string])[] = [
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
    { inResponseTo: undefined, responseInResponseTo: '_request-of-this-browser' },
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
const AROUND: readonly (readonly [string, Says, string])[] = [
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

describe('an assertion that the provider signed', () => {
  test('control: accepted', () => {
    expect(verdict(signed('Assertion'))).toBe(ACCEPTED);
  });
  test.each(GENUINE)('%s is refused', (_name, says, fault) => {
    expect(verdict(signed('Assertion', says))).toBe(fault);
    expect(verdict(signed('Response', says))).toBe(fault);
  });
});

describe('a response', () => {
  const signedAs = { signed: 'Response', unsigned: 'Assertion' } as const;
  test.each(AROUND)('%s is refused, signed', (_name, says, fault) => {
    expect(verdict(signed(signedAs.signed, says))).toBe(fault);
  });
  test.each(AROUND)('%s is refused, unsigned', (_name, says, fault) => {
    const hasAssertion = says.assertion === undefined;
    expect(verdict(hasAssertion ? signed(signedAs.unsigned, says) : responseXml(says))).toBe(fault);
  });

  test('without a destination is accepted unsigned, and refused signed', () => {
    expect(verdict(signed('Assertion', { destination: undefined }))).toBe(ACCEPTED);
    expect(verdict(signed('Response', { destination: undefined }))).toBe('destination');
  });

  test('without InResponseTo is accepted when the assertion has it', () => {
    expect(verdict(signed('Assertion', { responseInResponseTo: undefined }))).toBe(ACCEPTED);
  });

  test('with no signature at all is refused', () => {
    expect(verdict(responseXml())).toBe('unsigned');
  });
});

describe('a response that nobody asked for', () => {
  const unasked = { inResponseTo: undefined, responseInResponseTo: undefined };

  test('is refused, and accepted only by the explicit opt-in', () => {
    expect(verdict(signed('Assertion', unasked))).toBe('in_response_to');
    expect(verdict(signed('Assertion', unasked), { inResponseTo: idpInitiated })).toBe(ACCEPTED);
  });

  test('may not answer somebody else under that opt-in', () => {
    expect(verdict(signed('Assertion'), { inResponseTo: idpInitiated })).toBe('in_response_to');
    expect(verdict(signed('Assertion', { inResponseTo: undefined }), { inResponseTo: idpInitiated })).toBe(
      'in_response_to',
    );
  });

  test('does not answer an attempt without an id', () => {
    const says = { inResponseTo: '', responseInResponseTo: '' };
    expect(verdict(signed('Assertion', says), { inResponseTo: '' })).toBe('in_response_to');
  });
});

describe('several confirmations', () => {
  const other = confirmationXml({ recipient: 'https://other.example.com/acs' });

  test('one for us is enough, and its end counts', () => {
    expect(verdict(signed('Assertion', { confirmations: other + confirmationXml({}) }))).toBe(ACCEPTED);
    expect(verdict(signed('Assertion', { confirmations: other + other }))).toBe('recipient');
  });

  test('of two that are for us, the later end counts for how long it could come again', () => {
    const [early, late] = ['2026-03-02T12:01:00Z', '2026-03-02T12:02:00Z'].map((confirmationEnd) =>
      confirmationXml({ confirmationEnd }),
    );
    for (const confirmations of [`${early}${late}`, `${late}${early}`])
      expect(believe(signed('Assertion', { confirmations })).notOnOrAfter).toBe('2026-03-02T12:03:00.000Z');
  });
});

test('both may be signed, and then both must be right', () => {
  const both = (says: Says): string => signXml(signed('Assertion', says), 'Response', key);
  expect(verdict(both({}))).toBe(ACCEPTED);
  expect(verdict(both({ recipient: 'https://other.example.com' }))).toBe('recipient');
});

test('an assertion without an id is none, though the response around it is signed', () => {
  const xml = signXml(replaced(responseXml(), ' ID="_a"', ''), 'Response', key);
  expect(verdict(xml)).toBe('structure');
});

test.each(['\n      ', '\r\n\t', ' \n\n'])(
  'control: what a pretty-printer puts around a name is none of it %#',
  (blank) => {
    const nameId = `<saml:NameID>${blank}engineer@example.com${blank}</saml:NameID>`;
    expect(verdict(signed('Assertion', { nameId }))).toBe(ACCEPTED);
    expect(verdict(signed('Response', { assertionIssuer: `${blank}${IDP}` }))).toBe(ACCEPTED);
  },
);
