import * as z from 'zod/mini';
import { CONSOLE_DESTINATIONS } from '../domain/console.ts';
import type { RouteContract } from './route-contract.ts';
import { count, durationSeconds, flag, instant, line, once, reason, slug, text, words } from './schemas.ts';

const nothing = once(() => z.strictObject({}));

const read = {
  caller: 'principal',
  csrf: 'cookie',
  query: nothing,
  accepts: [],
  bodyRequired: false,
  idempotencyKey: false,
  errors: 'problem',
} as const;

/** An act on one request: `{request}` comes back. */
const act = {
  ...read,
  function: 'requests',
  answers: { 200: 'OneRequest' },
} as const;

const open = { ...read, caller: 'anyone', csrf: 'exempt' } as const;

const actCodes = ['not_found', 'wrong_status', 'ledger_conflict', 'ledger_unavailable'] as const;
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

const signInCodes = ['ledger_unavailable'] as const;

const issueCodes = [
  'not_found',
  'not_the_requester',
  'not_eligible',
  'not_approved',
  'not_started',
  'grant_over',
  'revoked',
  'policy_changed',
  'step_up_required',
  'limit_reached',
  'ledger_conflict',
  'ledger_unavailable',
  'aws_unavailable',
] as const;

/**
 * Every route there is, by its API Gateway route key. The input checks, `GET /openapi.json` and the types of the handlers are made
 * from it, so that they cannot disagree.
 */
