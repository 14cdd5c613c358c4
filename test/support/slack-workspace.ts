import { randomBytes } from 'node:crypto';
import { type LocalSlack, startLocalSlack } from '../../local/chat/slack.ts';
import type { SlackMember, SlackMessage } from '../../local/chat/slack-api.ts';
import { APP, CHANNELS } from '../../local/chat/workspace.ts';

export const WORKSPACE = APP;
export const APPROVALS = 'C0APPROVALS';

export interface TestWorkspace extends LocalSlack {
  readonly botToken: string;
}

const member = (name: string, teamId: string = WORKSPACE.teamId): SlackMember => ({
  ...{ id: `U0${name}`, name: name.toLowerCase(), teamId },
});

/** A workspace with a channel for approvals and one of security. */
export const startWorkspace = async (
  requestOrigin: () => string = () => 'http://127.0.0.1:9',
): Promise<TestWorkspace> => {
  const botToken = `xoxb-${randomBytes(16).toString('hex')}`;
  const slack = await startLocalSlack({
    port: 0,
    app: { ...WORKSPACE, signingSecret: randomBytes(16).toString('hex'), requestOrigin },
    botToken,
    channels: CHANNELS,
    members: [
      ...['ENGINEER', 'APPROVER', 'SECURITY'].map((name) => member(name)),
      { ...member('GUEST'), guest: true },
      { ...member('BOT'), bot: true },
      member('STRANGER', 'T0ELSEWHERE'),
    ],
  });
  return { ...slack, botToken };
};

/** What a message shows, text by text. */
export const textsOf = ({ blocks }: Pick<SlackMessage, 'blocks'>): readonly string[] =>
  blocks.flatMap((block) => {
    if (block.type === 'header') return [block.text.text];
    if (block.type !== 'section') return [];
    return [...(block.text ? [block.text] : []), ...(block.fields ?? [])].map(({ text }) => text);
  });

export const buttonsOf = ({ blocks }: SlackMessage): readonly string[] =>
  blocks.flatMap((block) => (block.type === 'actions' ? block.elements.map(({ action_id: id }) => id) : []));
