import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { CompiledAccess } from './access.ts';

/**
 * What names an access policy: base64url SHA-256 of its canonical JSON (RFC 8785), 43 characters. The same rules with their members in
 * another order, with other comments or with the defaults spelt out have the same version.
 */
export const policyVersion = (access: Omit<CompiledAccess, 'version'>): string => {
  const entitlements = byId(access.entitlements);
  const outside = { tickets: byId(access.outside.tickets), onCall: byId(access.outside.onCall) };
  return createHash('sha256')
    .update(canonicalize({ ...access, entitlements, outside }) ?? '')
    .digest('base64url');
};

/** What access.yml has by name has no order. */
const byId = <T extends { readonly id: string }>(named: readonly T[]): readonly T[] =>
  named.toSorted((a, b) => (a.id < b.id ? -1 : 1));
