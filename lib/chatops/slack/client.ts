import * as z from 'zod/mini';
import type { ChatAccount, ChatMessageRef } from '../act.ts';
import { visibleLine } from '../plain.ts';
import { callPlatform, later, readAnswer } from '../platform-call.ts';
import { type Card, type Chat, ChatError } from '../port.ts';
import { askView, blocksOf, homeView, plainText } from './blocks.ts';
import { COMMAND } from './names.ts';

export interface SlackClientOptions {
  /** The portal's. */
  readonly origin: string;
  readonly teamId: string;
  /** The bot's token; asked for at each call, so that it is read when it is first needed. */
  readonly token: () => Promise<string>;
  /** Of the web API; Slack's own unless something stands in for it. */
  readonly endpoint?: string;
  readonly fetch?: typeof globalThis.fetch;
}

const SLACK = 'https://slack.com/api';

const answerSchema = z.object({
  ok: z.boolean(),
  error: z.optional(z.string()),
  channel: z.optional(z.unknown()),
  ts: z.optional(z.string()),
  user: z.optional(z.unknown()),
});

/** https://docs.slack.dev/reference/objects/user-object: a full member, and nobody's visitor. What is not said does not hold. */
const no = z.literal(false);
const memberSchema = z.object({
  id: z.string(),
  team_id: z.string(),
  deleted: no,
  is_bot: no,
  is_restricted: no,
  is_ultra_restricted: no,
  is_stranger: z.optional(no),
});

/** What Slack itself says may succeed later (each method's page, "Errors"). */
const MAY_PASS = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

type Fields = Readonly<Record<string, string | undefined>>;

/** Slack's web API, with `fetch` alone: five methods, one form each. The token goes into a header and nowhere else. */
export const slackClient = (options: SlackClientOptions): Chat => {
  const { origin, teamId } = options;
  const call = (method: string, fields: Fields) => callMethod(options, method, fields);

  const post = async (channel: string, card: Card, thread?: string): Promise<ChatMessageRef> => {
    const answer = await call('chat.postMessage', { channel, thread_ts: thread, ...messageOf(card, origin) });
    if (typeof answer.channel !== 'string' || answer.ts === undefined)
      throw new ChatError('chat.postMessage does not say which message it is', { mayPass: false });
    return { platform: 'slack', workspace: teamId, channel: answer.channel, message: answer.ts };
  };

  return {
    platform: 'slack',
    commands: { ask: COMMAND, list: `${COMMAND} mine`, link: `${COMMAND} link` },
    post: (channel, card, under) => post(channel, card, under?.message),
    // A user's id stands for the conversation with them (chat.postMessage, "Channels").
    direct: ({ user }: ChatAccount, card) => post(user, card),
    update: async ({ channel, message }, card) => {
      await call('chat.update', { channel, ts: message, ...messageOf(card, origin) });
    },
    whisper: async ({ account, place }, card) => {
      const message = messageOf(card, origin);
      if (place.replyTo !== undefined) await answerAt(options, place.replyTo, message);
      else if (place.channel === undefined) await call('chat.postMessage', { channel: account.user, ...message });
      else await call('chat.postEphemeral', { channel: place.channel, user: account.user, ...message });
    },
    openForm: async (_to, trigger, form) => {
      try {
        await call('views.open', { trigger_id: trigger, view: JSON.stringify(askView(form)) });
        return 'opened';
      } catch (error) {
        if (error instanceof ChatError && TOO_LATE.test(error.message)) return 'too_late';
        throw error;
      }
    },
    isMember: async ({ account: { user } }) => {
      const { user: found } = await call('users.info', { user });
      const { data: member } = memberSchema.safeParse(found);
      return member?.id === user && member.team_id === teamId;
    },
    home: async ({ user }, cards) => {
      await call('views.publish', { user_id: user, view: JSON.stringify(homeView(cards, origin)) });
    },
  };
};

const TOO_LATE = /: (?:expired_trigger_id|exchanged_trigger_id)$/;

/**
 * `text` is what notifications and screen readers say; Slack reads markup in it, so it is the title, escaped, with nothing that Slack
 * would make a link or a mention of by itself.
 */
type Message = Readonly<Record<'text' | 'blocks' | 'parse' | 'link_names' | 'unfurl_links' | 'unfurl_media', string>>;

const messageOf = (card: Card, origin: string): Message => ({
  text: plainText(visibleLine(card.title).replaceAll(/[@#*_~`|]/g, ' '), 300).text,
  blocks: JSON.stringify(blocksOf(card, origin)),
  parse: 'none',
  link_names: 'false',
  unfurl_links: 'false',
  unfurl_media: 'false',
});

/** Slack, "Handling user interaction": `response_url` needs no token, and gets none. Its host was looked at when it came. */
const answerAt = async ({ fetch = globalThis.fetch }: SlackClientOptions, url: string, { text, blocks }: Message) => {
  const headers = { 'content-type': 'application/json' };
  const body = `{"response_type":"ephemeral","replace_original":false,"text":${JSON.stringify(text)},"blocks":${blocks}}`;
  const response = await callPlatform({ name: 'response_url', url, headers, body }, fetch);
  await response.body?.cancel();
  if (!response.ok) throw new ChatError(`response_url answers ${response.status}`, { mayPass: false });
};

const callMethod = async (
  { token, endpoint = SLACK, fetch = globalThis.fetch }: SlackClientOptions,
  method: string,
  fields: Fields,
): Promise<z.infer<typeof answerSchema>> => {
  const authorization = `Bearer ${await token()}`;
  const given = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const body = new URLSearchParams(given);
  const response = await callPlatform(
    { name: method, url: `${endpoint}/${method}`, headers: { authorization }, body },
    fetch,
  );
  const answer = await readAnswer(method, response, (json) => answerSchema.parse(json));
  if (answer.ok) return answer;
  const code = /^[a-z_]{1,64}$/.test(answer.error ?? '') ? (answer.error ?? '') : 'unknown';
  throw new ChatError(`${method}: ${code}`, MAY_PASS.has(code) ? later(response) : { mayPass: false });
};
