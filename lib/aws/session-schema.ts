import * as z from 'zod/mini';
import type { Principal } from '../domain/principal.ts';
import type { Seen, Session } from '../identity/ports.ts';

// `satisfies` names every member, the optional ones too: one that a schema leaves out would be lost on its way through the table.

export const principal = z.object({
  handle: z.string(),
  issuer: z.string(),
  subject: z.string(),
  kind: z.enum(['person', 'workload']),
  displayName: z.exactOptional(z.string()),
  email: z.exactOptional(z.string()),
  groups: z.array(z.string()),
  groupsAt: z.string(),
  authenticatedAt: z.string(),
  methods: z.array(z.string()),
  byDevice: z.exactOptional(z.literal(true)),
} satisfies Record<keyof Principal, unknown>);

const session = z.object({
  principal,
  via: z.enum(['cookie', 'bearer']),
  tokenHash: z.string(),
  csrf: z.exactOptional(z.string()),
  createdAt: z.string(),
  expiresAt: z.string(),
  family: z.exactOptional(z.string()),
  providerSession: z.exactOptional(z.string()),
} satisfies Record<keyof Session, unknown>);

const seen = z.object({ id: z.string(), at: z.string() } satisfies Record<keyof Seen, unknown>);

// Each gives undefined for what is none: an item of another version, or written by hand, counts as absent.

export const parseSession = (body: unknown): Session | undefined => session.safeParse(body).data;
export const parseSeen = (body: unknown): Seen | undefined => seen.safeParse(body).data;
