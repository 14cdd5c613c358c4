import type { LinkParts } from '../lib/chatops/link.ts';
import type { Principal } from '../lib/domain/principal.ts';
import type { Answer, Call, Routes } from '../lib/http/api.ts';
import { beginLink } from '../lib/identity/link-identity.ts';
import type { LoginParts } from '../lib/identity/oidc-login.ts';
import { forPeople } from '../lib/identity/people-providers.ts';
import type { SamlLoginParts } from '../lib/identity/saml-login.ts';
import type { KeptIdentities } from './kept-identities.ts';

type IdentityParts = LoginParts &
  SamlLoginParts & { readonly identities: KeptIdentities; readonly chat: Pick<LinkParts, 'links'> };

/** Served by the function `signin`. */
export const identityRoutes = (parts: IdentityParts) => {
  const shown = async (principal: Principal): Promise<Answer> => {
    const [identities, chatAccounts] = await Promise.all([
      parts.identities.list(principal),
      parts.chat.links.of(principal.handle),
    ]);
    return {
      status: 200,
      json: { identities, chatAccounts, providers: forPeople(parts.providers).map(({ id }) => id) },
    };
  };
  return {
    'GET /v1/identities': async (call: Call<'GET /v1/identities'>) => shown(await call.principal),
    'POST /v1/identities': async ({ body, session }: Call<'POST /v1/identities'>) => {
      const { location, cookies } = await beginLink(parts, await session, body);
      return { status: 200, json: { url: location }, cookies };
    },
    'DELETE /v1/identities/{id}': async ({ path, remainingMs, ...call }: Call<'DELETE /v1/identities/{id}'>) => {
      const principal = await call.principal;
      await parts.identities.unlink(principal, path.id, { remainingMs });
      return shown(principal);
    },
  } satisfies Routes;
};
