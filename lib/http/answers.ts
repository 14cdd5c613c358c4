import * as z from 'zod/mini';
import { DAYS } from '../domain/hours.ts';
import { once } from './schemas.ts';

/** The shapes of what is answered. They describe, for `GET /openapi.json` and for tests; nothing at run time needs them. */

const instant = () => z.iso.datetime();
const group = () => z.string();

const person = () =>
  z.strictObject({
    handle: z.string(),
    displayName: z.optional(z.string()),
    email: z.optional(z.string()),
  });

const groupsAndPeople = () => z.strictObject({ groups: z.array(group()), people: z.optional(z.array(z.string())) });

const approvalRules = () =>
  z.union([
    z.literal('auto'),
    z.strictObject({
      stages: z.array(z.strictObject({ from: groupsAndPeople(), count: z.int() })),
      parallel: z.optional(z.literal(true)),
      withinSeconds: z.int(),
      escalation: z.optional(z.strictObject({ afterSeconds: z.int(), to: groupsAndPeople() })),
    }),
  ]);

const entitlement = () =>
  z.strictObject({
    id: z.string(),
    title: z.string(),
    description: z.optional(z.string()),
    accountId: z.string(),
    accountName: z.string(),
    region: z.string(),
    roleArn: z.string(),
    maxDurationSeconds: z.int(),
    approval: approvalRules(),
    requires: z.strictObject({
      mfa: z.boolean(),
      authenticatedWithinSeconds: z.optional(z.int()),
      sameDevice: z.optional(z.boolean()),
    }),
    approverRequires: z.optional(
      z.strictObject({
        mfa: z.boolean(),
        authenticatedWithinSeconds: z.optional(z.int()),
        channel: z.optional(z.literal('portal')),
      }),
    ),
    justification: z.strictObject({ minLength: z.int() }),
    ticket: z.optional(z.strictObject({ pattern: z.string(), required: z.boolean() })),
    hours: z.optional(
      z.strictObject({ timezone: z.string(), days: z.array(z.enum(DAYS)), from: z.string(), to: z.string() }),
    ),
    extension: z.optional(z.strictObject({ maxTotalSeconds: z.int(), approval: approvalRules() })),
    via: z.enum(['assumeRole', 'webIdentity', 'saml']),
    scope: z.boolean(),
    breakGlass: z.boolean(),
    breakGlassTerms: z.optional(z.strictObject({ maxDurationSeconds: z.int(), only: z.optional(z.literal(true)) })),
  });

const approval = () =>
  z.strictObject({
    approver: person(),
    onBehalfOf: z.optional(person()),
    at: instant(),
    comment: z.optional(z.string()),
  });

const staged = () => ({
  pendingUntil: z.optional(instant()),
  stages: z.array(z.strictObject({ from: groupsAndPeople(), count: z.int(), approvals: z.array(approval()) })),
  parallel: z.optional(z.literal(true)),
  escalation: z.optional(z.strictObject({ at: instant(), to: groupsAndPeople() })),
  approvalsNeeded: z.int(),
});

const closed = (kinds: readonly string[]) =>
  z.strictObject({ kind: z.enum(kinds), by: person(), at: instant(), reason: z.optional(z.string()) });

const extension = () =>
  z.strictObject({
    status: z.enum(['pending', 'approved', 'denied', 'cancelled', 'expired']),
    justification: z.string(),
    durationSeconds: z.int(),
    grantedSeconds: z.optional(z.int()),
    createdAt: instant(),
    ...staged(),
    closed: z.optional(closed(['denied', 'cancelled'])),
  });

const review = () =>
  z.strictObject({
    reviewBy: instant(),
    reviewers: groupsAndPeople(),
    overdue: z.boolean(),
    verdict: z.optional(z.enum(['justified', 'unjustified'])),
    comment: z.optional(z.string()),
    by: z.optional(person()),
    at: z.optional(instant()),
  });

const request = () =>
  z.strictObject({
    id: z.string().check(z.regex(/^r_[A-Z2-7]{26}$/)),
    bundleId: z.optional(z.string().check(z.regex(/^b_[A-Z2-7]{26}$/))),
    status: z.enum(['pending', 'approved', 'denied', 'cancelled', 'expired', 'revoked', 'ended']),
    entitlementId: z.string(),
    title: z.string(),
    accountId: z.string(),
    roleArn: z.string(),
    requester: person(),
    justification: z.optional(z.string()),
    ticket: z.optional(z.string()),
    scope: z.optional(
      z.strictObject({ actions: z.array(z.string()), resources: z.array(z.string()), words: z.array(z.string()) }),
    ),
    startAt: z.optional(instant()),
    durationSeconds: z.int(),
    grantedSeconds: z.optional(z.int()),
    createdAt: instant(),
    ...staged(),
    grant: z.optional(
      z.strictObject({ state: z.enum(['scheduled', 'active', 'ended']), startsAt: instant(), endsAt: instant() }),
    ),
    extension: z.optional(extension()),
    breakGlass: z.optional(z.boolean()),
    review: z.optional(review()),
    closed: z.optional(closed(['denied', 'cancelled', 'revoked', 'ended'])),
    sessionsEnded: z.optional(
      z.strictObject({
        at: instant(),
        tookMs: z.int(),
        by: z.enum(['boundary', 'source_identity', 'token_issue_time']),
      }),
    ),
    actions: z.array(z.string()),
    seq: z.int(),
  });

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

const identity = () =>
  z.strictObject({
    handle: z.string(),
    displayName: z.optional(z.string()),
    email: z.optional(z.string()),
    current: z.boolean(),
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

const event = () =>
  z.looseObject({
    stream: z.string(),
    seq: z.int(),
    eventId: z.string(),
    type: z.string(),
    at: instant(),
    actor: z.looseObject({ kind: z.enum(['person', 'workload', 'system']), handle: z.string() }),
    policy: z.optional(z.string()),
    key: z.optional(z.string()),
    data: z.looseObject({}),
    prevHash: z.string(),
    hash: z.string(),
    v: z.literal(1),
  });

const evidence = () =>
  z.strictObject({
    role: z.optional(
      z.strictObject({
        accountName: z.string(),
        description: z.optional(z.string()),
        chaining: z.boolean(),
        sourceIps: z.optional(z.array(z.string())),
      }),
    ),
    ticket: z.optional(
      z.strictObject({
        state: z.enum(['open', 'closed', 'missing', 'unavailable', 'unchecked']),
        ofRequester: z.optional(z.boolean()),
      }),
    ),
    before: z.optional(z.strictObject({ requests: z.int(), same: z.int(), lastApprovedAt: z.optional(instant()) })),
    unusual: z.array(z.strictObject({ code: z.string(), detail: z.string() })),
    obstacle: z.optional(z.enum(['on_hold', 'policy_changed', 'channel_not_allowed', 'self_approval'])),
  });

const rule = () =>
  z.strictObject({
    rule: z.string(),
    /** Of which of several. */
    entitlementId: z.optional(z.string()),
    outcome: z.enum(['satisfied', 'notSatisfied', 'notEvaluated']),
    detail: z.string(),
  });

const principal = () =>
  z.strictObject({
    handle: z.string(),
    issuer: z.string(),
    subject: z.string(),
    displayName: z.optional(z.string()),
    email: z.optional(z.string()),
    groups: z.array(group()),
    kind: z.enum(['person', 'workload']),
    authenticatedAt: instant(),
    methods: z.array(z.string()),
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
