import * as z from 'zod/mini';
import type { RequestSummary } from '../broker/summary.ts';
import type { Closed, Extension } from '../domain/request.ts';

const textRef = z.object({ id: z.string(), hash: z.string() });

const denyStatement = z.object({
  Effect: z.literal('Deny'),
  Sid: z.exactOptional(z.string()),
  Action: z.exactOptional(z.array(z.string())),
  NotAction: z.exactOptional(z.array(z.string())),
  Resource: z.exactOptional(z.array(z.string())),
  NotResource: z.exactOptional(z.array(z.string())),
  Condition: z.exactOptional(z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())])))),
});

const snapshot = z.object({
  accountId: z.string(),
  roleArn: z.string(),
  session: z.object({
    via: z.enum(['assumeRole', 'webIdentity', 'saml']),
    maxSeconds: z.number(),
    tail: z.enum(['deny', 'refuse']),
    chaining: z.boolean(),
    revokeOnEnd: z.exactOptional(z.literal(true)),
    sourceIps: z.exactOptional(z.array(z.string())),
    denies: z.array(denyStatement),
  }),
});

const approvers = z.object({
  groups: z.array(z.string()),
  people: z.exactOptional(z.array(z.object({ provider: z.string(), issuer: z.string(), subject: z.string() }))),
});

const staged = {
  stages: z.array(z.object({ from: approvers, count: z.number() })),
  parallel: z.exactOptional(z.literal(true)),
  escalation: z.exactOptional(z.object({ at: z.string(), to: approvers })),
  pendingUntil: z.exactOptional(z.string()),
  approvals: z.array(
    z.object({
      approver: z.string(),
      at: z.string(),
      stage: z.number(),
      couldServe: z.exactOptional(z.array(z.number())),
      onBehalfOf: z.exactOptional(z.string()),
      comment: z.exactOptional(textRef),
    }),
  ),
  approvedAt: z.exactOptional(z.string()),
};

const closedBy = { by: z.string(), at: z.string(), reason: z.exactOptional(textRef) };

const extension = z.object({
  ...staged,
  pendingUntil: z.string(),
  // Summaries of before there was one are still to be listed.
  seq: z._default(z.number(), 0),
  at: z.string(),
  justification: textRef,
  durationSeconds: z.number(),
  grantedSeconds: z.number(),
  closed: z.exactOptional(z.object({ kind: z.enum(['denied', 'cancelled']), ...closedBy })),
} satisfies Record<keyof Extension, unknown>);

const summary = z.object({
  ...staged,
  id: z.string(),
  requester: z.string(),
  entitlementId: z.string(),
  snapshot,
  justification: textRef,
  ticket: z.exactOptional(z.string()),
  scope: z.exactOptional(z.object({ actions: z.array(z.string()), resources: z.array(z.string()) })),
  createdAt: z.string(),
  durationSeconds: z.number(),
  grantedSeconds: z.number(),
  startAt: z.exactOptional(z.string()),
  autoApproved: z.boolean(),
  extendedSeconds: z.exactOptional(z.number()),
  autoExtended: z.exactOptional(z.literal(true)),
  extension: z.exactOptional(extension),
  extensionsAsked: z.exactOptional(z.number()),
  extendedBefore: z.exactOptional(z.array(z.object({ approver: z.string(), onBehalfOf: z.exactOptional(z.string()) }))),
  breakGlass: z.exactOptional(z.object({ reviewBy: z.string(), reviewers: approvers })),
  revokers: z.exactOptional(approvers),
  review: z.exactOptional(
    z.object({ by: z.string(), at: z.string(), verdict: z.enum(['justified', 'unjustified']), comment: textRef }),
  ),
  bundle: z.exactOptional(z.object({ id: z.string(), requestIds: z.array(z.string()) })),
  closed: z.exactOptional(
    z.object({
      kind: z.enum(['denied', 'cancelled', 'revoked', 'ended']),
      ...closedBy,
      endedAt: z.exactOptional(z.string()),
    } satisfies Record<keyof Closed, unknown>),
  ),
  sessionsUntil: z.exactOptional(z.string()),
  sessionsEnded: z.exactOptional(
    z.object({ at: z.string(), tookMs: z.number(), by: z.enum(['boundary', 'source_identity', 'token_issue_time']) }),
  ),
  seq: z.number(),
  // Names every member, the optional ones too: one left out would be lost on its way through the table.
} satisfies Record<keyof RequestSummary, unknown>);

/** The summary that an item of the index holds as JSON, or undefined when it is none: written by another version, or by hand. */
export const parseSummary = (json: string): RequestSummary | undefined => {
  try {
    const { success, data } = summary.safeParse(JSON.parse(json));
    return success ? data : undefined;
  } catch {
    return undefined;
  }
};
