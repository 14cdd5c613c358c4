import { describe, expect, test } from '@jest/globals';
import type { ParkedSignIn } from '../../../lib/identity/ports.ts';
import { finishSamlLogin } from '../../../lib/identity/saml-finish.ts';
import { hashSecret } from '../../../lib/identity/sessions.ts';
import { NOON, noon, principal } from '../../support/builders.ts';
import { testSamlProvider } from '../../support/saml-provider.ts';
import { codeOf, memoryIdentity } from './memory.ts';

const TICKET = 't'.repeat(43);
const BROWSER = 'b'.repeat(43);
const { provider } = testSamlProvider('https://hatcheck.example.com', () => new Date(NOON));
const erin = principal('erin', []);

/** What becomes of a browser with this ticket and this cookie, while somebody waits. */
const outcome = async (
  changes: Partial<ParkedSignIn> = {},
  { ticket = TICKET, browser }: { readonly ticket?: string; readonly browser?: string } = { browser: BROWSER },
): Promise<string> => {
  const memory = memoryIdentity([provider]);
  await memory.parkedSignIns.put({
    ...{ ticketHash: hashSecret(TICKET), provider: provider.id, returnTo: '/', browserHash: hashSecret(BROWSER) },
    ...{ principal: erin, expiresAt: '2099-01-01T00:00:00.000Z' },
    ...changes,
  });
  const links = { resolveSecret: () => Promise.resolve('') };
  return codeOf(
    finishSamlLogin({ ...memory, ...links }, ticket, browser === undefined ? {} : { '__Host-hatcheck-login': browser }),
  );
};

test('a session that ended at the provider while its browser was on its way is none', async () => {
  await expect(outcome({ sessionEndsAt: NOON })).resolves.toBe('invalid_token');
  await expect(outcome({ sessionEndsAt: noon(1) })).resolves.toBe('accepted');
});

describe('a browser that comes back from a SAML provider', () => {
  test('control: the one that began is signed in', async () => {
    await expect(outcome()).resolves.toBe('accepted');
  });

  test.each([
    ['whose provider is no longer configured', { provider: 'gone' }, undefined],
    ['whose provider speaks OpenID Connect by now', { provider: 'local-oidc' }, undefined],
    ['that nobody waits for', {}, { ticket: 'x'.repeat(43), browser: BROWSER }],
    ['with a ticket that is none of ours', {}, { ticket: "x' or '1'='1", browser: BROWSER }],
    ['without the cookie', {}, { ticket: TICKET }],
    ['with the cookie of another', {}, { browser: 'x'.repeat(43) }],
    ['with a cookie that is none of ours', {}, { browser: 'x' }],
    ['that comes too late', { expiresAt: NOON }, undefined],
  ])('%s is not', async (_name, parked, with_) => {
    await expect(outcome(parked, with_)).resolves.toBe('not_signed_in');
  });
});
