import { describe, expect, test } from '@jest/globals';
import { samlPrincipalOf } from '../../../lib/identity/saml-principal.ts';
import type { VerifiedSaml } from '../../../lib/identity/saml/verify-response.ts';
import { NOON } from '../../support/builders.ts';
import { REFEDS_MFA, testSamlProvider } from '../../support/saml-provider.ts';

const { provider } = testSamlProvider('', () => new Date(NOON));
const PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport';

const saml = (
  attributes: Readonly<Record<string, readonly string[]>> = {},
  changes: Partial<VerifiedSaml> = {},
): VerifiedSaml => ({
  ...{ assertionId: '_a', notOnOrAfter: NOON, issuer: provider.issuer, issuedAt: NOON, nameId: 'erin' },
  ...{ authnInstant: NOON, authnContext: PASSWORD, attributes: new Map(Object.entries(attributes)) },
  ...changes,
});

const principalOf = (...said: Parameters<typeof saml>) => samlPrincipalOf(saml(...said), provider, NOON);

describe('a person as a SAML provider describes them', () => {
  test('may be nothing but a name', () => {
    expect(principalOf()).toStrictEqual({
      ...{ issuer: provider.issuer, subject: 'erin', kind: 'person', groups: [], groupsAt: NOON },
      ...{ authenticatedAt: NOON, methods: ['pwd'] },
    });
  });

  test.each<[string, readonly string[]]>([
    ['two addresses', ['a@example.com', 'b@example.com']],
    ['an address that is none', ['erin']],
    ['no address', []],
  ])('with %s has none', (_what, email) => {
    expect(principalOf({ email })).not.toHaveProperty('email');
  });

  test('has an address and a name only where access.yml says in which attributes', () => {
    const { emailAttribute, nameAttribute, ...rules } = provider;
    const said = saml({ [emailAttribute ?? '']: ['erin@example.com'], [nameAttribute ?? '']: ['Erin'] });
    expect(samlPrincipalOf(said, provider, NOON)).toMatchObject({ email: 'erin@example.com', displayName: 'Erin' });
    const principal = samlPrincipalOf(said, rules, NOON);
    expect([principal.email, principal.displayName]).toEqual([undefined, undefined]);
  });

  test('has each group once, with the provider in front', () => {
    expect(principalOf({ groups: ['sre', 'sre', 'other:sre'] }).groups).toEqual(['adfs:sre', 'adfs:other:sre']);
  });

  test('may have 200 groups of 256 characters', () => {
    const groups = Array.from({ length: 200 }, (_, index) => `g${index}`.padEnd(256, 'x'));
    expect(principalOf({ groups }).groups).toHaveLength(200);
  });

  test.each<[string, readonly string[]]>([
    ['more groups than are read', Array.from({ length: 201 }, (_, index) => `g${index}`)],
    ['a group without a name', ['']],
    ['a group that is too long', ['a'.repeat(257)]],
    ['a group with a line break', ['a\nb']],
  ])('attack: with %s is refused, not cut short', (_what, groups) => {
    expect(() => principalOf({ groups })).toThrow(expect.objectContaining({ fault: 'groups', subject: 'erin' }));
  });

  test.each<[string, string | undefined, readonly string[]]>([
    ['a password', PASSWORD, ['pwd']],
    ['a password in the clear', 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password', ['pwd']],
    ['more factors, as the provider was asked', REFEDS_MFA, ['mfa']],
    ['something that is not known', 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified', []],
  ])('who proved themselves by %s', (_what, authnContext, methods) => {
    expect(principalOf({}, { ...(authnContext !== undefined && { authnContext }) }).methods).toEqual(methods);
  });

  test('who proved themselves in no way that is said has no method', () => {
    const { authnContext, ...said } = saml();
    expect(authnContext).toBe(PASSWORD);
    expect(samlPrincipalOf(said, provider, NOON).methods).toStrictEqual([]);
  });

  test.each<[string, Partial<VerifiedSaml>]>([
    [
      'that changes from one sign-in to the next',
      { nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' },
    ],
    ['that is too long', { nameId: 'a'.repeat(257) }],
    ['that is no text', { nameId: 'a\u0000' }],
  ])('attack: a name %s is nobody’s', (_what, changes) => {
    expect(() => principalOf({}, changes)).toThrow(expect.objectContaining({ fault: 'subject' }));
  });
});
