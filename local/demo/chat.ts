import * as z from 'zod';
import type { Browser } from '../browser.ts';
import { chatPageAt } from './chat-page.ts';
import type { Teller } from './teller.ts';

export interface People {
  readonly engineer: Browser;
  readonly approver: Browser;
  readonly security: Browser;
}

/** The page of the local Slack, as it is asked by its own script. */
interface Workspace {
  readonly does: (what: object) => Promise<void>;
  /** The first message that is so, once there is one. */
  readonly sees: (what: (message: Message) => boolean) => Promise<Message | undefined>;
  /** What stands beside this label on somebody's home of the app, once it does. */
  readonly home: (user: string, label: string) => Promise<string | undefined>;
  /** Whether somebody has a window of the app open, once it is. */
  readonly opened: (user: string) => Promise<boolean>;
}

const blockSchema = z.looseObject({
  type: z.string(),
  text: z.looseObject({ text: z.string() }).optional(),
  fields: z.array(z.looseObject({ text: z.string() })).optional(),
  elements: z.array(z.looseObject({ action_id: z.string(), value: z.string().optional() })).optional(),
});
const messageSchema = z.looseObject({
  ...{ channel: z.string(), ts: z.string(), only: z.string().optional() },
  blocks: z.array(blockSchema),
});
type Message = z.infer<typeof messageSchema>;

const stateSchema = z.looseObject({
  messages: z.array(messageSchema),
  views: z.record(z.string(), z.unknown()),
  homes: z.record(z.string(), messageSchema.pick({ blocks: true })),
});

const workspaceAt = async (origin: string): Promise<Workspace> => {
  const { does, until } = chatPageAt(origin, stateSchema);
  // What an earlier story left there is none of this one's.
  const before = (await until(({ messages }) => messages.length)) ?? 0;
  return {
    does,
    sees: (what) => until(({ messages }) => messages.slice(before).find(what)),
    home: (user, label) =>
      until(({ homes }) =>
        homes[user]?.blocks
          .flatMap(({ fields = [] }) => (fields[0]?.text === label ? [fields[1]?.text] : []))
          .find((text) => text !== undefined),
      ),
    opened: async (user) => (await until(({ views }) => views[user] !== undefined || undefined)) ?? false,
  };
};

const titleOf = ({ blocks }: Message): string => blocks[0]?.text?.text ?? '';
const textsOf = ({ blocks }: Message): string =>
  blocks.flatMap(({ fields = [] }) => fields.map(({ text }) => text)).join(' ');

const APPROVALS = 'C0APPROVALS';
const WHY = 'The payment queue is stuck again. <!channel> *please*';

/** Ask, approve and revoke where people talk; who is who there, the portal says. */
export const inSlack = async (slackOrigin: string, people: People, teller: Teller): Promise<void> => {
  const slack = await workspaceAt(slackOrigin);
  await link(slack, people.engineer, 'U0ENGINEER', teller);
  await link(slack, people.approver, 'U0APPROVER', teller);
  await link(slack, people.security, 'U0SECURITY', teller);
  const asked = await ask(slack, teller);
  const button = asked?.blocks.flatMap(({ elements = [] }) => elements).find(({ action_id: id }) => id === 'approve');
  if (!asked || button?.value === undefined) return;
  const shows = (title: string) =>
    slack.sees(
      (message) => message.ts === asked.ts && message.channel === APPROVALS && titleOf(message).startsWith(title),
    );
  const press = { do: 'press', channel: APPROVALS, ts: asked.ts, actionId: 'approve', value: button.value };

  await slack.does({ ...press, as: 'U0ENGINEER' });
  const own = await slack.sees(({ only, ts }) => only === 'U0ENGINEER' && Number(ts) > Number(asked.ts));
  teller.step('who asked presses Approve, and is told no', own ? titleOf(own) : 'nothing', own !== undefined);
  await slack.does({ ...press, as: 'U0APPROVER' });
  const approved = await shows('Approved');
  teller.step(
    'the approver does, and the message says so',
    approved ? titleOf(approved) : 'nothing',
    approved !== undefined,
  );
  const told = await slack.sees(
    (message) => message.channel === 'D0ENGINEER' && titleOf(message).startsWith('Approved'),
  );
  teller.step('who asked is told alone what to do next', told ? titleOf(told) : 'nothing', told !== undefined);

  await slack.does({ do: 'home', as: 'U0ENGINEER' });
  const until = await slack.home('U0ENGINEER', 'Yours until');
  teller.step('the home of the app shows until when it is theirs', until ?? 'nothing', until !== undefined);

  await slack.does({ ...press, as: 'U0SECURITY', actionId: 'revoke', inputs: { reason: 'Seen enough.' } });
  const now = await shows('Revoked');
  teller.step('security presses Revoke, and the message says so', now ? titleOf(now) : 'nothing', now !== undefined);
};

/** The chat shows a code, and the person says it in the portal. */
const link = async (slack: Workspace, browser: Browser, user: string, teller: Teller): Promise<void> => {
  await slack.does({ do: 'command', as: user, channel: APPROVALS, text: 'link' });
  const shown = await slack.sees((message) => message.only === user && titleOf(message) === 'Link this account');
  const code = shown?.blocks.find(({ fields }) => fields?.[0]?.text === 'Code')?.fields?.[1]?.text ?? '';
  const page = await (await browser.open('/chat/link')).text();
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page) ?? [];
  const answer = await (await browser.submit('/chat/link', { csrf, code, decision: 'link' })).text();
  teller.step(`${user} says in the portal the code that Slack shows`, code, answer.includes('Linked.'));
  const told = await slack.sees(
    (message) =>
      message.channel === `D${user.slice(1)}` && titleOf(message).startsWith('An account in Slack speaks for'),
  );
  teller.step('the account is told for whom it speaks now', told ? titleOf(told) : 'nothing', told !== undefined);
};

const ask = async (slack: Workspace, teller: Teller): Promise<Message | undefined> => {
  await slack.does({ do: 'command', as: 'U0ENGINEER', channel: APPROVALS, text: '' });
  const isOpen = await slack.opened('U0ENGINEER');
  teller.step('/hatcheck opens a window to ask in', isOpen ? 'open' : 'nothing', isOpen);
  const values = { entitlement: 'prod-admin', justification: WHY, duration: '900', ticket: 'OPS-4712' };
  await slack.does({ do: 'submit', as: 'U0ENGINEER', values });
  const asked = await slack.sees(
    (message) => message.channel === APPROVALS && textsOf(message).includes('stuck again'),
  );
  teller.step(
    'the approvers’ channel shows who asks for what, and words as plain text',
    asked ? titleOf(asked) : 'nothing',
    asked !== undefined && textsOf(asked).includes('&lt;!channel&gt; *please*'),
  );
  return asked;
};
