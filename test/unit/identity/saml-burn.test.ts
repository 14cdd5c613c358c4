import { expect, test } from '@jest/globals';
import { burnAssertion } from '../../../lib/identity/saml-burn.ts';
import type { VerifiedSaml } from '../../../lib/identity/saml/verify-response.ts';
import { NOON, noon } from '../../support/builders.ts';
import { type MemoryIdentity, codeOf, memoryIdentity } from './memory.ts';

const burn = ({ replayGuard }: MemoryIdentity, issuer: string, assertionId: string): Promise<string> => {
  const saml: VerifiedSaml = {
    ...{ issuer, assertionId, notOnOrAfter: noon(300), nameId: 'erin', issuedAt: NOON, authnInstant: NOON },
    attributes: new Map(),
  };
  return codeOf(burnAssertion(replayGuard, saml));
};

test('an assertion counts once; another one, and one of the same id of another issuer, count too', async () => {
  const identity = memoryIdentity([]);
  await expect(burn(identity, 'https://a.example.com', '_1')).resolves.toBe('accepted');
  await expect(burn(identity, 'https://a.example.com', '_1')).resolves.toBe('replayed');
  for (const [issuer, id] of [
    ['https://a.example.com', '_2'],
    ['https://b.example.com', '_1'],
    ['https://a.example.com_', '1'],
  ] as const)
    await expect(burn(identity, issuer, id)).resolves.toBe('accepted');
  expect(identity.stored.burnt.size).toBe(4);
  for (const key of identity.stored.burnt.keys()) expect(key).toMatch(/^saml#[A-Za-z0-9_-]{43}$/);
});
