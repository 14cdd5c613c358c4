import type { Handle, Principal } from '../domain/principal.ts';
import { AssertionRefused } from './assertion-refused.ts';
import type { VerifiedIdToken } from './id-token.ts';
import type { WorkloadProvider } from './ports.ts';
import { memberOf } from './strict-json.ts';

/**
 * Sees that every claim that the configuration names has one of its texts. A claim that is no text (a list, a number, `true`) matches
 * nothing: what it contains is for nobody to interpret.
 *
 * @throws AssertionRefused `not_matched`
 */
export const checkMatch = ({ claims, subject }: VerifiedIdToken, { match }: WorkloadProvider): void => {
  const isMatched = Object.entries(match).every(([name, texts]) => {
    const claim = memberOf(claims, name);
    return typeof claim === 'string' && texts.includes(claim);
  });
  if (!isMatched) throw new AssertionRefused('not_matched', { subject });
};

/**
 * What a verified, matched token says of a job or an agent. Its groups are those of the configuration, whatever the token claims. It
 * never counts as multi-factor, whatever its `amr`: no second factor is somebody's who runs unattended.
 */
export const workloadPrincipal = (
  { issuer, subject, times }: VerifiedIdToken,
  { groups }: WorkloadProvider,
  handle: Handle,
): Principal => ({
  handle,
  issuer,
  subject,
  kind: 'workload',
  // Approvers see it, and it is nobody's name: `repo:example/app:ref:refs/heads/main`.
  displayName: subject,
  groups,
  groupsAt: times.issuedAt,
  // A job proves itself each time a token is made for it; unlike a person it has no older session at its issuer that a token could come from.
  authenticatedAt: times.authenticatedAt ?? times.issuedAt,
  methods: [],
});
