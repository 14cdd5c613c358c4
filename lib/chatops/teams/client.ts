import * as z from 'zod/mini';
import type { ChatAccount, ChatMessageRef } from '../act.ts';
import type { Card, Chat } from '../port.ts';
import { type AdaptiveCard, askCard, cardOf } from './card.ts';
import { type ConnectorOptions, answered, connector } from './connector.ts';
import { plainSummary } from './plain-text.ts';
import { connectorOf, serviceAddress } from './service-url.ts';

export interface TeamsClientOptions extends ConnectorOptions {
  /** The portal's. */
  readonly origin: string;
}

const begun = z.object({ id: z.string(), activityId: z.exactOptional(z.string()) });
const posted = z.object({ id: z.string() });

/** Teams, "Get single member details". What is not said does not hold. */
const memberSchema = z.object({
  objectId: z.optional(z.string()),
  aadObjectId: z.optional(z.string()),
  tenantId: z.string(),
  userRole: z.literal('user'),
  /** Of somebody whose home is another tenant, Entra makes it of their address and this. */
  userPrincipalName: z.string().check(z.refine((name) => !/#ext#/i.test(name))),
});

/**
 * Teams, by the Bot Connector's REST API. A message to one person alone takes two calls: their conversation, which is the same each time,
 * and the message. There are no messages that only one sees in a channel.
 */
export const teamsClient = (options: TeamsClientOptions): Chat => {
  const { origin, appId, tenantId, standIn } = options;
  const { send } = connector(options);
  const home = connectorOf(standIn);
  const here = { bot: { id: `28:${appId}` }, tenantId } as const;

  const ask = <T extends z.ZodMiniType>(schema: T, name: string, path: readonly string[], body: object) =>
    send({ name, method: 'POST', at: home, path, body }, answered(name, schema));

  const refOf = (channel: string, message: string): ChatMessageRef => ({
    ...{ platform: 'teams', workspace: tenantId, channel, message, serviceUrl: home },
  });

  const say = async (conversation: string, cards: Cards): Promise<ChatMessageRef> => {
    const { id } = await ask(posted, 'a message', [conversation, 'activities'], activityOf(cards, origin));
    return refOf(conversation, id);
  };

  const begin = async (channel: string, card: Card): Promise<ChatMessageRef> => {
    const channelData = { channel: { id: channel }, tenant: { id: tenantId } };
    const body = { ...here, isGroup: true, channelData, activity: activityOf([card], origin) };
    const { id, activityId } = await ask(begun, 'a message in a channel', [], body);
    return refOf(id, activityId ?? id.replace(/^.*;messageid=/, ''));
  };

  const alone = async ({ user }: ChatAccount): Promise<string> => {
    const body = { ...here, isGroup: false, members: [{ id: user }], channelData: { tenant: { id: tenantId } } };
    return (await ask(begun, 'a conversation', [], body)).id;
  };

  return {
    platform: 'teams',
    commands: { ask: 'ask', list: 'mine', link: 'link' },
    post: (channel, card, under) => (under ? say(under.channel, [card]) : begin(channel, card)),
    direct: async (account, card) => say(await alone(account), [card]),
    update: async ({ channel, message, serviceUrl = home }, card) => {
      const at = serviceAddress(serviceUrl, standIn) ?? home;
      const path = [channel, 'activities', message];
      const body = activityOf([card], origin);
      await send({ name: 'a change', method: 'PUT', at, path, body }, async (response) => response.body?.cancel());
    },
    whisper: async ({ account }, card) => {
      await say(await alone(account), [card]);
    },
    openForm: async ({ account }, _trigger, form) => {
      await say(await alone(account), [askCard(form)]);
      return 'opened';
    },
    isMember: async ({ account: { user }, place: { channel, replyTo = home } }) => {
      if (channel === undefined) return false;
      const name = 'a member';
      const at = serviceAddress(replyTo, standIn) ?? home;
      const path = [channel.replace(/;messageid=.*$/, ''), 'members', user];
      const found = await send({ name, method: 'GET', at, path }, answered(name, z.unknown()), {});
      const { data } = memberSchema.safeParse(found);
      return data?.tenantId === tenantId && (data.aadObjectId ?? data.objectId) === user;
    },
    home: async (account, [first, ...more]) => {
      if (first) await say(await alone(account), [first, ...more]);
    },
  };
};

type Cards = readonly [Card | AdaptiveCard, ...Card[]];

/** `summary` is what notifications say. */
const activityOf = (cards: Cards, origin: string): object => {
  const [first] = cards;
  const summary = 'title' in first ? first.title : 'Ask for a role';
  return {
    ...{ type: 'message', summary: plainSummary(summary), attachmentLayout: 'list' },
    attachments: cards.map((card) => ({
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: 'title' in card ? cardOf(card, origin) : card,
    })),
  };
};
