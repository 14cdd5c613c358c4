import * as z from 'zod/mini';
import { instant, person } from './people.ts';
import { event, request } from './request.ts';

const ofRequest = {
  requestId: z.string(),
  requester: person(),
  entitlementId: z.string(),
  accountId: z.string(),
  roleArn: z.string(),
  ticket: z.optional(z.string()),
  breakGlass: z.optional(z.literal(true)),
};

export const actor = () => z.extend(person(), { kind: z.enum(['person', 'workload', 'system']) });

/** Somebody forgotten is a handle, and their words are absent. */
const foundEvent = () =>
  z.strictObject({
    ...z.partial(z.strictObject(ofRequest)).shape,
    eventId: z.string(),
    stream: z.string(),
    seq: z.int(),
    type: z.string(),
    at: instant(),
    actor: actor(),
    people: z.array(person()),
    refused: z.optional(z.string()),
    words: z.optional(z.string()),
  });

const foundGrant = () =>
  z.strictObject({
    ...ofRequest,
    people: z.array(person()),
    startsAt: instant(),
    endsAt: instant(),
    liveUntil: instant(),
    sessions: z.int(),
  });

export const found = () =>
  z.strictObject({
    grants: z.array(foundGrant()),
    events: z.array(foundEvent()),
    nextCursor: z.optional(z.string()),
  });

/** `waiting`: no checkpoint covers it yet. `unproved`: what should prove it does not. */
const logPlace = () =>
  z.union([
    z.strictObject({ state: z.literal('proved'), index: z.int(), checkpoint: z.int(), at: instant() }),
    z.strictObject({ state: z.literal('waiting'), index: z.optional(z.int()) }),
    z.strictObject({ state: z.literal('unproved'), index: z.int() }),
  ]);

const decidedOn = () =>
  z.strictObject({
    what: z.enum(['request', 'extension']),
    entitlementId: z.string(),
    accountId: z.string(),
    roleArn: z.string(),
    durationSeconds: z.int(),
    startAt: z.optional(instant()),
    ticket: z.optional(z.string()),
    scope: z.optional(z.strictObject({ actions: z.array(z.string()), resources: z.array(z.string()) })),
    via: z.string(),
    approvals: z.int(),
    stage: z.optional(z.int()),
  });

const session = () =>
  z.strictObject({
    intent: z.string(),
    purpose: z.enum(['credentials', 'console']),
    roleArn: z.string(),
    durationSeconds: z.int(),
    endsAt: instant(),
    sessionNameHash: z.string(),
    tags: z.record(z.string(), z.string()),
    accessKeyId: z.optional(z.string()),
    expiration: z.optional(instant()),
    reason: z.optional(z.string()),
    urlExpiresAt: z.optional(instant()),
  });

const timelineEntry = () =>
  z.strictObject({
    eventId: z.string(),
    stream: z.string(),
    seq: z.int(),
    at: instant(),
    type: z.string(),
    actor: actor(),
    policy: z.optional(z.string()),
    words: z.optional(z.string()),
    onBehalfOf: z.optional(person()),
    on: z.optional(decidedOn()),
    grant: z.optional(z.strictObject({ startsAt: instant(), endsAt: instant() })),
    session: z.optional(session()),
    refusal: z.optional(
      z.strictObject({ purpose: z.enum(['credentials', 'console']), code: z.string(), reason: z.string() }),
    ),
    verdict: z.optional(z.enum(['justified', 'unjustified'])),
    ended: z.optional(
      z.strictObject({ tookMs: z.int(), by: z.enum(['boundary', 'source_identity', 'token_issue_time']) }),
    ),
    log: logPlace(),
  });

/** A checkpoint as it is on record; `checkpoint` is the very text that `signature` is over. */
export const signedCheckpoint = () =>
  z.strictObject({
    seq: z.int(),
    at: instant(),
    size: z.int(),
    checkpoint: z.string(),
    signature: z.string(),
    kid: z.string(),
  });

export const dossier = () =>
  z.strictObject({
    at: instant(),
    request: request(),
    events: z.array(event()),
    timeline: z.array(timelineEntry()),
    coverage: z.strictObject({
      proved: z.int(),
      waiting: z.int(),
      unproved: z.int(),
      checkpoint: z.optional(signedCheckpoint()),
    }),
  });

/** The first place that is not as it was written; docs/audit.md says what each member means. */
const badPlace = () =>
  z.strictObject({
    what: z.enum(['altered', 'dropped', 'reordered', 'added']),
    sign: z.string(),
    index: z.optional(z.int()),
    to: z.optional(z.int()),
    stream: z.optional(z.string()),
    seq: z.optional(z.int()),
    checkpoint: z.optional(z.int()),
    kid: z.optional(z.string()),
  });

export const verdict = () =>
  z.strictObject({
    ok: z.boolean(),
    checked: z.strictObject({ events: z.int(), checkpoints: z.int() }),
    waiting: z.optional(z.int()),
    firstBad: z.optional(badPlace()),
    next: z.optional(z.int()),
    checkpoint: z.optional(signedCheckpoint()),
    keys: z.array(z.strictObject({ kid: z.string(), pem: z.string() })),
    proofs: z.optional(
      z.array(
        z.strictObject({
          stream: z.string(),
          seq: z.int(),
          index: z.int(),
          hash: z.string(),
          canonical: z.string(),
          path: z.array(z.string()),
        }),
      ),
    ),
  });
