import * as z from 'zod/mini';

/** People as they are answered, and what most answers are made of. */

export const instant = () => z.iso.datetime();
export const group = () => z.string();

export const person = () =>
  z.strictObject({
    handle: z.string(),
    displayName: z.optional(z.string()),
    email: z.optional(z.string()),
  });

export const groupsAndPeople = () =>
  z.strictObject({ groups: z.array(group()), people: z.optional(z.array(z.string())) });

export const principal = () =>
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

export const identity = () =>
  z.strictObject({
    handle: z.string(),
    displayName: z.optional(z.string()),
    email: z.optional(z.string()),
    current: z.boolean(),
  });
