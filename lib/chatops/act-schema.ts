import * as z from 'zod/mini';
import type { ChatAccount, ChatAct, ChatPlace } from './act.ts';

/** People's words are checked by whatever they are for; here only that nobody sends a library. */
const words = z.string().check(z.maxLength(3000));
const requestId = z.string().check(z.regex(/^r_[A-Z2-7]{26}$/));
const seq = z.exactOptional(z.int().check(z.minimum(0)));

const saying = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('approve'), requestId, seq, comment: z.exactOptional(words) }),
  z.strictObject({ type: z.enum(['deny', 'revoke']), requestId, seq, reason: words }),
  z.strictObject({ type: z.literal('form'), trigger: z.exactOptional(words) }),
  z.strictObject({
    type: z.literal('ask'),
    entitlementId: words,
    justification: words,
    durationSeconds: z.int(),
    ticket: z.exactOptional(words),
  }),
  z.strictObject({ type: z.enum(['list', 'link', 'home', 'help']) }),
]);

const act = z.strictObject({
  id: z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/)),
  at: z.iso.datetime(),
  account: z.strictObject({
    platform: z.enum(['slack', 'teams']),
    workspace: z.string().check(z.regex(/^[A-Za-z0-9-]{1,64}$/)),
    user: z.string().check(z.regex(/^[A-Za-z0-9-]{1,64}$/)),
  } satisfies Record<keyof ChatAccount, unknown>),
  name: z.exactOptional(words),
  place: z.strictObject({
    channel: z.exactOptional(words),
    message: z.exactOptional(words),
    replyTo: z.exactOptional(words),
  } satisfies Record<keyof ChatPlace, unknown>),
  saying,
} satisfies Record<keyof ChatAct, unknown>);

/** What the queue brings; undefined for what is none of ours. */
export const parseChatAct = (body: string): ChatAct | undefined => {
  try {
    return act.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
};
