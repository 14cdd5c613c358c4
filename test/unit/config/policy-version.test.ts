import { expect, test } from '@jest/globals';
import { parseAccess } from '../../../lib/config/access-file.ts';
import { policyVersion } from '../../../lib/config/policy-version.ts';
import { testAccess, testEntitlement } from '../../support/config.ts';

const policy = (entitlement: string): string => `
version: 1
identityProviders: [{ id: okta, type: oidc, issuer: https://example.okta.com, clientId: hatcheck }]
accounts: { prod: { id: '111122223333', region: eu-west-1 } }
entitlements:
  read: ${entitlement}
`;

const versionOf = (text: string): string =>
  policyVersion(
    parseAccess(text, {
      baseDir: '.',
      readFile: () => {
        throw new TypeError('no file is named');
      },
    }),
  );

const read = versionOf(
  policy('{ role: { account: prod, name: Read }, requesters: { groups: [sre] }, approval: auto, maxDuration: 1h }'),
);

test('is as long as a SHA-256 in base64url', () => {
  expect(read).toMatch(/^[\w-]{43}$/);
});

test.each([
  '{ maxDuration: 60m, approval: auto, requesters: { groups: [okta:sre] }, role: { name: Read, account: prod } } # other',
  '{ role: { account: prod, name: Read, path: /hatcheck/ }, requesters: { groups: [sre] }, approval: auto, maxDuration: 3600s }',
])('does not depend on how the same rules are written (%#)', (entitlement) => {
  expect(versionOf(policy(entitlement))).toBe(read);
});

test('does not depend on which entitlement stands first', () => {
  const [a, b] = ['a', 'b'].map((id) => testEntitlement({ id }));
  if (!a || !b) throw new TypeError('there are two');
  expect(policyVersion({ ...testAccess, entitlements: [a, b] })).toBe(
    policyVersion({ ...testAccess, entitlements: [b, a] }),
  );
});

test('is another for other rules', () => {
  expect(
    versionOf(
      policy('{ role: { account: prod, name: Read }, requesters: { groups: [sre] }, approval: auto, maxDuration: 2h }'),
    ),
  ).not.toBe(read);
});
