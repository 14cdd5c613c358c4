import { HatcheckError, badInput } from '../domain/errors.ts';
import { type LoginParts, beginOidcLogin } from './oidc-login.ts';
import { type PeopleProvider, forPeople } from './people-providers.ts';
import type { IdentityProvider, LinkTo } from './ports.ts';
import { returnPath } from './return-path.ts';
import { type SamlLoginParts, beginSamlLogin } from './saml-login.ts';

export interface LoginWish {
  readonly provider?: string;
  readonly returnTo?: string;
  readonly loginHint?: string;
  readonly stepUp?: 'mfa' | 'fresh';
}

/**
 * Begins a sign-in at the provider that was asked for, or at the only one.
 *
 * @returns where the browser goes, and its cookie
 * @throws HatcheckError `invalid_input` for an unknown provider, for none where there are several, and for a `returnTo` that leaves us;
 *   `provider_unavailable`; `ledger_unavailable`
 */
export const beginLogin = async (
  parts: LoginParts & SamlLoginParts,
  wish: LoginWish & { readonly link?: LinkTo },
): Promise<{ readonly location: string; readonly cookies: string[] }> => {
  const provider = chosenProvider(parts.providers, wish.provider);
  return provider.type === 'saml' ? beginSamlLogin(parts, provider, wish) : beginOidcLogin(parts, provider, wish);
};

/**
 * The addresses to choose from when no provider was asked for and there are several; empty when there is nothing to choose. Each keeps
 * what else was asked for. Whom somebody else led here chooses even the only one: a sign-in takes a click of whose it is (ASVS 5.0, 7.6.2).
 *
 * @throws HatcheckError `invalid_input` for a `returnTo` that leaves us: nobody should choose first and be refused then
 */
export const providerChoices = (
  { providers }: Pick<SamlLoginParts, 'providers'>,
  wish: LoginWish,
  fromElsewhere: boolean,
): readonly { readonly id: string; readonly href: string }[] => {
  const people = forPeople(providers).filter(({ id }) => id === (wish.provider ?? id));
  const isChosen = wish.provider !== undefined || people.length < 2;
  if (isChosen && !fromElsewhere) return [];
  returnPath(wish.returnTo);
  return people.map(({ id }) => ({ id, href: `/login?${new URLSearchParams({ ...wish, provider: id }).toString()}` }));
};

const chosenProvider = (providers: readonly IdentityProvider[], id: string | undefined): PeopleProvider => {
  const people = forPeople(providers);
  const [only, ...others] = people;
  const chosen = id === undefined ? others.length === 0 && only : people.find((provider) => provider.id === id);
  if (!chosen)
    throw new HatcheckError(
      badInput('/provider', 'unknown_provider', 'must be one of the configured identity providers'),
    );
  return chosen;
};
