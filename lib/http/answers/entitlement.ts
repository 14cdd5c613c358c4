import * as z from 'zod/mini';
import { DAYS } from '../../domain/hours.ts';
import { groupsAndPeople } from './people.ts';

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

export const entitlement = () =>
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
