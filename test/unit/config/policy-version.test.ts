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

const ticketsOf = (id: string) => ({ id, type: 'jira' as const, url: 'https://jira.example.com' });
const rotaOf = (id: string) => ({
  ...{ id, type: 'rota' as const, issuer: 'https://example.okta.com', people: ['ann@example.com', 'ben@example.com'] },
  ...{ start: '2026-01-05T09:00', turnDays: 7, timezone: 'Europe/Berlin' },
});

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

test('does not depend on which outside service stands first', () => {
  const [tickets, onCall] = [['a', 'b'].map(ticketsOf), ['a', 'b'].map(rotaOf)];
  expect(policyVersion({ ...testAccess, outside: { tickets, onCall } })).toBe(
    policyVersion({ ...testAccess, outside: { tickets: tickets.toReversed(), onCall: onCall.toReversed() } }),
  );
});

test('depends on the order of a rota: it says whose turn it is', () => {
  const rota = rotaOf('a');
  const other = { ...rota, people: rota.people.toReversed() };
  expect(policyVersion({ ...testAccess, outside: { tickets: [], onCall: [rota] } })).not.toBe(
    policyVersion({ ...testAccess, outside: { tickets: [], onCall: [other] } }),
  );
});

test('is another for other rules', () => {
  expect(
    versionOf(
      policy('{ role: { account: prod, name: Read }, requesters: { groups: [sre] }, approval: auto, maxDuration: 2h }'),
    ),
  ).not.toBe(read);
});
