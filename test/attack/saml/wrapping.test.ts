import { describe, expect, test } from '@jest/globals';
import { responseXml, signXml } from '../../support/saml-generator.ts';
import { ACCEPTED, key, verdict } from './believing.ts';
import { ofAssertion, ofResponse, wrapped } from './wrapped.ts';

describe('regression 16: wrapping', () => {
  test('control: the documents that are wrapped are accepted', () => {
    expect(verdict(ofAssertion().xml)).toBe(ACCEPTED);
    expect(verdict(ofResponse().xml)).toBe(ACCEPTED);
    expect(verdict(signXml(ofAssertion().xml, 'Response', key))).toBe(ACCEPTED);
  });

  test.each(Object.entries(wrapped))('%s', (_name, [make, fault]) => {
    expect(verdict(make())).toBe(fault);
  });
});

describe('another message than a response', () => {
  test.each([
    ['a LogoutResponse', 'samlp:LogoutResponse'],
    ['an ArtifactResponse', 'samlp:ArtifactResponse'],
    ['an assertion by itself', 'saml:Assertion'],
  ])('%s', (_name, root) => {
    expect(verdict(ofResponse().xml.replaceAll('samlp:Response', root))).toBe('structure');
  });

  test('a LogoutResponse that the provider signed', () => {
    const logout = responseXml().replaceAll('samlp:Response', 'samlp:LogoutResponse');
    expect(verdict(signXml(logout, 'LogoutResponse', key))).toBe('structure');
  });

  test('an ArtifactResponse around a genuine response', () => {
    const around = 'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"';
    const xml = `<samlp:ArtifactResponse ${around}>${ofResponse().xml}</samlp:ArtifactResponse>`;
    expect(verdict(xml)).toBe('structure');
  });

  test('metadata around a genuine response', () => {
    const around = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"';
    expect(verdict(`<md:EntityDescriptor ${around}>${ofResponse().xml}</md:EntityDescriptor>`)).toBe(
      'forbidden_construct',
    );
  });

  test('metadata', () => {
    expect(verdict('<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"/>')).toBe(
      'forbidden_construct',
    );
  });
});
