import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { ChatPlace } from '../act.ts';
import type { Read } from '../read.ts';
import type { SlackSettings } from '../settings.ts';
import { replyAddress } from './reply-address.ts';
import { type SlackSaying, commandSaying, pressSaying, submissionSaying } from './sayings.ts';

/** Who we are to Slack, and whose people count. */
export type SlackIdentity = Pick<SlackSettings, 'appId' | 'teamId' | 'enterpriseId'>;

/** Slack's ids, by their first letter. */
export const id = (letters: string) => z.string().check(z.regex(new RegExp(`^[${letters}][A-Z0-9]{2,20}$`)));
export const line = z.string().check(z.maxLength(256));
const address = z.string().check(z.maxLength(2048));
/** Unique to one press, one submission or one command; also what a form is opened with. */
const trigger = z.string().check(z.regex(/^[\w.-]{1,256}$/));
const flag = z.exactOptional(z.boolean());

// Slack adds members when it likes: what is not named here is ignored, what is must be of its form.

/** Slack API, slash commands: "What data will I receive?" */
const command = z.object({
  api_app_id: id('A'),
  team_id: id('T'),
  enterprise_id: z.exactOptional(id('E')),
  user_id: id('UW'),
  user_name: z.exactOptional(line),
  channel_id: id('CDG'),
  command: line,
  text: z.exactOptional(z.string().check(z.maxLength(3000))),
  response_url: address,
  trigger_id: trigger,
});

const person = z.object({
  id: id('UW'),
  team_id: id('TE'),
  name: z.exactOptional(line),
  username: z.exactOptional(line),
  is_bot: flag,
  is_stranger: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  deleted: flag,
});

const sender = {
  api_app_id: id('A'),
  team: z.object({ id: id('T'), enterprise_id: z.exactOptional(id('E')) }),
  enterprise: z.exactOptional(z.nullable(z.object({ id: id('E') }))),
  user: person,
  trigger_id: trigger,
};

/** Each by its block and its action. */
const values = z.record(z.string(), z.record(z.string(), z.looseObject({ type: z.string() })));

const press = z.object({
  ...sender,
  type: z.literal('block_actions'),
  container: z.object({ type: z.string(), message_ts: z.exactOptional(line), channel_id: z.exactOptional(id('CDG')) }),
  response_url: z.exactOptional(address),
  state: z.exactOptional(z.object({ values })),
  actions: z.array(z.object({ action_id: line, value: z.exactOptional(line) })).check(z.length(1)),
});

const submission = z.object({
  ...sender,
  type: z.literal('view_submission'),
  view: z.object({ app_id: id('A'), team_id: id('TE'), callback_id: line, state: z.object({ values }) }),
});

const interaction = z.discriminatedUnion('type', [press, submission]);

export type Press = z.infer<typeof press>;
export type Submission = z.infer<typeof submission>;
export type Values = z.infer<typeof values>;

/** A slash command. @param fields of the verified body @param standIn see `replyAddress` */
export const readCommand = (fields: Readonly<Record<string, string>>, us: SlackIdentity, standIn?: string): Read => {
  const said = command.safeParse(fields).data;
  if (!said) return { fault: 'malformed' };
  const { api_app_id: app, team_id: team, enterprise_id: enterprise, user_id: user, user_name: name } = said;
  return actOf({ app, team, enterprise, user, name, trigger: said.trigger_id }, us, commandSaying(said), () => {
    const replyTo = replyAddress(said.response_url, standIn);
    return replyTo === undefined ? undefined : { channel: said.channel_id, replyTo };
  });
};

/** A button that was pressed, or a form that was sent: the field `payload` of the verified body. */
export const readInteraction = (payload: string | undefined, us: SlackIdentity, standIn?: string): Read => {
  const said = interaction.safeParse(jsonOf(payload)).data;
  if (!said) return { fault: 'malformed' };
  const { user } = said;
  const name = user.username ?? user.name;
  const from = { app: said.api_app_id, team: said.team.id, user: user.id, name, trigger: said.trigger_id };
  const enterprise = said.enterprise?.id ?? said.team.enterprise_id;
  const saying = said.type === 'block_actions' ? pressSaying(said) : submissionSaying(said);
  if (said.type === 'view_submission' && said.view.app_id !== us.appId) return { fault: 'other_app' };
  if (!isOfOurs(user, us)) return { fault: 'not_a_member' };
  return actOf({ ...from, enterprise }, us, saying, () =>
    said.type === 'view_submission' ? {} : placeOf(said, standIn),
  );
};

/** Guests of a shared channel have another team; guests of ours, bots and strangers say so, where Slack says it. */
const isOfOurs = (user: z.infer<typeof person>, { teamId, enterpriseId }: SlackIdentity): boolean =>
  (user.team_id === teamId || user.team_id === enterpriseId) &&
  ![user.is_bot, user.is_stranger, user.is_restricted, user.is_ultra_restricted, user.deleted].includes(true);

const placeOf = ({ container, response_url: text }: Press, standIn?: string): ChatPlace | undefined => {
  const replyTo = text === undefined ? undefined : replyAddress(text, standIn);
  if (text !== undefined && replyTo === undefined) return undefined;
  return {
    ...(container.channel_id === undefined ? {} : { channel: container.channel_id }),
    ...(container.message_ts === undefined ? {} : { message: container.message_ts }),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
};

export interface From {
  readonly app: string;
  readonly team: string;
  readonly enterprise: string | undefined;
  readonly user: string;
  readonly name: string | undefined;
  /** What Slack gives to one act only. */
  readonly trigger: string;
}

/** The act of whoever is of our app and workspace. @param place undefined where it leads to somebody else's address */
export const actOf = (
  { app, team, enterprise, user, name, trigger: by }: From,
  us: SlackIdentity,
  saying: SlackSaying,
  place: () => ChatPlace | undefined,
): Read => {
  if (app !== us.appId) return { fault: 'other_app' };
  if (team !== us.teamId || (us.enterpriseId !== undefined && enterprise !== us.enterpriseId))
    return { fault: 'other_workspace' };
  if (saying === 'nothing') return saying;
  if (saying === 'malformed') return { fault: saying };
  const where = place();
  if (!where) return { fault: 'foreign_reply_address' };
  return {
    act: {
      // By what Slack gives to one act only: sent again, signed again or sent as something else, it is the same one.
      id: createHash('sha256')
        .update(JSON.stringify(['slack', team, user, by]))
        .digest('base64url'),
      account: { platform: 'slack', workspace: team, user },
      ...(name === undefined ? {} : { name }),
      place: where,
      saying,
    },
  };
};

export const jsonOf = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
};
