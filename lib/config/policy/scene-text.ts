import * as z from 'zod';
import { groupsFrom } from '../access-groups.ts';
import { duration, idText, lineOf } from '../access-words.ts';
import type { CompiledAccess } from '../access.ts';
import { present } from '../present.ts';
import type { Scene } from './scene.ts';
import type { Who } from './who.ts';

/** `2026-03-02T12:00:00Z`, or with another offset, as an instant. */
const instant = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-03-02T12:00:00Z' })
  .transform((text) => new Date(text).toISOString());

const ago = duration('1s', '30d').optional();

const idsOf = (named: readonly { readonly id: string }[]): readonly string[] => named.map(({ id }) => id);

/** A principal, as a person writes one who asks what the policy would say. */
export const whoText = ({ identityProviders, outside }: CompiledAccess) =>
  z.strictObject({
    groups: groupsFrom(idsOf(identityProviders), idsOf(outside.onCall)).shape.groups.optional(),
    subject: z
      .string()
      .regex(/^[a-z0-9-]+:./, { error: 'must be <provider>:<subject>' })
      .optional(),
    email: lineOf(320).optional(),
    mfa: z.boolean().optional(),
    signedInAgo: ago,
    groupsFetchedAgo: ago,
    byDevice: z.boolean().optional(),
  });

/** What they do, and when. */
export const actText = {
  act: z.enum(['request', 'approve', 'issue']).default('request'),
  entitlement: idText,
  at: instant.optional(),
  via: z.enum(['portal', 'bearer', 'chat']).optional(),
  for: duration('1s', '30d').optional(),
  justification: z.string().optional(),
  ticket: z.string().optional(),
  ticketState: z.enum(['open', 'closed', 'missing']).optional(),
  startAt: instant.optional(),
  breakGlass: z.boolean().optional(),
  waited: ago,
};

type WhoText = z.infer<ReturnType<typeof whoText>>;
type ActText = z.infer<z.ZodObject<typeof actText>>;

export const whoOf = ({ groups = [], signedInAgo, groupsFetchedAgo, ...rest }: WhoText): Who => ({
  groups,
  ...present({ signedInAgoSeconds: signedInAgo, groupsAgeSeconds: groupsFetchedAgo }),
  ...present(rest),
});

/** @param now where the text names no time of its own */
export const sceneOf = (as: Who, text: ActText, now: string): Scene => ({
  act: text.act,
  as,
  entitlementId: text.entitlement,
  at: text.at ?? now,
  ...present({
    channel: text.via,
    durationSeconds: text.for,
    justification: text.justification,
    ticket: text.ticket,
    ticketAnswer: text.ticketState && { state: text.ticketState, ...present({ assignee: as.email }) },
    startAt: text.startAt,
    breakGlass: text.breakGlass,
    waitedSeconds: text.waited,
  }),
});
