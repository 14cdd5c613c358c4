import { describe, expect, test } from '@jest/globals';
import { AssertionRefused } from '../../../../lib/identity/assertion-refused.ts';
import { idpInitiated } from '../../../../lib/identity/saml/verify-response.ts';
import { ACCEPTED, attacker, believe, replaced, signed, verdict } from '../../../attack/saml/believing.ts';
import { AUDIENCE, IDP, NAME, SP, type Says, responseXml, signXml } from '../../../support/saml-generator.ts';

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const least: Says = {
  ...{ inResponseTo: undefined, responseInResponseTo: undefined, sessionEnd: undefined, attributeStatements: '' },
  authnStatements:
    '<saml:AuthnStatement AuthnInstant="2026-03-02T11:58:00Z"><saml:AuthnContext/></saml:AuthnStatement>',
};

describe('what is not said', () => {
  test('is not there, rather than there as nothing', () => {
    expect(believe(signed('Assertion', least), { inResponseTo: idpInitiated })).toStrictEqual({
      ...{ assertionId: '_a', issuer: IDP, issuedAt: '2026-03-02T12:00:00.000Z', nameId: NAME },
      ...{ notOnOrAfter: '2026-03-02T12:05:00.000Z', authnInstant: '2026-03-02T11:58:00.000Z', attributes: new Map() },
    });
  });

  test('is, once it is said', () => {
    const { nameIdFormat } = believe(signed('Assertion', { nameIdAttributes: ` Format="${PERSISTENT}"` }));
    expect(nameIdFormat).toBe(PERSISTENT);
  });
});

describe('a name', () => {
  test.each([
    ['of one character', { nameId: '<saml:NameID>e</saml:NameID>' }, 'e'],
    ['of 256 characters', { nameId: `<saml:NameID>${'e'.repeat(256)}</saml:NameID>` }, 'e'.repeat(256)],
    ['with a blank within', { nameId: '<saml:NameID>CN=Erin Engineer</saml:NameID>' }, 'CN=Erin Engineer'],
    ['within our domain', { nameIdAttributes: ` NameQualifier="${IDP}" SPNameQualifier="${SP}"` }, NAME],
  ])('%s is one', (_what, says, name) => {
    expect(verdict(signed('Assertion', says))).toBe(`accepted ${name}`);
  });
});

describe('an audience restriction', () => {
  const several = (...audiences: readonly string[]): string =>
    audiences.map((audience) => `<saml:Audience>${audience}</saml:Audience>`).join('');
  const restricted = (inner: string): string =>
    verdict(signed('Assertion', { audiences: `<saml:AudienceRestriction>${inner}</saml:AudienceRestriction>` }));

  test('is for any of its audiences', () => {
    expect(restricted(several('https://other.example.com', SP))).toBe(ACCEPTED);
    expect(restricted(several(SP, 'https://other.example.com'))).toBe(ACCEPTED);
    expect(restricted('')).toBe('audience');
    expect(verdict(signed('Assertion', { audiences: AUDIENCE(SP).repeat(2) }))).toBe(ACCEPTED);
  });
});

describe('a refusal', () => {
  const subjectOf = (xml: string): unknown => {
    try {
      return believe(xml);
    } catch (error) {
      return error instanceof AssertionRefused ? [error.fault, error.subject] : error;
    }
  };

  test.each<[string, Says]>([
    ['not_yet_valid', { issueInstant: '2026-03-02T12:01:01Z' }],
    ['conditions', { conditions: '' }],
    ['audience', { audiences: AUDIENCE('https://other.example.com') }],
    ['recipient', { recipient: 'https://other.example.com' }],
    ['authn_statement', { authnStatements: '' }],
    ['attributes', { attributeStatements: '<saml:AttributeStatement><saml:Attribute/></saml:AttributeStatement>' }],
  ])('as %s names whom the provider vouched for', (fault, says) => {
    expect(subjectOf(signed('Assertion', says))).toEqual([fault, NAME]);
  });

  test('names nobody when the provider did not sign, or signed no name', () => {
    expect(subjectOf(signXml(responseXml(), 'Assertion', attacker))).toEqual(['signature', undefined]);
    expect(subjectOf(replaced(signed('Assertion'), NAME, 'security@example.com'))).toEqual(['signature', undefined]);
    expect(subjectOf(signed('Assertion', { nameId: '' }))).toEqual(['subject', undefined]);
  });
});

describe('a minute of skew', () => {
  test.each<[string, Says]>([
    [
      'conditions that ended 59.999 s ago',
      { notBefore: '2026-03-02T11:50:00Z', notOnOrAfter: '2026-03-02T11:59:00.001Z' },
    ],
    ['a confirmation that ended 59.999 s ago', { confirmationEnd: '2026-03-02T11:59:00.001Z' }],
    ['conditions that begin in 60 s', { notBefore: '2026-03-02T12:01:00Z' }],
    ['an assertion made in 60 s', { issueInstant: '2026-03-02T12:01:00Z' }],
    ['a sign-in in 60 s', { authnInstant: '2026-03-02T12:01:00Z' }],
  ])('is the sender’s: %s', (_what, says) => {
    expect(verdict(signed('Assertion', says))).toBe(ACCEPTED);
  });

  test.each<[string, Says, string]>([
    ['not_yet_valid', { notBefore: '2026-03-02T12:01:00.001Z' }, 'conditions that begin later'],
    ['not_yet_valid', { issueInstant: '2026-03-02T12:01:00.001Z' }, 'an assertion made later'],
    ['authentication_time', { authnInstant: '2026-03-02T12:01:00.001Z' }, 'a sign-in later'],
  ])('is no more: %s', (fault, says) => {
    expect(verdict(signed('Assertion', says))).toBe(fault);
  });
});
