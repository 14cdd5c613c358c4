import * as z from 'zod/mini';

const instant = z.iso.datetime();
const person = z.looseObject({
  handle: z.string(),
  displayName: z.optional(z.string()),
  email: z.optional(z.string()),
});
const window = z.looseObject({ startsAt: instant, endsAt: instant });

const logPlace = z.looseObject({
  state: z.enum(['proved', 'waiting', 'unproved']),
  index: z.optional(z.int()),
  checkpoint: z.optional(z.int()),
});

const entry = z.looseObject({
  eventId: z.string(),
  at: instant,
  type: z.string(),
  actor: person,
  policy: z.optional(z.string()),
  words: z.optional(z.string()),
  onBehalfOf: z.optional(person),
  on: z.optional(
    z.looseObject({
      what: z.enum(['request', 'extension']),
      roleArn: z.string(),
      durationSeconds: z.int(),
      approvals: z.int(),
      ticket: z.optional(z.string()),
      scope: z.optional(z.looseObject({ actions: z.array(z.string()), resources: z.array(z.string()) })),
    }),
  ),
  grant: z.optional(window),
  session: z.optional(
    z.looseObject({
      purpose: z.string(),
      durationSeconds: z.int(),
      accessKeyId: z.optional(z.string()),
      expiration: z.optional(instant),
      reason: z.optional(z.string()),
      urlExpiresAt: z.optional(instant),
    }),
  ),
  refusal: z.optional(z.looseObject({ purpose: z.string(), code: z.string(), reason: z.string() })),
  verdict: z.optional(z.string()),
  ended: z.optional(z.looseObject({ tookMs: z.int(), by: z.string() })),
  log: logPlace,
});

/** Of the answer of `GET /v1/audit/requests/{id}`, what is gone by here; the rest is kept as it came. */
export const dossierSchema = z.looseObject({
  at: instant,
  request: z.looseObject({
    id: z.string(),
    status: z.string(),
    title: z.string(),
    entitlementId: z.string(),
    accountId: z.string(),
    roleArn: z.string(),
    requester: person,
    justification: z.optional(z.string()),
    ticket: z.optional(z.string()),
    breakGlass: z.optional(z.boolean()),
    grant: z.optional(window),
  }),
  timeline: z.array(entry),
  coverage: z.looseObject({
    proved: z.int(),
    waiting: z.int(),
    unproved: z.int(),
    checkpoint: z.optional(z.looseObject({ seq: z.int(), at: instant, kid: z.string() })),
  }),
});

export type DossierAnswer = z.infer<typeof dossierSchema>;
export type DossierEntry = z.infer<typeof entry>;
