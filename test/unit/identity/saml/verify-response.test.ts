import { describe, expect, test } from '@jest/globals';
import { ACCEPTED, believe, expectation, key, replaced, signed, verdict } from '../../../attack/saml/believing.ts';
import { certifiedKey } from '../../../support/certificate.ts';
import { IDP, REQUEST, RSA_SHA256, SP, responseXml, signXml } from '../../../support/saml-generator.ts';

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';

describe('a response that is as it should be', () => {
  test('says who, when, and with which groups', () => {
    expect(believe(signed('Assertion'))).toEqual({
      assertionId: '_a',
      // The conditions end at 12:04, the confirmation at 12:05; then the skew.
      notOnOrAfter: '2026-03-02T12:05:00.000Z',
      issuer: 'https://idp.example.com/saml',
      issuedAt: '2026-03-02T12:00:00.000Z',
      nameId: 'engineer@example.com',
      attributes: new Map([['groups', ['engineering', 'sre']]]),
      authnInstant: '2026-03-02T11:58:00.000Z',
      authnContext: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      sessionNotOnOrAfter: '2026-03-02T20:00:00.000Z',
      sessionIndex: '_session',
      inResponseTo: REQUEST,
    });
  });

  test('is signed as an assertion, as a response, or as both', () => {
    expect(verdict(signed('Assertion'))).toBe(ACCEPTED);
    expect(verdict(signed('Response'))).toBe(ACCEPTED);
    expect(verdict(signXml(signed('Assertion'), 'Response', key))).toBe(ACCEPTED);
  });

  test.each([
    ['rsa', RSA_SHA256, undefined],
    ['rsa', `${MORE}rsa-sha384`, `${MORE}sha384`],
    ['rsa', `${MORE}rsa-sha512`, 'http://www.w3.org/2001/04/xmlenc#sha512'],
    ['rsa', 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1', undefined],
    ['P-256', `${MORE}ecdsa-sha256`, undefined],
    ['P-384', `${MORE}ecdsa-sha384`, undefined],
    ['P-521', `${MORE}ecdsa-sha512`, undefined],
  ] as const)('is signed by a key of %s with %s', (kind, method, digest) => {
    const own = certifiedKey(kind);
    const xml = signXml(responseXml(), 'Assertion', own, { method, ...(digest && { digest }) });
    const idp = { ...expectation.idp, certificates: [key.certificate, own.certificate] };
    expect(verdict(xml, { idp })).toBe(ACCEPTED);
    expect(verdict(xml)).toBe('signature');
  });

  test('may declare prefixes that canonicalisation keeps', () => {
    for (const inclusivePrefixes of [['saml', 'xs'], ['xs', 'saml', '#default'], ['samlp']])
      expect(verdict(signed('Assertion', {}, { inclusivePrefixes }))).toBe(ACCEPTED);
  });
});

test('prefixes that SignedInfo is canonicalised with are looked up around it', () => {
  const declared = replaced(
    responseXml(),
    '<samlp:Response ',
    '<samlp:Response xmlns:xs="http://www.w3.org/2001/XMLSchema" ',
  );
  for (const inclusivePrefixes of [['xs'], ['saml', 'xs'], []]) {
    const xml = signXml(declared, 'Assertion', key, { inclusivePrefixes });
    expect(verdict(xml)).toBe(ACCEPTED);
    if (inclusivePrefixes.length > 0)
      expect(verdict(xml.replace('PrefixList="', 'PrefixList="samlp '))).toBe('signature');
  }
});

describe('the issuer of an assertion (SAML 2.0 Core, 8.3.6)', () => {
  const ISSUER = `<saml:Issuer>${IDP}</saml:Issuer><saml:Subject>`;
  const by = (attributes: string): string =>
    verdict(
      signXml(replaced(responseXml(), ISSUER, ISSUER.replace('Issuer>', `Issuer${attributes}>`)), 'Assertion', key),
    );

  test.each([
    ['', ACCEPTED],
    [' Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity"', ACCEPTED],
    [' Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"', 'issuer'],
    [' Format=""', 'issuer'],
    [` NameQualifier="${IDP}"`, 'issuer'],
    [` SPNameQualifier="${SP}"`, 'issuer'],
  ])('is an entity, and not one within a domain: %s is %s', (attributes, expected) => {
    expect(by(attributes)).toBe(expected);
  });
});
