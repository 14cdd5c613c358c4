import * as z from 'zod/mini';
import { dossier, found, verdict } from './answers/audit.ts';
import { entitlement } from './answers/entitlement.ts';
import { group, identity, instant, person, principal } from './answers/people.ts';
import { event, evidence, request, rule } from './answers/request.ts';
import { once } from './schemas.ts';

/** The shapes of what is answered. They describe, for `GET /openapi.json` and for tests; nothing at run time needs them. */

const delegation = () =>
  z.strictObject({
    id: z.string().check(z.regex(/^d_[A-Za-z0-9_-]{43}$/)),
    by: person(),
    to: person(),
    groups: z.array(group()),
    from: instant(),
    until: instant(),
    reason: z.optional(z.string()),
  });

const hold = () =>
  z.strictObject({
    id: z.string().check(z.regex(/^h_[0-9A-HJKMNP-TV-Z]{26}$/)),
    on: z.enum(['person', 'entitlement', 'account', 'all']),
    handle: z.optional(z.string()),
    entitlementId: z.optional(z.string()),
    accountId: z.optional(z.string()),
    reason: z.string(),
    by: person(),
    at: instant(),
  });

export const answers = {
  Health: once(() => z.strictObject({ status: z.literal('ok') })),
  OpenApi: once(() => z.looseObject({ openapi: z.string(), paths: z.looseObject({}) })),
  Me: once(() => z.strictObject({ principal: principal() })),
  Sessions: once(() =>
    z.strictObject({
      sessions: z.array(
        z.strictObject({
          id: z.string().check(z.regex(/^s_[A-Za-z0-9_-]{43}$/)),
          via: z.enum(['cookie', 'bearer']),
          createdAt: instant(),
          expiresAt: instant(),
          lastSeenAt: instant(),
          current: z.boolean(),
          method: z.enum(['browser', 'token_exchange', 'authorization_code', 'device_code']),
          methods: z.array(z.string()),
          client: z.optional(z.string()),
        }),
      ),
    }),
  ),
  Issuer: once(() =>
    z.looseObject({
      issuer: z.string(),
      jwks_uri: z.string(),
      id_token_signing_alg_values_supported: z.array(z.string()),
    }),
  ),
  IssuerKeys: once(() =>
    z.strictObject({
      keys: z.array(z.looseObject({ kty: z.string(), kid: z.string(), use: z.literal('sig'), alg: z.string() })),
    }),
  ),
  AuthorizationServer: once(() =>
    z.looseObject({
      issuer: z.string(),
      authorization_endpoint: z.string(),
      token_endpoint: z.string(),
      grant_types_supported: z.optional(z.array(z.string())),
    }),
  ),
  DeviceAuthorization: once(() =>
    z.strictObject({
      device_code: z.string(),
      user_code: z.string(),
      verification_uri: z.url(),
      expires_in: z.int(),
      interval: z.int(),
    }),
  ),
  Token: once(() =>
    z.strictObject({
      access_token: z.string(),
      issued_token_type: z.optional(z.string()),
      token_type: z.literal('Bearer'),
      expires_in: z.int(),
      refresh_token: z.optional(z.string()),
    }),
  ),
  Entitlements: once(() =>
    z.strictObject({
      entitlements: z.array(entitlement()),
      /** What the console may be opened with, by name. */
      destinations: z.array(
        z.strictObject({ name: z.string(), service: z.optional(z.string()), region: z.optional(z.string()) }),
      ),
    }),
  ),
  OneRequest: once(() => z.strictObject({ request: request() })),
  /** With `bundle: true` all that were decided on, the one that was named among them. */
  Decided: once(() => z.strictObject({ request: request(), requests: z.optional(z.array(request())) })),
  Submitted: once(() =>
    z.union([z.strictObject({ request: request() }), z.strictObject({ requests: z.array(request()) })]),
  ),
  DryRun: once(() => z.strictObject({ decision: z.strictObject({ allowed: z.boolean(), rules: z.array(rule()) }) })),
  Requests: once(() => z.strictObject({ requests: z.array(request()), nextCursor: z.optional(z.string()) })),
  RequestWithEvents: once(() =>
    z.strictObject({ request: request(), events: z.array(event()), evidence: z.optional(evidence()) }),
  ),
  Found: once(found),
  Dossier: once(dossier),
  Verdict: once(verdict),
  OneDelegation: once(() => z.strictObject({ delegation: delegation() })),
  Delegations: once(() => z.strictObject({ delegations: z.array(delegation()) })),
  Identities: once(() =>
    z.strictObject({
      identities: z.array(identity()),
      chatAccounts: z.array(
        z.strictObject({ platform: z.enum(['slack', 'teams']), workspace: z.string(), user: z.string() }),
      ),
      /** Where another identity can be proved. */
      providers: z.array(z.string()),
    }),
  ),
  LinkUrl: once(() => z.strictObject({ url: z.url() })),
  OneHold: once(() => z.strictObject({ hold: hold() })),
  Holds: once(() => z.strictObject({ holds: z.array(hold()) })),
  Ended: once(() => z.strictObject({ ended: z.int() })),
  Credentials: once(() =>
    z.strictObject({
      Version: z.literal(1),
      AccessKeyId: z.string(),
      SecretAccessKey: z.string(),
      SessionToken: z.string(),
      Expiration: instant(),
    }),
  ),
  /** To Teams: what whoever pressed sees at once; no member where nobody pressed. */
  TeamsAnswer: once(() =>
    z.strictObject({
      statusCode: z.optional(z.literal(200)),
      type: z.optional(z.string()),
      value: z.optional(z.unknown()),
    }),
  ),
  ConsoleUrl: once(() => z.strictObject({ url: z.url(), expiresAt: instant() })),
} as const satisfies Record<string, () => z.ZodMiniType>;

/** The name of a shape, as a component of the OpenAPI document. */
export type AnswerShape = keyof typeof answers;
