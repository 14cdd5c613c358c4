import type { Call, Routes } from '../lib/http/api.ts';
import { beginLink } from '../lib/identity/link-identity.ts';
import type { LoginParts } from '../lib/identity/oidc-login.ts';
import type { SamlLoginParts } from '../lib/identity/saml-login.ts';
import type { KeptIdentities } from './kept-identities.ts';

/** Served by the function `signin`. */
export const identityRoutes = (parts: LoginParts & SamlLoginParts & { readonly identities: KeptIdentities }) =>
  ({
    'GET /v1/identities': async (call: Call<'GET /v1/identities'>) => ({
      status: 200,
      json: { identities: await parts.identities.list(await call.principal) },
    }),
    'POST /v1/identities': async ({ body, session }: Call<'POST /v1/identities'>) => {
      const { location, cookies } = await beginLink(parts, await session, body);
      return { status: 200, json: { url: location }, cookies };
    },
    'DELETE /v1/identities/{id}': async ({ path, remainingMs, ...call }: Call<'DELETE /v1/identities/{id}'>) => {
      const principal = await call.principal;
      await parts.identities.unlink(principal, path.id, { remainingMs });
      return { status: 200, json: { identities: await parts.identities.list(principal) } };
    },
  }) satisfies Routes;
