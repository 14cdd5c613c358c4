import * as z from 'zod/mini';
import type { ChatAccount } from '../chatops/act.ts';
import type { ChatLink, WaitingChat } from '../chatops/port.ts';

// `satisfies` names every member, the optional ones too: one that a schema leaves out would be lost on its way through the table.

const account = z.object({
  platform: z.enum(['slack', 'teams']),
  workspace: z.string(),
  user: z.string(),
} satisfies Record<keyof ChatAccount, unknown>);

const link = z.object({ account, handle: z.string(), at: z.string() } satisfies Record<keyof ChatLink, unknown>);

const waiting = z.object({
  account,
  name: z.exactOptional(z.string()),
  expiresAt: z.string(),
} satisfies Record<keyof WaitingChat, unknown>);

// Each gives undefined for what is none: an item of another version, or written by hand, counts as absent.

export const parseChatLink = (body: unknown): ChatLink | undefined => link.safeParse(body).data;
export const parseWaitingChat = (body: unknown): WaitingChat | undefined => waiting.safeParse(body).data;
