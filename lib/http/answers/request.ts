import * as z from 'zod/mini';
import { groupsAndPeople, instant, person } from './people.ts';

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

export const request = () =>
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

export const event = () =>
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

export const evidence = () =>
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

export const rule = () =>
  z.strictObject({
    rule: z.string(),
    /** Of which of several. */
    entitlementId: z.optional(z.string()),
    outcome: z.enum(['satisfied', 'notSatisfied', 'notEvaluated']),
    detail: z.string(),
  });
