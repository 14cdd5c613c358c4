import type { Instant, Principal } from '../../domain/principal.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { IdentityProvider } from '../../identity/ports.ts';

/** A principal as somebody imagines them who asks what a policy would say. */
export interface Who {
  /** Qualified: `okta:sre`. */
  readonly groups: readonly string[];
  /** `okta:00u1abc`, where the policy names people one by one. */
  readonly subject?: string;
  readonly email?: string;
  readonly mfa?: boolean;
  /** How long ago they signed in; just now if absent. */
  readonly signedInAgoSeconds?: number;
  /** How long ago their groups were fetched; as long ago as they signed in if absent. */
  readonly groupsAgeSeconds?: number;
  readonly byDevice?: boolean;
}

/** Whoever vouches for such a principal: the provider of the subject, else that of the first group that is a provider's. */
const providerOf = ({ groups, subject }: Who, providers: readonly IdentityProvider[]): IdentityProvider | undefined => {
  const prefixes = [...(subject === undefined ? [] : [subject]), ...groups].map((name) => name.split(':')[0]);
  const said = prefixes.find((prefix) => providers.some(({ id }) => id === prefix));
  return providers.find(({ id }) => id === said) ?? providers[0];
};

/** The principal that they would be at this instant. A workload is one by its provider. */
export const principalOf = (who: Who, providers: readonly IdentityProvider[], now: Instant): Principal => {
  const { groups, subject, email, mfa, signedInAgoSeconds = 0, groupsAgeSeconds = signedInAgoSeconds, byDevice } = who;
  const provider = providerOf(who, providers);
  return {
    handle: 'p_imagined',
    issuer: provider?.issuer ?? '',
    subject: subject?.slice(subject.indexOf(':') + 1) ?? 'imagined',
    kind: provider?.type === 'oidc-workload' || provider?.type === 'aws-workload' ? 'workload' : 'person',
    ...(email !== undefined && { email }),
    groups,
    groupsAt: plusSeconds(now, -groupsAgeSeconds),
    authenticatedAt: plusSeconds(now, -signedInAgoSeconds),
    methods: mfa ? ['mfa'] : ['pwd'],
    ...(byDevice && { byDevice: true }),
  };
};
