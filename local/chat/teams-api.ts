import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type TeamsMember, type TeamsMessage, type TeamsWorld, activitySchema } from './teams-world.ts';

interface Called {
  readonly method: string;
  /** Below `/teams/v3/conversations`, decoded. */
  readonly path: readonly string[];
  readonly body: string;
  readonly nowMs: number;
}

interface ApiAnswer {
  readonly status: number;
  readonly json: object;
}

/** What the connector answers as an error. */
class TeamsFault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Teams, "Format your bot messages": about 100 KB, counted as UTF-16. */
const MOST_BYTES = 100 * 1024;

const activityIn = (value: unknown): Pick<TeamsMessage, 'summary' | 'cards'> => {
  if (JSON.stringify(value).length * 2 > MOST_BYTES) throw new TeamsFault(413, 'MessageSizeTooBig');
  const { data, error } = activitySchema.safeParse(value);
  if (!data) throw new TeamsFault(400, `BadSyntax: ${error.message}`);
  return { summary: data.summary, cards: data.attachments.map(({ content }) => content) };
};

const jsonIn = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw new TeamsFault(400, 'BadSyntax');
  }
};

const tenant = z.looseObject({ id: z.string() });
const conversation = z.looseObject({
  bot: z.looseObject({ id: z.string() }),
  tenantId: z.string(),
  isGroup: z.boolean(),
  members: z.array(z.looseObject({ id: z.string() })).optional(),
  channelData: z.looseObject({ tenant, channel: z.looseObject({ id: z.string() }).optional() }),
  activity: z.unknown().optional(),
});

const memberOf = ({ members }: TeamsWorld, id: string | undefined): TeamsMember => {
  const member = members.find((one) => one.id === id);
  if (!member) throw new TeamsFault(404, 'MemberNotFoundInConversation');
  return member;
};

/** As Teams': the milliseconds, and no two alike. */
const newId = ({ messages }: TeamsWorld, nowMs: number): string => String(nowMs * 100 + messages.length);

const post = (world: TeamsWorld, at: (id: string) => string, activity: unknown, nowMs: number): TeamsMessage => {
  const id = newId(world, nowMs);
  const message = { conversation: at(id), id, ...activityIn(activity), edits: 0 };
  world.messages.push(message);
  return message;
};

/** A thread of a channel with its first message, or the one conversation with a person. */
const begin = (world: TeamsWorld, { body, nowMs }: Called): ApiAnswer => {
  const { data } = conversation.safeParse(jsonIn(body));
  if (!data) throw new TeamsFault(400, 'BadSyntax');
  const { bot, tenantId, members = [], channelData } = data;
  if (bot.id !== `28:${world.appId}`) throw new TeamsFault(403, 'BotDisabledByAdmin');
  if (tenantId !== world.tenantId || channelData.tenant.id !== tenantId) throw new TeamsFault(403, 'TenantMismatch');
  const { channel } = channelData;
  if (!channel) return { status: 201, json: { id: personalOf(memberOf(world, members[0]?.id)) } };
  if (!world.channels.some(({ id }) => id === channel.id)) throw new TeamsFault(404, 'ConversationNotFound');
  const message = post(world, (id) => `${channel.id};messageid=${id}`, data.activity, nowMs);
  return { status: 201, json: { id: message.conversation, activityId: message.id } };
};

export const personalOf = ({ id }: TeamsMember): string => `a:${id}`;

const isKnown = ({ channels, members }: TeamsWorld, named: string): boolean =>
  channels.some(({ id }) => named === id || named.startsWith(`${id};messageid=`)) ||
  members.some((member) => personalOf(member) === named);

const change = (world: TeamsWorld, conversationId: string, id: string | undefined, body: string): ApiAnswer => {
  const index = world.messages.findIndex((one) => one.conversation === conversationId && one.id === id);
  const was = world.messages[index];
  if (!was) throw new TeamsFault(404, 'ActivityNotFoundInConversation');
  world.messages[index] = { ...was, ...activityIn(jsonIn(body)), edits: was.edits + 1 };
  for (const key of world.replaced.keys()) if (key.endsWith(` ${was.id}`)) world.replaced.delete(key);
  return { status: 200, json: { id: was.id } };
};

/** Teams, "Get single member details". */
const member = (world: TeamsWorld, id: string | undefined): ApiAnswer => {
  const { name, tenantId, guest = false } = memberOf(world, id);
  const upn = guest ? `${name}_elsewhere.example#EXT#@example.com` : `${name}@example.com`;
  const json = { objectId: id, givenName: name, userPrincipalName: upn, tenantId, userRole: guest ? 'guest' : 'user' };
  return { status: 200, json: { id: `29:${name}`, ...json } };
};

const run = (world: TeamsWorld, called: Called): ApiAnswer => {
  const { method, path, body, nowMs } = called;
  const [conversationId, what, id] = path;
  if (method === 'POST' && conversationId === undefined) return begin(world, called);
  if (conversationId === undefined || !isKnown(world, conversationId))
    throw new TeamsFault(404, 'ConversationNotFound');
  if (method === 'GET' && what === 'members') return member(world, id);
  if (method === 'PUT' && what === 'activities') return change(world, conversationId, id, body);
  if (method === 'POST' && what === 'activities' && id === undefined)
    return { status: 201, json: { id: post(world, () => conversationId, jsonIn(body), nowMs).id } };
  throw new TeamsFault(405, 'MethodNotAllowed');
};

/** The Bot Connector's REST API, as far as Hatcheck calls it. @param token what stands behind `Bearer` */
export const callConnector = (world: TeamsWorld, token: string, called: Called): ApiAnswer => {
  if (!world.tokens.has(token))
    return { status: 401, json: { message: 'Authorization has been denied for this request.' } };
  try {
    return run(world, called);
  } catch (error) {
    if (error instanceof TeamsFault) return { status: error.status, json: { error: { message: error.message } } };
    throw error;
  }
};

/** Entra's token endpoint, for this one bot. */
export const grantToken = (world: TeamsWorld, tenantId: string, form: URLSearchParams): ApiAnswer => {
  const isGood =
    tenantId === world.tenantId &&
    form.get('grant_type') === 'client_credentials' &&
    form.get('scope') === 'https://api.botframework.com/.default' &&
    form.get('client_id') === world.appId &&
    form.get('client_secret') === world.appPassword;
  if (!isGood) return { status: 401, json: { error: 'invalid_client' } };
  const token = randomBytes(24).toString('base64url');
  world.tokens.add(token);
  return { status: 200, json: { token_type: 'Bearer', expires_in: 3599, access_token: token } };
};
