import { createHmac } from 'node:crypto';
import type { SlackSettings } from '../../lib/chatops/settings.ts';

/** Made up; of the form that Slack's have. */
export const SIGNING_SECRET = 'a signing secret for tests';

export const slackSettings: SlackSettings = {
  appId: 'A0HATCHECK',
  teamId: 'T0OURS',
  signingSecrets: ['env:TEST_SLACK_SECRET'],
  botToken: 'env:TEST_SLACK_TOKEN',
  channels: [{ approvers: ['local-oidc:sre-leads'], channel: 'C0SRE' }],
};

/** By Slack's documentation, apart from our own code. */
export const slackHeaders = (body: string, at: string, secret = SIGNING_SECRET): Record<string, string> => {
  const timestamp = String(Math.floor(Date.parse(at) / 1000));
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${signature}` };
};

const encoded = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();

/** The body of a slash command. */
export const commandBody = (change: Readonly<Record<string, string>> = {}): string =>
  encoded({
    token: 'not used any more',
    team_id: slackSettings.teamId,
    team_domain: 'example',
    channel_id: 'C0SRE',
    channel_name: 'sre',
    user_id: 'U0ALICE',
    user_name: 'alice',
    command: '/hatcheck',
    text: '',
    api_app_id: slackSettings.appId,
    is_enterprise_install: 'false',
    response_url: 'https://hooks.slack.com/commands/T0OURS/1/abc',
    trigger_id: '1.2.abc',
    ...change,
  });

/** The payload of a button that was pressed. */
export const pressPayload = (change: object = {}) => ({
  type: 'block_actions',
  user: { id: 'U0ALICE', username: 'alice', name: 'alice', team_id: slackSettings.teamId },
  api_app_id: slackSettings.appId,
  token: 'not used any more',
  container: { type: 'message', message_ts: '1700000000.000100', channel_id: 'C0SRE', is_ephemeral: false },
  trigger_id: '3.4.def',
  team: { id: slackSettings.teamId, domain: 'example' },
  enterprise: null,
  is_enterprise_install: false,
  channel: { id: 'C0SRE', name: 'sre' },
  message: { ts: '1700000000.000100', text: 'of ours' },
  state: { values: { reason: { reason: { type: 'plain_text_input', value: 'Not today.' } } } },
  response_url: 'https://hooks.slack.com/actions/T0OURS/2/def',
  actions: [
    {
      action_id: 'approve',
      block_id: 'decide',
      value: `r_${'A'.repeat(26)}.3`,
      type: 'button',
      action_ts: '1700000001.000200',
    },
  ],
  ...change,
});

/** The payload of the form to ask by. */
export const submissionPayload = (change: object = {}) => {
  const { user, api_app_id, team, enterprise, trigger_id } = pressPayload();
  return {
    ...{ type: 'view_submission', user, api_app_id, team, enterprise, trigger_id },
    view: {
      ...{ id: 'V0', type: 'modal', callback_id: 'ask', private_metadata: '', app_id: api_app_id, team_id: team.id },
      state: {
        values: {
          entitlement: { entitlement: { type: 'static_select', selected_option: { value: 'prod-admin' } } },
          justification: { justification: { type: 'plain_text_input', value: 'The queue is stuck.' } },
          duration: { duration: { type: 'static_select', selected_option: { value: '1800' } } },
          ticket: { ticket: { type: 'plain_text_input', value: ' OPS-1 ' } },
        },
      },
    },
    response_urls: [],
    ...change,
  };
};

export const interactionBody = (payload: object): string => encoded({ payload: JSON.stringify(payload) });

/** The event that somebody opened the app's home. */
export const homeOpened = (change: object = {}) => ({
  token: 'not used any more',
  team_id: slackSettings.teamId,
  context_team_id: slackSettings.teamId,
  api_app_id: slackSettings.appId,
  event: { type: 'app_home_opened', user: 'U0ALICE', channel: 'D0ALICE', tab: 'home', event_ts: '1700000001.000200' },
  type: 'event_callback',
  event_id: 'Ev0HOME',
  event_time: 1_700_000_001,
  is_ext_shared_channel: false,
  ...change,
});
