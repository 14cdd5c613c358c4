import { describe, expect, test } from '@jest/globals';
import { idpInitiated } from '../../../lib/identity/saml/verify-response.ts';
import { IDP, type Says, confirmationXml, responseXml, signXml } from '../../support/saml-generator.ts';
import { ACCEPTED, believe, key, replaced, signed, verdict } from './believing.ts';
import { AROUND, GENUINE } from './sayings.ts';

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
