import type { IdentityProvider } from './ports.ts';

/** One that people sign in at. */
export type PeopleProvider = Exclude<IdentityProvider, { readonly type: 'oidc-workload' | 'aws-workload' }>;

export const forPeople = (providers: readonly IdentityProvider[]): readonly PeopleProvider[] =>
  providers.filter((provider) => provider.type !== 'oidc-workload' && provider.type !== 'aws-workload');

/** The one that speaks for people of this issuer, which may have jobs too: what is configured for those says nothing of a person. */
export const providerOfPerson = (providers: readonly IdentityProvider[], issuer: string): PeopleProvider | undefined =>
  forPeople(providers).find((provider) => provider.issuer === issuer);
