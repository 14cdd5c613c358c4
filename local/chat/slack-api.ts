import * as z from 'zod';

/** A person of the local workspace, or somebody who only visits it. */
export interface SlackMember {
  readonly id: string;
  readonly name: string;
  readonly teamId: string;
  readonly guest?: true;
  readonly bot?: true;
}

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly thread?: string;
  /** Who alone sees it. */
  readonly only?: string;
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
  readonly edits: number;
}

export type SlackBlock = z.infer<typeof block>;

export interface SlackWorld {
  readonly teamId: string;
  readonly botToken: string;
  readonly channels: readonly { readonly id: string; readonly name: string }[];
  readonly members: readonly SlackMember[];
  /** Oldest first. */
  readonly messages: SlackMessage[];
  /** By member: the window that is open, and the app's home. */
  readonly views: Map<string, SlackView>;
  readonly homes: Map<string, SlackView>;
  /** Triggers that open a window, and whose they are. */
  readonly triggers: Map<string, { readonly user: string; readonly until: number }>;
}

const plain = (most: number) =>
  z.object({ type: z.literal('plain_text'), text: z.string().min(1).max(most), emoji: z.boolean() });

const option = z.object({ text: plain(75), value: z.string().max(150) });

const element = z.looseObject({
  type: z.string(),
  action_id: z.string().max(255),
  text: plain(75).optional(),
  value: z.string().max(2000).optional(),
  url: z.url().max(3000).optional(),
  options: z.array(option).min(1).max(100).optional(),
});

/** https://docs.slack.dev/reference/block-kit/blocks: what Slack refuses as `invalid_blocks`, as far as we send it. */
const block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('header'), text: plain(150) }),
  z.object({
    type: z.literal('section'),
    text: plain(3000).optional(),
    fields: z.array(plain(2000)).min(1).max(10).optional(),
  }),
  z.object({
    type: z.literal('input'),
    block_id: z.string().max(255),
    optional: z.boolean().optional(),
    label: plain(2000),
    element,
  }),
  z.object({
    type: z.literal('actions'),
    block_id: z.string().max(255).optional(),
    elements: z.array(element).min(1).max(25),
  }),
  z.object({ type: z.literal('divider') }),
]);

/** Slack gives a block a name where it has none, and refuses two of one name. */
const areNamedOnce = (all: readonly SlackBlock[]): boolean => {
  const names = all.flatMap((one) => ('block_id' in one && one.block_id !== undefined ? [one.block_id] : []));
  return new Set(names).size === names.length;
};

const blocks = z.array(block).max(50).refine(areNamedOnce);
const view = z.looseObject({
  type: z.enum(['modal', 'home']),
  callback_id: z.string().max(255).optional(),
  title: plain(24).optional(),
  blocks: z.array(block).max(100).refine(areNamedOnce),
});

export type SlackView = z.infer<typeof view>;

type Form = Readonly<Record<string, string>>;
type Answer = { readonly ok: true } & Readonly<Record<string, unknown>>;
type Method = (world: SlackWorld, form: Form, nowMs: number) => Answer;

/** What Slack answers by `{ok: false, error}`. */
export class SlackFault extends Error {}

const parsed = <T>(schema: z.ZodType<T>, text: string | undefined, error: string): T => {
  try {
    return schema.parse(JSON.parse(text ?? ''));
  } catch {
    throw new SlackFault(error);
  }
};

const memberOf = ({ members }: SlackWorld, id: string | undefined): SlackMember => {
  const member = members.find((one) => one.id === id);
  if (!member) throw new SlackFault('user_not_found');
  return member;
};

/** A channel by its id or name, or the conversation with a member. */
const channelOf = (world: SlackWorld, named = ''): string => {
  const channel = world.channels.find(({ id, name }) => id === named || `#${name}` === named);
  if (channel) return channel.id;
  if (world.members.some(({ id }) => id === named)) return `D${named.slice(1)}`;
  if (named.startsWith('D')) return named;
  throw new SlackFault('channel_not_found');
};

const post = (world: SlackWorld, form: Form, nowMs: number, only?: string): SlackMessage => {
  // One after the other, as Slack's: seconds, and six digits that tell those of one second apart.
  const ts = `${Math.floor(nowMs / 1000)}.${String(world.messages.length + 1).padStart(6, '0')}`;
  const message: SlackMessage = {
    ...{ channel: channelOf(world, form['channel']), ts, text: form['text'] ?? '', edits: 0 },
    blocks: parsed(blocks, form['blocks'], 'invalid_blocks'),
    ...(form['thread_ts'] === undefined ? {} : { thread: form['thread_ts'] }),
    ...(only === undefined ? {} : { only }),
  };
  world.messages.push(message);
  return message;
};

const METHODS: Readonly<Record<string, Method>> = {
  'chat.postMessage': (world, form, nowMs) => {
    const { channel, ts } = post(world, form, nowMs);
    return { ok: true, channel, ts };
  },
  'chat.postEphemeral': (world, form, nowMs) => {
    const { ts } = post(world, form, nowMs, memberOf(world, form['user']).id);
    return { ok: true, message_ts: ts };
  },
  'chat.update': (world, form) => {
    const { channel, ts = '' } = form;
    const at = world.messages.findIndex((one) => one.channel === channel && one.ts === ts);
    const was = world.messages[at];
    if (!was) throw new SlackFault('message_not_found');
    const shown = { text: form['text'] ?? '', blocks: parsed(blocks, form['blocks'], 'invalid_blocks') };
    world.messages[at] = { ...was, ...shown, edits: was.edits + 1 };
    return { ok: true, channel, ts };
  },
  'views.open': (world, form, nowMs) => {
    const trigger = world.triggers.get(form['trigger_id'] ?? '');
    if (!trigger || trigger.until < nowMs) throw new SlackFault('expired_trigger_id');
    world.triggers.delete(form['trigger_id'] ?? '');
    world.views.set(trigger.user, parsed(view, form['view'], 'invalid_arguments'));
    return { ok: true };
  },
  'views.publish': (world, form) => {
    world.homes.set(memberOf(world, form['user_id']).id, parsed(view, form['view'], 'invalid_arguments'));
    return { ok: true };
  },
  'users.info': (world, form) => {
    const { id, name, teamId, guest = false, bot = false } = memberOf(world, form['user']);
    const flags = { deleted: false, is_bot: bot, is_restricted: guest, is_ultra_restricted: false };
    return { ok: true, user: { id, team_id: teamId, name, ...flags } };
  },
};

/** Slack's web API, as far as Hatcheck calls it. */
export const callSlack = (
  world: SlackWorld,
  method: string,
  { token, form, nowMs }: { readonly token: string; readonly form: Form; readonly nowMs: number },
): object => {
  const run = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (!run) return { ok: false, error: 'unknown_method' };
  if (token !== world.botToken) return { ok: false, error: 'invalid_auth' };
  try {
    return run(world, form, nowMs);
  } catch (error) {
    if (error instanceof SlackFault) return { ok: false, error: error.message };
    throw error;
  }
};

/** What somebody is shown alone, where they acted (`response_url`). */
export const answerAlone = (world: SlackWorld, user: string, channel: string, body: string, nowMs: number): void => {
  const { text, blocks: shown } = parsed(z.object({ text: z.string(), blocks: z.unknown() }), body, 'invalid_payload');
  post(world, { channel, text, blocks: JSON.stringify(shown) }, nowMs, user);
};
