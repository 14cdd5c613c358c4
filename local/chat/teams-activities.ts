import { type KeyObject, randomBytes, sign } from 'node:crypto';
import { BOT_ISSUER } from '../../lib/chatops/teams/bot-keys.ts';
import { personalOf } from './teams-api.ts';
import { type TeamsMember, type TeamsWorld, cardSchema } from './teams-world.ts';
import * as z from 'zod';

/** What signs for Teams, and where it sends. */
export interface BotFramework {
  readonly key: KeyObject;
  readonly kid: string;
  /** The broker's. */
  readonly requestOrigin: () => string;
  /** Where the connector answers. */
  readonly serviceUrl: () => string;
}

export interface TeamsReply {
  readonly status: number;
  readonly text: string;
}

export interface Pressed {
  readonly conversation: string;
  readonly message: string;
  readonly verb: string;
  /** What the button brings, and what stands in the card's inputs. */
  readonly data: Readonly<Record<string, string>>;
}

interface Doing {
  readonly world: TeamsWorld;
  readonly microsoft: BotFramework;
  readonly member: TeamsMember;
  readonly now: Date;
}

/** https://github.com/Microsoft/botframework-sdk/blob/main/specs/botframework-activity/botframework-activity.md, as Teams fills it. */
const sender = ({ world, microsoft, member, now }: Doing, conversation: string) => ({
  channelId: 'msteams',
  serviceUrl: microsoft.serviceUrl(),
  timestamp: now.toISOString(),
  from: { id: `29:${member.name}`, name: member.name, aadObjectId: member.id },
  recipient: { id: `28:${world.appId}`, name: 'Hatcheck' },
  conversation: {
    ...{ id: conversation, conversationType: conversation.startsWith('a:') ? 'personal' : 'channel' },
    tenantId: member.tenantId,
  },
  channelData: { tenant: { id: member.tenantId } },
  locale: 'en-GB',
});

/** Teams, "Universal Actions for Adaptive Cards". */
export const pressActivity = (doing: Doing, { conversation, message, verb, data }: Pressed): object => ({
  ...sender(doing, conversation),
  ...{ type: 'invoke', name: 'adaptiveCard/action', id: `f:${randomBytes(8).readBigUInt64BE()}`, replyToId: message },
  value: { action: { type: 'Action.Execute', verb, data }, trigger: 'manual' },
});

/** @param channel undefined: to the bot alone. In a channel it hears only what mentions it. */
export const messageActivity = (doing: Doing, channel: string | undefined, text: string): object => {
  const id = String(doing.now.getTime() * 1000 + randomBytes(2).readUInt16BE());
  const spoken = { type: 'message', id, textFormat: 'plain' };
  return channel === undefined
    ? { ...sender(doing, personalOf(doing.member)), ...spoken, text }
    : { ...sender(doing, `${channel};messageid=${id}`), ...spoken, text: `<at>Hatcheck</at> ${text}` };
};

/** Bot Connector authentication, "Connector to bot". */
export const sendActivity = async ({ world, microsoft, now }: Doing, activity: object): Promise<TeamsReply> => {
  const seconds = Math.floor(now.getTime() / 1000);
  const claims = { iss: BOT_ISSUER, aud: world.appId, serviceurl: microsoft.serviceUrl() };
  const response = await fetch(`${microsoft.requestOrigin()}/chatops/teams/messages`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      authorization: `Bearer ${signed(microsoft, { ...claims, nbf: seconds - 300, exp: seconds + 3300 })}`,
    },
    body: JSON.stringify(activity),
  });
  return { status: response.status, text: await response.text() };
};

const signed = ({ key, kid }: BotFramework, claims: object): string => {
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
  const input = `${part({ alg: 'RS256', kid, x5t: kid, typ: 'JWT' })}.${part(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
};

const replacement = z.object({
  statusCode: z.literal(200),
  type: z.literal('application/vnd.microsoft.card.adaptive'),
  value: cardSchema,
});

/** What whoever pressed sees in the place of the card from now on; undefined where the answer is a sentence. */
export const replacementIn = ({ status, text }: TeamsReply) => {
  if (status !== 200 || text === '') return undefined;
  return replacement.safeParse(JSON.parse(text)).data?.value;
};
