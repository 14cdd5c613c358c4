import type { LocalState } from '../state.ts';
import type { SlackMember } from './slack-api.ts';
import { type LocalSlack, startLocalSlack } from './slack.ts';

/** As local/access.yml has it. */
export const APP = { appId: 'A0HATCHECK', teamId: 'T0EXAMPLE' } as const;

export const CHANNELS = [
  { id: 'C0APPROVALS', name: 'approvals' },
  { id: 'C0SECURITY', name: 'security' },
];

const member = (name: string): SlackMember => ({ id: `U0${name.toUpperCase()}`, name, teamId: APP.teamId });

/** Those whom the identity providers know, somebody's guest, and somebody of another workspace that shares a channel. */
const MEMBERS: readonly SlackMember[] = [
  ...['engineer', 'approver', 'security', 'auditor', 'outsider'].map(member),
  { ...member('guest'), guest: true },
  { ...member('stranger'), teamId: 'T0ELSEWHERE' },
];

/** The workspace of the laptop. @param brokerOrigin where Slack sends what is pressed */
export const startWorkspace = (
  port: number,
  brokerOrigin: string,
  state: LocalState,
  triggerMs?: number,
): Promise<LocalSlack> =>
  startLocalSlack({
    port,
    app: { ...APP, signingSecret: state.slackSigningSecret, requestOrigin: () => brokerOrigin },
    botToken: state.slackBotToken,
    channels: CHANNELS,
    members: MEMBERS,
    triggerMs,
  });

/** Whoever receives verifies, whoever answers speaks: neither has the other's. */
export const chatSecretsOf = (functionId: string, state: LocalState): Readonly<Record<string, string>> => {
  switch (functionId) {
    case 'chatops':
      return { LOCAL_SLACK_SIGNING_SECRET: state.slackSigningSecret };
    case 'on-chat-act':
    case 'on-notice':
      return { LOCAL_SLACK_BOT_TOKEN: state.slackBotToken, LOCAL_TEAMS_APP_PASSWORD: state.teamsAppPassword };
    default:
      return {};
  }
};
