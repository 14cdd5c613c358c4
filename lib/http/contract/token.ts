import * as z from 'zod/mini';
import type { RouteContract } from '../route-contract.ts';
import { line, once, slug, text } from '../schemas.ts';
import { open, read, signInCodes } from './pieces.ts';

/** Unknown parameters are ignored, as RFC 6749 §3.1 asks; what they must be is checked where the answer to the client is made. */
const authorizationParameters = () => ({
  response_type: z.exactOptional(text(64)),
  client_id: z.exactOptional(text(256)),
  redirect_uri: z.exactOptional(text(512)),
  state: z.exactOptional(text(1024)),
  code_challenge: z.exactOptional(text(256)),
  code_challenge_method: z.exactOptional(text(16)),
  scope: z.exactOptional(text(2048)),
});

/** The routes of `functions/token.ts`. */
export const tokenRoutes = {
  'GET /.well-known/oauth-authorization-server': {
    ...open,
    operationId: 'getAuthorizationServer',
    summary: 'Authorization server metadata (RFC 8414).',
    function: 'token',
    answers: { 200: 'AuthorizationServer' },
    codes: [],
  },
  'GET /oauth/authorize': {
    ...open,
    page: true,
    operationId: 'askForSignIn',
    summary: 'Asks the person in this browser whether the command line may sign in as them (RFC 6749, PKCE, RFC 8252).',
    function: 'token',
    query: once(() =>
      z.looseObject({
        ...authorizationParameters(),
        prompt: z.exactOptional(text(64)),
        provider: z.exactOptional(slug()),
        login_hint: z.exactOptional(line(320)),
        resume: z.exactOptional(text(4096)),
      }),
    ),
    answers: { 200: 'page', 303: 'redirect' },
    codes: [...signInCodes],
  },
  'POST /oauth/authorize': {
    ...read,
    csrf: 'always',
    page: true,
    operationId: 'answerSignIn',
    summary: 'The person’s answer: sends the browser back to the command line, with a code or without.',
    function: 'token',
    body: once(() => z.looseObject({ ...authorizationParameters(), decision: z.exactOptional(text(16)) })),
    accepts: ['form'],
    bodyRequired: true,
    answers: { 303: 'redirect' },
    codes: [...signInCodes],
  },
  'POST /oauth/device_authorization': {
    ...open,
    operationId: 'beginDeviceSignIn',
    summary: 'Begins the sign-in of a machine without a browser (RFC 8628).',
    function: 'token',
    body: once(() => z.looseObject({ client_id: z.exactOptional(text(256)), scope: z.exactOptional(text(2048)) })),
    accepts: ['form'],
    bodyRequired: true,
    errors: 'oauth',
    answers: { 200: 'DeviceAuthorization' },
    codes: [...signInCodes],
  },
  'GET /device': {
    ...open,
    page: true,
    operationId: 'askForUserCode',
    summary: 'Where a person types the code of a device that waits.',
    function: 'token',
    query: once(() => z.strictObject({ user_code: z.exactOptional(text(64)) })),
    answers: { 200: 'page', 303: 'redirect' },
    codes: [...signInCodes],
  },
  'POST /device': {
    ...read,
    csrf: 'always',
    page: true,
    operationId: 'decideOnDevice',
    summary: 'Shows what is known of the device that waits with this code; with a decision, signs it in or not.',
    function: 'token',
    body: once(() => z.strictObject({ user_code: text(64), decision: z.exactOptional(z.enum(['allow', 'deny'])) })),
    accepts: ['form'],
    bodyRequired: true,
    answers: { 200: 'page' },
    codes: ['limit_reached', ...signInCodes],
  },
  'POST /oauth/revoke': {
    ...open,
    operationId: 'revokeToken',
    summary: 'Ends what a token is of: a command line’s whole sign-in, or one access token (RFC 7009).',
    function: 'token',
    body: once(() =>
      z.looseObject({
        client_id: z.exactOptional(text(256)),
        token: z.exactOptional(text(256)),
        token_type_hint: z.exactOptional(text(64)),
      }),
    ),
    accepts: ['form'],
    bodyRequired: true,
    errors: 'oauth',
    answers: { 200: 'empty' },
    codes: [...signInCodes],
  },
  'POST /oauth/token': {
    ...open,
    operationId: 'getToken',
    summary:
      'Gives an access token for an authorization code, a refresh token, a device code, or an ID token or SAML assertion (RFC 8693).',
    function: 'token',
    // Unknown parameters are ignored, as RFC 6749 §3.2 asks.
    body: once(() =>
      z.looseObject({
        grant_type: text(256),
        client_id: z.exactOptional(text(256)),
        code: z.exactOptional(text(256)),
        redirect_uri: z.exactOptional(text(512)),
        code_verifier: z.exactOptional(text(256)),
        refresh_token: z.exactOptional(text(256)),
        device_code: z.exactOptional(text(256)),
        subject_token: z.exactOptional(text(65_536)),
        subject_token_type: z.exactOptional(text(256)),
        requested_token_type: z.exactOptional(text(256)),
        actor_token: z.exactOptional(text(32_768)),
        audience: z.exactOptional(text(2048)),
        resource: z.exactOptional(text(2048)),
        scope: z.exactOptional(text(2048)),
      }),
    ),
    accepts: ['form'],
    bodyRequired: true,
    errors: 'oauth',
    answers: { 200: 'Token' },
    codes: [...signInCodes],
  },
} as const satisfies Record<string, RouteContract>;
