import { signatureOf } from '../../lib/chatops/slack/signature.ts';
import type { SlackMember, SlackMessage, SlackView } from './slack-api.ts';

/** The app as the workspace knows it. */
export interface SlackApp {
  readonly appId: string;
  readonly teamId: string;
  readonly signingSecret: string;
  /** The broker's. */
  readonly requestOrigin: () => string;
}

export interface SlackReply {
  readonly status: number;
  readonly text: string;
}

export interface Pressed {
  /** Absent: on the app's home. */
  readonly message?: Pick<SlackMessage, 'channel' | 'ts'>;
  readonly actionId: string;
  readonly value?: string;
  /** What stands in the message's inputs, by block. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** What Slack adds to each thing that somebody does. */
export interface Begun {
  readonly member: SlackMember;
  readonly trigger: string;
  readonly replyUrl: string;
  readonly now: Date;
}

const sender = (app: SlackApp, { member, trigger }: Begun) => ({
  api_app_id: app.appId,
  team: { id: app.teamId, domain: 'example' },
  enterprise: null,
  is_enterprise_install: false,
  user: { id: member.id, username: member.name, name: member.name, team_id: member.teamId },
  trigger_id: trigger,
});

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export const pressPayload = (app: SlackApp, begun: Begun, pressed: Pressed): object => {
  const { message, actionId, value, inputs = {} } = pressed;
  return {
    ...sender(app, begun),
    type: 'block_actions',
    ...(message ? onMessage(message, begun) : { container: { type: 'view', view_id: 'VHOME' } }),
    state: { values: inputsOf(inputs) },
    actions: [
      {
        ...{ type: 'button', block_id: 'actions', action_id: actionId, action_ts: String(begun.now.getTime() / 1000) },
        ...(value === undefined ? {} : { value }),
      },
    ],
  };
};

const onMessage = ({ channel, ts }: Pick<SlackMessage, 'channel' | 'ts'>, { replyUrl }: Begun): object => ({
  container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: false },
  channel: { id: channel, name: 'approvals' },
  message: { type: 'message', ts },
  response_url: replyUrl,
});

/** https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export const submitPayload = (
  app: SlackApp,
  begun: Begun,
  view: SlackView,
  values: Readonly<Record<string, string>>,
): object => ({
  ...sender(app, begun),
  type: 'view_submission',
  view: {
    ...{ id: 'VLOCAL', app_id: app.appId, team_id: app.teamId, type: 'modal', callback_id: view.callback_id ?? '' },
    state: { values: inputsOf(values, selectsIn(view)) },
  },
  response_urls: [],
});

const selectsIn = ({ blocks }: SlackView): ReadonlySet<string> =>
  new Set(
    blocks.flatMap((block) =>
      block.type === 'input' && block.element.type === 'static_select' ? [block.block_id] : [],
    ),
  );

const inputsOf = (values: Readonly<Record<string, string>>, selects: ReadonlySet<string> = new Set()) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      {
        [name]: selects.has(name)
          ? { type: 'static_select', selected_option: { text: { type: 'plain_text', text: value }, value } }
          : { type: 'plain_text_input', value },
      },
    ]),
  );

export const sendPayload = (app: SlackApp, payload: object, now: Date): Promise<SlackReply> =>
  sendSigned(
    app,
    '/chatops/slack/interactions',
    new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    now,
  );

/** https://docs.slack.dev/interactivity/implementing-slash-commands */
export const sendCommand = (
  app: SlackApp,
  { member, trigger, replyUrl, now }: Begun,
  { channel, text }: { readonly channel: string; readonly text: string },
): Promise<SlackReply> => {
  const fields = new URLSearchParams({
    api_app_id: app.appId,
    team_id: app.teamId,
    team_domain: 'example',
    channel_id: channel,
    user_id: member.id,
    user_name: member.name,
    command: '/hatcheck',
    text,
    response_url: replyUrl,
    trigger_id: trigger,
  });
  return sendSigned(app, '/chatops/slack/commands', fields.toString(), now);
};

/** https://docs.slack.dev/reference/events/app_home_opened, in what is around each event. */
export const sendHomeOpened = (app: SlackApp, { member, now }: Begun, eventId: string): Promise<SlackReply> => {
  const body = JSON.stringify({
    ...{ token: 'not used any more', team_id: app.teamId, context_team_id: app.teamId, context_enterprise_id: null },
    ...{
      api_app_id: app.appId,
      type: 'event_callback',
      event_id: eventId,
      event_time: Math.floor(now.getTime() / 1000),
    },
    authorizations: [{ enterprise_id: null, team_id: app.teamId, user_id: 'U0BOT', is_bot: true }],
    is_ext_shared_channel: false,
    event: {
      ...{ type: 'app_home_opened', user: member.id, channel: `D${member.id.slice(1)}`, tab: 'home' },
      event_ts: String(now.getTime() / 1000),
    },
  });
  return sendSigned(app, '/chatops/slack/events', body, now, 'application/json');
};

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
const sendSigned = async (
  app: SlackApp,
  path: string,
  body: string,
  now: Date,
  contentType = 'application/x-www-form-urlencoded',
): Promise<SlackReply> => {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const response = await fetch(`${app.requestOrigin()}${path}`, {
    method: 'POST',
    headers: {
      'content-type': contentType,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signatureOf(app.signingSecret, timestamp, body),
    },
    body,
  });
  return { status: response.status, text: await response.text() };
};
