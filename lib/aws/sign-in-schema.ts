import * as z from 'zod/mini';
import type { Attempt, BegunSignIn, LinkTo, ParkedSignIn, SamlAttempt } from '../identity/ports.ts';
import { principal } from './session-schema.ts';

// `satisfies` names every member, the optional ones too: one that a schema leaves out would be lost on its way through the table.

const linkTo = z.object({ handle: z.string(), tokenHash: z.string() } satisfies Record<keyof LinkTo, unknown>);

const begun = {
  provider: z.string(),
  browserHash: z.string(),
  returnTo: z.string(),
  authenticatedSince: z.exactOptional(z.string()),
  link: z.exactOptional(linkTo),
  expiresAt: z.string(),
} satisfies Record<keyof BegunSignIn, unknown>;

const attempt = z.object({
  stateHash: z.string(),
  ...begun,
} satisfies Record<keyof Attempt, unknown>);

const samlAttempt = z.object({
  requestHash: z.string(),
  ...begun,
} satisfies Record<keyof SamlAttempt, unknown>);

const parkedSignIn = z.object({
  ticketHash: z.string(),
  provider: z.string(),
  returnTo: z.string(),
  browserHash: z.exactOptional(z.string()),
  principal: z.omit(principal, { handle: true }),
  sessionEndsAt: z.exactOptional(z.string()),
  link: z.exactOptional(linkTo),
  expiresAt: z.string(),
} satisfies Record<keyof ParkedSignIn, unknown>);

// Each gives undefined for what is none: an item of another version, or written by hand, counts as absent.

export const parseAttempt = (body: unknown): Attempt | undefined => attempt.safeParse(body).data;
export const parseSamlAttempt = (body: unknown): SamlAttempt | undefined => samlAttempt.safeParse(body).data;
export const parseParkedSignIn = (body: unknown): ParkedSignIn | undefined => parkedSignIn.safeParse(body).data;
