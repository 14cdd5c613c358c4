import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { type Answer, type CallerSession, api } from '../lib/http/api.ts';
import { chatLinkRoutes as chatLinkContract } from '../lib/http/contract/chatops.ts';
import { identitiesRoutes } from '../lib/http/contract/identities.ts';
import { signinRoutes } from '../lib/http/contract/signin.ts';
import { isFromElsewhere } from '../lib/http/navigation.ts';
import { providerPage } from '../lib/http/provider-page.ts';
import { SESSION_COOKIE, clearCookie } from '../lib/identity/cookies.ts';
import { beginLogin, providerChoices } from '../lib/identity/login.ts';
import { finishLogin } from '../lib/identity/oidc-callback.ts';
import { acceptResponse } from '../lib/identity/saml-acs.ts';
import { finishSamlLogin } from '../lib/identity/saml-finish.ts';
import { spCertificates } from '../lib/identity/saml-keys.ts';
import { samlMetadata } from '../lib/identity/saml-metadata.ts';
import { signOut } from '../lib/identity/end-session.ts';
import { endOtherSessions, endOwnSession, listSessions } from '../lib/identity/own-sessions.ts';
import { authenticator } from '../lib/identity/sessions.ts';
import { backChannelRoutes } from './back-channel-routes.ts';
import { chatLinkRoutes } from './chat-link-routes.ts';
import { identityRoutes } from './identity-routes.ts';
import { meterOf } from './meter-of.ts';
import { seeOther } from './see-other.ts';
import { signInParts } from './sign-in-wiring.ts';

export const create = (config: Config, around = surroundings('signin')) => {
  const parts = signInParts(config, around);
  const sessionsOf = async (by: CallerSession): Promise<Answer> => ({
    status: 200,
    json: { sessions: await listSessions(parts, by) },
  });
  return api({
    ...{ origin: config.origin, logger: around.logger, authenticate: authenticator(parts) },
    meter: meterOf(config, around),
    contract: { ...chatLinkContract, ...identitiesRoutes, ...signinRoutes },
    routes: {
      'GET /login': async ({ query, headers }) => {
        const choices = providerChoices(parts, query, isFromElsewhere(headers));
        return choices.length > 0 ? providerPage(choices) : seeOther(await beginLogin(parts, query));
      },
      'GET /oidc/callback': async ({ query, cookies }) => seeOther(await finishLogin(parts, query, cookies)),
      ...backChannelRoutes(parts, around.logger),
      'GET /saml/metadata': async () => ({
        status: 200,
        text: samlMetadata(config.origin, await spCertificates(parts, parts.providers)),
        // SAML 2.0 metadata, appendix A; RFC 7303, 3.2.
        headers: { 'content-type': 'application/samlmetadata+xml; charset=utf-8' },
      }),
      'POST /saml/acs': async ({ body }) => seeOther(await acceptResponse(parts, body.SAMLResponse)),
      'GET /saml/finish': async ({ query, cookies }) => seeOther(await finishSamlLogin(parts, query.ticket, cookies)),
      'POST /logout': async ({ session }) => {
        await signOut(parts, session);
        return seeOther({ location: '/', cookies: [clearCookie(SESSION_COOKIE)] });
      },
      'GET /v1/sessions': async ({ session }) => sessionsOf(await session),
      'DELETE /v1/sessions': async ({ session }) => {
        await endOtherSessions(parts, await session);
        return sessionsOf(await session);
      },
      'DELETE /v1/sessions/{id}': async ({ session, path }) => {
        await endOwnSession(parts, await session, path.id);
        return sessionsOf(await session);
      },
      ...identityRoutes(parts),
      ...chatLinkRoutes(parts, parts.chat),
      'GET /v1/me': async ({ session }) => {
        const { principal, csrf } = await session;
        const { handle, issuer, subject, displayName, email, groups, kind, authenticatedAt, methods } = principal;
        return {
          status: 200,
          json: {
            principal: { handle, issuer, subject, displayName, email, groups, kind, authenticatedAt, methods },
          },
          // For the page's plain forms; no other site can read it, since no answer of ours carries CORS headers.
          ...(csrf !== undefined && { headers: { 'hatcheck-csrf': csrf } }),
        };
      },
    },
  });
};

export const handler = onLambda(create);
