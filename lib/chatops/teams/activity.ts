import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type JsonObject, jsonObject, memberOf } from '../../identity/strict-json.ts';
import type { ChatPlace, ChatSaying } from '../act.ts';
import type { Read } from '../read.ts';
import type { TeamsSettings } from '../settings.ts';
import { typedCommand } from '../typed-command.ts';
import { TEAMS_CHANNEL } from './bot-keys.ts';
import { executed } from './executed.ts';
import { serviceAddress } from './service-url.ts';
import type { BotToken } from './token.ts';

/** Who we are to Teams, and whose people count. */
export type TeamsIdentity = Pick<TeamsSettings, 'appId' | 'tenantId'>;

/** `fault` `service_url`: it is not where the token says that it comes from. */
export type ReadActivity = Read | { readonly fault: 'service_url' };

const line = z.string().check(z.minLength(1), z.maxLength(512));
const uuid = z.string().check(z.regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/));

// Microsoft adds members when it likes: what is not named here is ignored, what is must be of its form.

const sender = {
  id: line,
  channelId: z.literal(TEAMS_CHANNEL),
  serviceUrl: line,
  /** Of a bot there is no `aadObjectId`, nor of whoever came to a meeting without signing in. */
  from: z.object({ id: line, aadObjectId: z.exactOptional(uuid), name: z.exactOptional(z.string()) }),
  recipient: z.object({ id: line }),
  conversation: z.object({ id: line, tenantId: z.exactOptional(uuid) }),
  channelData: z.object({ tenant: z.object({ id: uuid }) }),
};

const message = z.object({
  ...sender,
  type: z.literal('message'),
  text: z.exactOptional(z.string().check(z.maxLength(3000))),
});

/** Universal actions for Adaptive Cards. `automatic`: the client asked by itself, and nobody pressed. */
const invoke = z.object({
  ...sender,
  type: z.literal('invoke'),
  name: z.literal('adaptiveCard/action'),
  replyToId: z.exactOptional(line),
  value: z.object({
    trigger: z.exactOptional(z.literal('manual')),
    action: z.object({
      type: z.literal('Action.Execute'),
      verb: line,
      data: z.exactOptional(z.record(z.string(), z.unknown())),
    }),
  }),
});

const activity = z.discriminatedUnion('type', [message, invoke]);

type Activity = z.infer<typeof activity>;

/** API Gateway lets through 64 KiB; no card of ours is as deep. */
const LIMITS = { maxDepth: 12, maxMembers: 1000 };

/**
 * A message to the bot, or a button that was pressed.
 * @param body of a request whose token was verified @param standIn see `serviceAddress`
 */
export const readActivity = (body: string, token: BotToken, us: TeamsIdentity, standIn?: string): ReadActivity => {
  const json = jsonObject(Buffer.from(body), LIMITS);
  if (!json) return { fault: 'malformed' };
  // "Step 4", 7: before anything else is believed of it, whatever its type.
  if (memberOf(json, 'serviceUrl') !== token.serviceUrl) return { fault: 'service_url' };
  if (isOfNoConcern(json)) return 'nothing';
  const said = activity.safeParse(json).data;
  return said ? actOf(said, us, standIn) : { fault: 'malformed' };
};

/** Somebody came or went, reacted or edited; the app was installed. */
const isOfNoConcern = (json: JsonObject): boolean => NO_CONCERN.has(memberOf(json, 'type'));

const NO_CONCERN: ReadonlySet<unknown> = new Set([
  ...['conversationUpdate', 'installationUpdate', 'messageReaction', 'messageUpdate', 'messageDelete', 'typing'],
]);

const actOf = (said: Activity, { appId, tenantId }: TeamsIdentity, standIn: string | undefined): Read => {
  const { from, recipient, conversation, channelData } = said;
  if (recipient.id !== `28:${appId}`) return { fault: 'other_app' };
  if (channelData.tenant.id !== tenantId || (conversation.tenantId ?? tenantId) !== tenantId)
    return { fault: 'other_workspace' };
  // Guests of ours look like members here: whether they are is asked before they get further (`isMember`).
  if (!from.id.startsWith('29:') || from.aadObjectId === undefined) return { fault: 'not_a_member' };
  const place = placeOf(said, standIn);
  if (!place) return { fault: 'foreign_reply_address' };
  const saying = sayingOf(said);
  if (!saying) return { fault: 'malformed' };
  const name = from.name?.slice(0, 256);
  return {
    act: {
      // By what Teams gives to one activity only: sent again, or with another token, it is the same one.
      id: createHash('sha256')
        .update(JSON.stringify(['teams', tenantId, conversation.id, from.aadObjectId, said.id]))
        .digest('base64url'),
      account: { platform: 'teams', workspace: tenantId, user: from.aadObjectId },
      ...(name === undefined ? {} : { name }),
      place,
      saying,
    },
  };
};

const placeOf = (said: Activity, standIn: string | undefined): ChatPlace | undefined => {
  const replyTo = serviceAddress(said.serviceUrl, standIn);
  if (replyTo === undefined) return undefined;
  const message = said.type === 'invoke' ? said.replyToId : undefined;
  return { channel: said.conversation.id, replyTo, ...(message === undefined ? {} : { message }) };
};

const sayingOf = (said: Activity): ChatSaying | undefined => {
  if (said.type === 'invoke') return executed(said.value.action, said.id);
  const text = withoutMention(said.text ?? '').trim();
  // Teams has no page of the app that a bot may write: it is asked for.
  return text.toLowerCase() === 'home' ? { type: 'home' } : typedCommand(text, said.id);
};

/** In a channel the bot hears only what mentions it: `<at>Hatcheck</at> link`. */
const withoutMention = (text: string): string =>
  text.replaceAll(/<at\b[^<>]{0,256}>[^<>]{0,256}<\/at>/g, ' ').replaceAll(/&nbsp;|\u00a0/g, ' ');
