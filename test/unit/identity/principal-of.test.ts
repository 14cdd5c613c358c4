import { describe, expect, test } from '@jest/globals';
import type { VerifiedIdToken } from '../../../lib/identity/id-token.ts';
import { principalOf } from '../../../lib/identity/principal-of.ts';
import { handleOf, noon } from '../../support/builders.ts';
import { provider } from '../../attack/id-token/verifying.ts';

const token = (claims: Record<string, unknown>, times: Partial<VerifiedIdToken['times']> = {}): VerifiedIdToken => ({
  issuer: provider.issuer,
  subject: 'subject-of-erin',
  fingerprint: 'fingerprint',
  times: { issuedAt: noon(-5), uselessFrom: noon(600), ...times },
  claims,
});

const principal = (claims: Record<string, unknown>) => principalOf(token(claims), provider, handleOf('erin'));

test('a principal is what the token says, with its times', () => {
  const claims = {
    name: 'Erin Engineer',
    email: 'erin@example.com',
    email_verified: true,
    groups: ['engineering', 'sre'],
    amr: ['pwd', 'mfa'],
  };
  expect(principalOf(token(claims, { authenticatedAt: noon(-10) }), provider, handleOf('erin'))).toEqual({
    handle: handleOf('erin'),
    issuer: provider.issuer,
    subject: 'subject-of-erin',
    kind: 'person',
    displayName: 'Erin Engineer',
    email: 'erin@example.com',
    groups: ['okta:engineering', 'okta:sre'],
    groupsAt: noon(-5),
    authenticatedAt: noon(-10),
    methods: ['pwd', 'mfa'],
  });
});

test('a token that says nothing makes a principal of whom nothing is known', () => {
  expect(principal({})).toStrictEqual({
    handle: handleOf('erin'),
    issuer: provider.issuer,
    subject: 'subject-of-erin',
    kind: 'person',
    groups: [],
    groupsAt: noon(-5),
    authenticatedAt: '1970-01-01T00:00:00.000Z',
    methods: [],
  });
});

describe('C8: an e-mail address counts when the provider verified it', () => {
  test.each([[false], ['true'], [1], [undefined], [null]])('not with email_verified %j', (email_verified) => {
    expect(principal({ email: 'erin@example.com', email_verified })).not.toHaveProperty('email');
  });

  test.each([
    'erin',
    '',
    'erin@',
    '@example.com',
    'a b@example.com',
    'erin@example.com@evil.example.com',
    'erin@example.com\n',
    5,
    `${'e'.repeat(251)}@a.b`,
    '\ud800@a.b',
  ])('not as %j', (email) => {
    expect(principal({ email, email_verified: true })).not.toHaveProperty('email');
  });
});

describe('groups', () => {
  const tooMany = Array.from({ length: 201 }, (_, i) => `group-${i}`);
  test.each([
    ['a text', 'sre'],
    ['null', null],
    ['an object', { 0: 'sre' }],
    ['a number among texts', ['sre', 5]],
    ['an empty name', ['']],
    ['a name of 257 characters', ['g'.repeat(257)]],
    ['a lone surrogate', ['\ud800']],
    ['a control character', ['sre\u0000']],
    ['201 of them', tooMany],
  ])('that are %s are refused, rather than taken for none', (_what, groups) => {
    expect(() => principal({ groups })).toThrow(
      expect.objectContaining({ fault: 'groups', subject: 'subject-of-erin' }),
    );
  });

  test('may be 200 of 256 characters', () => {
    const groups = tooMany.slice(1).map((group) => group.padEnd(256, 'x'));
    expect(principal({ groups }).groups).toHaveLength(200);
  });

  test('count once, under the id of their provider, whatever they look like', () => {
    expect(principal({ groups: ['sre', 'sre', 'other:sre'] }).groups).toEqual(['okta:sre', 'okta:other:sre']);
  });

  test('are read from the claim that is configured', () => {
    const custom = { ...provider, groupsClaim: 'https://example.com/roles' };
    const claims = { groups: ['sre'], 'https://example.com/roles': ['admins'] };
    expect(principalOf(token(claims), custom, handleOf('erin')).groups).toEqual(['okta:admins']);
  });
});

describe('methods', () => {
  test('are at most sixteen of 64 characters, each a text', () => {
    const amr = Array.from({ length: 16 }, (_, index) => `${index}`.padEnd(64, 'm'));
    expect(principal({ amr }).methods).toEqual(amr);
    expect(principal({ amr: ['pwd', 5] }).methods).toStrictEqual([]);
    expect(principal({ amr: [5] }).methods).toStrictEqual([]);
  });

  test.each([['mfa'], [[5]], [{}], [[['mfa']]], [Array.from({ length: 17 }, () => 'mfa')], [['m'.repeat(65)]]])(
    'of another shape prove nothing: %j',
    (amr) => {
      expect(principal({ amr }).methods).toStrictEqual([]);
    },
  );
});

test.each([[5], [''], ['n'.repeat(257)], ['a\u0000b'], ['\ud800'], ['a\u202eb'], [{}]])(
  'a name that is %j is left out',
  (name) => {
    expect(principal({ name })).not.toHaveProperty('displayName');
  },
);
