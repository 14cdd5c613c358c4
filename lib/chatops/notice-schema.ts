import * as z from 'zod/mini';
import type { LinkNotice } from '../broker/link-notice.ts';
import type { Notice, NoticeKind } from '../broker/notice.ts';

const KINDS = {
  approval_wanted: true,
  approved: true,
  denied: true,
  cancelled: true,
  revoked: true,
  ended: true,
  lapsed: true,
  break_glass: true,
  reviewed: true,
  approval_reminder: true,
  escalated: true,
  review_reminder: true,
  review_overdue: true,
} as const satisfies Record<NoticeKind, true>;

const isKind = (text: string): text is NoticeKind => Object.hasOwn(KINDS, text);

const handle = z.string().check(z.regex(/^p_[A-Za-z0-9_-]{43}$/));
const people = z.exactOptional(z.array(z.object({ provider: z.string(), issuer: z.string(), subject: z.string() })));

const id = z.string().check(z.minLength(1), z.maxLength(128));

const notice = z.object({
  id,
  kind: z.string().check(z.refine(isKind)),
  /** What we make of it, and nothing that could name another stream. */
  requestId: z.string().check(z.regex(/^r_[A-Z0-9]{26}$/)),
  entitlementId: z.string(),
  requester: handle,
  at: z.string(),
  to: z.array(
    z.discriminatedUnion('role', [
      z.object({ role: z.literal('requester'), handle }),
      z.object({ role: z.literal('channel'), channel: z.string() }),
      z.object({ role: z.enum(['approvers', 'reviewers']), groups: z.array(z.string()), people }),
    ]),
  ),
});

const linkNotice = z.object({
  id,
  kind: z.enum(['chat_linked', 'chat_unlinked']),
  handle,
  account: z.object({ platform: z.enum(['slack', 'teams']), workspace: z.string(), user: z.string() }),
  at: z.string(),
} satisfies Record<keyof LinkNotice, unknown>);

/** The notice in a message of the queue; undefined for what is none of ours. */
export const parseNotice = (body: string): Notice | undefined => {
  const { data } = notice.safeParse(jsonOf(body));
  return data && isKind(data.kind) ? { ...data, kind: data.kind } : undefined;
};

/** Likewise, of the other kind. */
export const parseLinkNotice = (body: string): LinkNotice | undefined => linkNotice.safeParse(jsonOf(body)).data;

const jsonOf = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};
