import { expect, test } from '@jest/globals';
import { burnAssertion } from '../../../lib/identity/saml-burn.ts';
import type { VerifiedSaml } from '../../../lib/identity/saml/verify-response.ts';
import { NOON, noon } from '../../support/builders.ts';
import { codeOf, memoryIdentity } from './memory.ts';

const { replayGuard, stored } = memoryIdentity([]);

const burn = (issuer: string, assertionId: string): Promise<string> => {
  const saml: VerifiedSaml = {
    ...{ issuer, assertionId, notOnOrAfter: noon(300), nameId: 'erin', issuedAt: NOON, authnInstant: NOON },
    attributes: new Map(),
  };
  return codeOf(burnAssertion(replayGuard, saml));
};

test('an assertion counts once; another one, and one of the same id of another issuer, count too', async () => {
  await expect(burn('https://a.example.com', '_1')).resolves.toBe('accepted');
  await expect(burn('https://a.example.com', '_1')).resolves.toBe('replayed');
  for (const [issuer, id] of [
    ['https://a.example.com', '_2'],
    ['https://b.example.com', '_1'],
    ['https://a.example.com_', '1'],
  ] as const)
    await expect(burn(issuer, id)).resolves.toBe('accepted');
  expect(stored.burnt.size).toBe(4);
  for (const key of stored.burnt.keys()) expect(key).toMatch(/^saml#[A-Za-z0-9_-]{43}$/);
});
