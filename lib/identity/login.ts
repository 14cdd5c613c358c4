import { HatcheckError, badInput } from '../domain/errors.ts';
import { type LoginParts, beginOidcLogin } from './oidc-login.ts';
import type { IdentityProvider } from './ports.ts';
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
  wish: LoginWish,
): Promise<{ readonly location: string; readonly cookies: string[] }> => {
  const provider = chosenProvider(parts.providers, wish.provider);
  return provider.type === 'saml' ? beginSamlLogin(parts, provider, wish) : beginOidcLogin(parts, provider, wish);
};

/** One that people sign in at. */
type SignInProvider = Exclude<IdentityProvider, { readonly type: 'oidc-workload' }>;

const chosenProvider = (providers: readonly IdentityProvider[], id: string | undefined): SignInProvider => {
  const people = providers.filter((provider) => provider.type !== 'oidc-workload');
  const [only, ...others] = people;
  const chosen = id === undefined ? others.length === 0 && only : people.find((provider) => provider.id === id);
  if (!chosen)
    throw new HatcheckError(
      badInput('/provider', 'unknown_provider', 'must be one of the configured identity providers'),
    );
  return chosen;
};
