import type { Answer, Call } from '../lib/http/api.ts';
import { invalidInput } from '../lib/http/faults.ts';
import { parseForm } from '../lib/http/form.ts';
import { signInPage } from '../lib/http/sign-in-page.ts';
import {
  AuthorizationRefused,
  answerLocation,
  authorizationFields,
  authorizationRequest,
} from '../lib/identity/oauth/authorization-request.ts';
import type { GrantParts } from '../lib/identity/oauth/grant-parts.ts';
import { latestEnd } from '../lib/identity/oauth/family.ts';
import { issueCode } from '../lib/identity/oauth/issue-code.ts';
import { holderOf } from '../lib/identity/oauth/upstream.ts';
import { browserSession, maybeBrowserSession, shownName } from './browser-session.ts';
import { seeOther } from './see-other.ts';

type Asked = Call<'GET /oauth/authorize'>;
type Answered = Call<'POST /oauth/authorize'>;

/** The two routes of the authorization endpoint; it knows people by their cookie alone. */
export const authorizeRoutes = (parts: GrantParts, origin: string) => {
  const ask = async (query: Asked['query'], cookies: Asked['cookies']): Promise<Answer> => {
    const request = authorizationRequest(query);
    if (query.prompt === 'login') return toLogin(query, { stepUp: 'fresh' });
    const session = await maybeBrowserSession(parts, cookies);
    if (!session) return toLogin(query, {});
    const { principal, csrf } = session;
    return signInPage({
      person: shownName(principal),
      redirectUri: request.redirectUri,
      until: latestEnd(parts, session),
      csrf,
      fields: authorizationFields(query),
    });
  };

  const decide = async (body: Answered['body'], cookies: Answered['cookies']): Promise<Answer> => {
    const request = authorizationRequest(body);
    if (body.decision !== 'allow') throw new AuthorizationRefused('access_denied', request);
    const session = await browserSession(parts, cookies);
    const code = await issueCode(parts, request, session, holderOf(session.token));
    return seeOther({ location: answerLocation(request.redirectUri, origin, { code, state: request.state }) });
  };

  const orBack = (error: unknown): Answer => {
    if (!(error instanceof AuthorizationRefused)) throw error;
    return seeOther({ location: answerLocation(error.redirectUri, origin, { error: error.code, state: error.state }) });
  };

  return {
    'GET /oauth/authorize': async ({ query, cookies }: Asked) => ask(resumed(query), cookies).catch(orBack),
    'POST /oauth/authorize': async ({ body, cookies }: Answered) => decide(body, cookies).catch(orBack),
  };
};

/**
 * After signing in the browser comes back here. Its question travels in base64url: a path with an address in it is none that sign-in
 * would lead to.
 */
const toLogin = (query: Asked['query'], more: Readonly<Record<string, string>>): Answer => {
  const resume = Buffer.from(new URLSearchParams(authorizationFields(query)).toString()).toString('base64url');
  const login = new URLSearchParams({
    ...more,
    ...(query.provider !== undefined && { provider: query.provider }),
    ...(query.login_hint !== undefined && { loginHint: query.login_hint }),
    returnTo: `/oauth/authorize?resume=${resume}`,
  });
  return seeOther({ location: `/login?${login.toString()}` });
};

const resumed = (query: Asked['query']): Asked['query'] => {
  if (query.resume === undefined) return query;
  const { fields, faults } = parseForm(Buffer.from(query.resume, 'base64url').toString(), '?');
  if (faults.length > 0) throw invalidInput(faults);
  return fields;
};