export const contract = {
  'GET /healthz': {
    ...open,
    operationId: 'getHealth',
    summary: 'Whether the broker answers at all.',
    function: 'portal',
    answers: { 200: 'Health' },
    codes: [],
  },
  'GET /openapi.json': {
    ...open,
    operationId: 'getOpenApi',
    summary: 'This description.',
    function: 'portal',
    answers: { 200: 'OpenApi' },
    codes: [],
  },
  $default: {
    ...open,
    operationId: 'getPortal',
    summary: 'The portal: one page and its assets.',
    function: 'portal',
    query: undefined,
    answers: { 200: 'page', 304: 'empty' },
    codes: ['not_found'],
  },
  'GET /login': {
    ...open,
    page: true,
    operationId: 'beginSignIn',
    summary:
      'Sends the browser to an identity provider; where there are several and none is named, a page lets the person choose.',
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
    codes: ['not_signed_in', 'invalid_token', ...signInCodes],
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
    codes: [...signInCodes],
  },
  'DELETE /v1/sessions/{id}': {
    ...read,
    operationId: 'endSession',
    summary: 'Ends one of the caller’s sessions; those that are left come back.',
    function: 'signin',
    answers: { 200: 'Sessions' },
    codes: [...signInCodes],
  },
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
  'POST /oauth/token': {
    ...open,
    operationId: 'getToken',
    summary: 'Gives an access token for an authorization code, a refresh token, or an ID token (RFC 8693).',
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
        subject_token: z.exactOptional(text(32_768)),
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
  'GET /v1/entitlements': {
    ...read,
    operationId: 'listEntitlements',
    summary: 'What the caller is eligible to request.',
    function: 'requests',
    answers: { 200: 'Entitlements' },
    codes: ['ledger_unavailable'],
  },
  'POST /v1/requests': {
    ...read,
    operationId: 'submitRequest',
    summary: 'Asks for an entitlement; with dryRun, says only what would be decided.',
    function: 'requests',
    query: once(() => z.strictObject({ dryRun: z._default(flag(), false) })),
    body: once(() =>
      z.strictObject({
        entitlementId: slug(),
        justification: words(2000),
        durationSeconds: durationSeconds(),
        ticket: z.exactOptional(line(128)),
        startAt: z.exactOptional(instant()),
      }),
    ),
    accepts: ['json'],
    bodyRequired: true,
    idempotencyKey: true,
    answers: { 200: 'DryRun', 201: 'OneRequest' },
    codes: ['not_eligible', 'step_up_required', 'idempotency_conflict', 'ledger_conflict', 'ledger_unavailable'],
  },
  'GET /v1/requests': {
    ...read,
    operationId: 'listRequests',
    summary: 'Requests of the caller, or that wait for the caller, or all for an auditor; newest first.',
    function: 'requests',
    query: once(() =>
      z.strictObject({
        as: z._default(z.enum(['requester', 'approver', 'auditor']), 'requester'),
        status: z.exactOptional(z.enum(['pending', 'approved', 'denied', 'cancelled', 'expired', 'revoked', 'ended'])),
        limit: count(200, 50),
        cursor: z.exactOptional(line(2048)),
      }),
    ),
    answers: { 200: 'Requests' },
    codes: ['invalid_cursor', 'not_found', 'ledger_unavailable'],
  },
  'GET /v1/requests/{id}': {
    ...read,
    operationId: 'getRequest',
    summary: 'One request with its events.',
    function: 'requests',
    answers: { 200: 'RequestWithEvents' },
    codes: ['not_found', 'ledger_unavailable'],
  },
  'POST /v1/requests/{id}/approve': {
    ...act,
    operationId: 'approveRequest',
    summary: 'Says yes, perhaps to less or to later than was asked.',
    body: once(() =>
      z.strictObject({
        comment: z.exactOptional(words(2000)),
        durationSeconds: z.exactOptional(durationSeconds()),
        startAt: z.exactOptional(instant()),
      }),
    ),
    accepts: ['json'],
    codes: [...actCodes, 'self_approval', 'not_an_approver', 'policy_changed', 'step_up_required'],
  },
  'POST /v1/requests/{id}/deny': {
    ...act,
    operationId: 'denyRequest',
    summary: 'Says no to a pending request.',
    body: once(() => z.strictObject({ reason: reason() })),
    accepts: ['json'],
    bodyRequired: true,
    codes: [...actCodes, 'not_an_approver', 'self_approval', 'step_up_required'],
  },
  'POST /v1/requests/{id}/revoke': {
    ...act,
    operationId: 'revokeRequest',
    summary: 'Ends what another person was granted.',
    body: once(() => z.strictObject({ reason: reason() })),
    accepts: ['json'],
    bodyRequired: true,
    codes: [...actCodes, 'not_an_approver', 'step_up_required'],
  },
  'POST /v1/requests/{id}/cancel': {
    ...act,
    operationId: 'cancelRequest',
    summary: 'Takes back a pending request.',
    codes: [...actCodes, 'not_the_requester'],
  },
  'POST /v1/requests/{id}/end': {
    ...act,
    operationId: 'endRequest',
    summary: 'Gives a granted role back early.',
    codes: [...actCodes, 'not_the_requester'],
  },
  'POST /v1/requests/{id}/credentials': {
    ...read,
    operationId: 'issueCredentials',
    summary: 'Temporary credentials for an approved request, in the form of the AWS CLI’s credential_process.',
    function: 'credentials',
    answers: { 200: 'Credentials' },
    codes: issueCodes,
  },
  'POST /v1/requests/{id}/console': {
    ...read,
    operationId: 'openConsole',
    summary: 'A console sign-in URL for an approved request; a plain form post is sent there with a 303.',
    function: 'credentials',
    body: once(() => z.strictObject({ destination: z.exactOptional(z.enum(CONSOLE_DESTINATIONS)) })),
    accepts: ['json', 'form'],
    answers: { 200: 'ConsoleUrl', 303: 'redirect' },
    codes: issueCodes,
  },
} as const satisfies Record<string, RouteContract>;

export type Contract = typeof contract;

/** An API Gateway route key: `GET /v1/entitlements`, `POST /v1/requests/{id}/approve`, … */
export type RouteKey = keyof Contract;

/** An object without members. */
type Nothing = Readonly<Record<string, never>>;

export type QueryOf<K extends RouteKey> = Contract[K] extends { readonly query: () => infer S extends z.ZodMiniType }
  ? z.output<S>
  : Nothing;

/** The checked body; of a route that takes none, an empty object. */
export type BodyOf<K extends RouteKey> = Contract[K] extends { readonly body: () => infer S extends z.ZodMiniType }
  ? z.output<S>
  : Nothing;

export type PathOf<K extends RouteKey> = K extends `${string}{id}${string}` ? { readonly id: string } : Nothing;

export const isRouteKey = (key: string): key is RouteKey => Object.hasOwn(contract, key);
