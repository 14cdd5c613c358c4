import * as z from 'zod/mini';
import type { RouteContract } from '../route-contract.ts';
import { line, once, slug, text } from '../schemas.ts';
import { nothing, open, read, signInCodes } from './pieces.ts';

/** The routes of `functions/signin.ts`. */
export const signinRoutes = {
  'GET /login': {
    ...open,
    page: true,
    operationId: 'beginSignIn',
    summary:
      'Sends the browser to an identity provider; where there are several and none is named, or where another site led here, a page lets the person choose.',
    function: 'signin',
    query: once(() =>
      z.strictObject({
        provider: z.exactOptional(slug()),
        returnTo: z.exactOptional(line(2048)),
        loginHint: z.exactOptional(line(320)),
        stepUp: z.exactOptional(z.enum(['mfa', 'fresh'])),
      }),
    ),
    answers: { 200: 'page', 303: 'redirect' },
    codes: ['provider_unavailable', ...signInCodes],
  },
  'GET /oidc/callback': {
    ...open,
    page: true,
    operationId: 'finishSignIn',
    summary: 'Where an OpenID provider sends the browser back to.',
    function: 'signin',
    // Providers add parameters of their own (session_state, scope, authuser, …): RFC 6749 §4.1.2 says to ignore them.
    query: once(() =>
      z.looseObject({
        code: z.exactOptional(text(4096)),
        state: z.exactOptional(text(1024)),
        iss: z.exactOptional(text(2048)),
        error: z.exactOptional(text(256)),
        error_description: z.exactOptional(text(4096)),
      }),
    ),
    answers: { 303: 'redirect' },
    codes: ['not_signed_in', 'invalid_token', 'provider_unavailable', ...signInCodes],
  },
  'POST /oidc/backchannel-logout': {
    ...open,
    operationId: 'endAtProvidersWord',
    summary:
      'Where an OpenID provider says that a person signed out there, or was (OpenID Connect Back-Channel Logout 1.0): what they opened here by then ends.',
    function: 'signin',
    body: once(() => z.looseObject({ logout_token: text(16_384) })),
    accepts: ['form'],
    bodyRequired: true,
    errors: 'oauth',
    answers: { 200: 'empty' },
    codes: [...signInCodes],
  },
  'GET /saml/metadata': {
    ...open,
    operationId: 'getSamlMetadata',
    summary: 'What a SAML identity provider has to know of the broker.',
    function: 'signin',
    answers: { 200: 'page' },
    codes: [],
  },
  'POST /saml/acs': {
    ...open,
    page: true,
    operationId: 'acceptSamlResponse',
    summary: 'Where a SAML identity provider posts its response; the browser goes on to /saml/finish.',
    function: 'signin',
    // A RelayState comes back only from providers that make one up; it is never looked at.
    body: once(() => z.looseObject({ SAMLResponse: text(65_536), RelayState: z.exactOptional(text(1024)) })),
    accepts: ['form'],
    bodyRequired: true,
    answers: { 303: 'redirect' },
    codes: ['not_signed_in', 'invalid_token', 'provider_unavailable', ...signInCodes],
  },
  'GET /saml/finish': {
    ...open,
    page: true,
    operationId: 'finishSamlSignIn',
    summary: 'Signs in, in the browser that began, whom a SAML response vouched for.',
    function: 'signin',
    query: once(() => z.strictObject({ ticket: z.exactOptional(text(64)) })),
    answers: { 303: 'redirect' },
    codes: ['not_signed_in', ...signInCodes],
  },
  'POST /logout': {
    ...open,
    csrf: 'always',
    operationId: 'signOut',
    summary: 'Ends the broker session and sends the browser home.',
    function: 'signin',
    body: nothing,
    accepts: ['form'],
    answers: { 303: 'redirect' },
    codes: [...signInCodes],
  },
  'GET /v1/me': {
    ...read,
    operationId: 'getMe',
    summary: 'Who is calling.',
    function: 'signin',
    answers: { 200: 'Me' },
    codes: [...signInCodes],
  },
  'GET /v1/sessions': {
    ...read,
    operationId: 'listSessions',
    summary: 'The caller’s own sessions that are not over, newest first.',
    function: 'signin',
    answers: { 200: 'Sessions' },
    codes: [...signInCodes],
  },
  'DELETE /v1/sessions': {
    ...read,
    operationId: 'endOtherSessions',
    summary: 'Ends all of the caller’s sessions but the current one.',
    function: 'signin',
    answers: { 200: 'Sessions' },
    codes: ['step_up_required', ...signInCodes],
  },
  'DELETE /v1/sessions/{id}': {
    ...read,
    operationId: 'endSession',
    summary: 'Ends one of the caller’s sessions; those that are left come back.',
    function: 'signin',
    answers: { 200: 'Sessions' },
    codes: ['step_up_required', ...signInCodes],
  },
} as const satisfies Record<string, RouteContract>;
