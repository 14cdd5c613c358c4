import { createHash } from 'node:crypto';
import { AssertionRefused } from './assertion-refused.ts';
import type { ReplayGuard } from './ports.ts';
import type { VerifiedSaml } from './saml/verify-response.ts';
import { useOnce } from './use-once.ts';

/**
 * Each assertion counts once, wherever it is shown (ASVS 5.0, 6.8.3).
 *
 * @throws AssertionRefused `replayed`; HatcheckError `ledger_unavailable`
 */
export const burnAssertion = async (
  replayGuard: ReplayGuard,
  { issuer, assertionId, notOnOrAfter, nameId }: VerifiedSaml,
): Promise<void> => {
  // Both are the provider's words; hashed together, no pair can look like another.
  const pair = createHash('sha256')
    .update(JSON.stringify([issuer, assertionId]))
    .digest('base64url');
  if (!(await useOnce(replayGuard, `saml#${pair}`, notOnOrAfter)))
    throw new AssertionRefused('replayed', { subject: nameId });
};
