import * as z from 'zod';
import type { Browser } from '../browser.ts';
import { teamsPerson } from '../chat/tenant.ts';
import { type ChatPage, chatPageAt } from './chat-page.ts';
import type { People } from './chat.ts';
import type { Teller } from './teller.ts';

const rich = z.looseObject({ type: z.literal('RichTextBlock'), inlines: z.array(z.looseObject({ text: z.string() })) });
const columns = z.looseObject({
  type: z.literal('ColumnSet'),
  columns: z.array(z.looseObject({ items: z.array(rich) })),
});
const cardSchema = z.looseObject({
  body: z.array(z.union([rich, columns, z.looseObject({ type: z.string() })])),
  actions: z.array(z.looseObject({ verb: z.string().optional(), data: z.record(z.string(), z.string()).optional() })),
});
const messageSchema = z.looseObject({ conversation: z.string(), id: z.string(), cards: z.array(cardSchema).min(1) });
const stateSchema = z.looseObject({ messages: z.array(messageSchema) });

type Message = z.infer<typeof messageSchema>;
interface Tenant extends Pick<ChatPage<unknown>, 'does'> {
  /** The first message that is so, once there is one. */
  readonly sees: (what: (message: Message) => boolean) => Promise<Message | undefined>;
}

const tenantAt = async (origin: string): Promise<Tenant> => {
  const { does, until } = chatPageAt(origin, stateSchema);
  // What an earlier story left there is none of this one's.
  const before = (await until(({ messages }) => messages.length)) ?? 0;
  return { does, sees: (what) => until(({ messages }) => messages.slice(before).find(what)) };
};

const linesOf = ({ cards }: Message): readonly string[] =>
  (cards[0]?.body ?? []).flatMap((block) => {
    const plain = ({ inlines }: z.infer<typeof rich>): string => inlines.map(({ text }) => text).join('');
    const one = rich.safeParse(block).data;
    if (one) return [plain(one)];
    return (columns.safeParse(block).data?.columns ?? []).map(({ items }) => items.map(plain).join('\n'));
  });
const titleOf = (message: Message): string => linesOf(message)[0] ?? '';
const buttonOf = ({ cards }: Message, verb: string) => cards[0]?.actions.find((one) => one.verb === verb);

type Name = 'engineer' | 'approver' | 'security';

const APPROVALS = '19:approvals@thread.tacv2';
const WHY = 'The payment queue is stuck again. [Approved](https://example.com) **please**';
const alone = (name: Name): string => `a:${teamsPerson(name)}`;

/** Ask, approve and revoke where people talk; who is who there, the portal says. */
export const inTeams = async (teamsOrigin: string, people: People, teller: Teller): Promise<void> => {
  const teams = await tenantAt(teamsOrigin);
  await link(teams, people.engineer, 'engineer', teller);
  await link(teams, people.approver, 'approver', teller);
  await link(teams, people.security, 'security', teller);
  const asked = await ask(teams, teller);
  const button = asked && buttonOf(asked, 'approve');
  if (!asked || !button) return;
  const press = {
    ...{ do: 'press', conversation: asked.conversation, message: asked.id, verb: 'approve', data: button.data ?? {} },
  };
  const shows = (title: string) =>
    teams.sees((message) => message.id === asked.id && titleOf(message).startsWith(title));

  await teams.does({ ...press, as: teamsPerson('engineer') });
  const own = await teams.sees(
    (message) => message.conversation === alone('engineer') && titleOf(message) === 'Own request',
  );
  teller.step('who asked presses Approve, and is told no', own ? titleOf(own) : 'nothing', own !== undefined);
  await teams.does({ ...press, as: teamsPerson('approver') });
  const approved = await shows('Approved');
  teller.step(
    'the approver does, and the card says so',
    approved ? titleOf(approved) : 'nothing',
    approved !== undefined,
  );
  const told = await teams.sees(
    (message) => message.conversation === alone('engineer') && titleOf(message).startsWith('Approved'),
  );
  teller.step('who asked is told alone what to do next', told ? titleOf(told) : 'nothing', told !== undefined);

  await teams.does({
    ...{ ...press, as: teamsPerson('security'), verb: 'revoke' },
    data: { ...button.data, reason: 'Seen enough.' },
  });
  const now = await shows('Revoked');
  teller.step('security presses Revoke, and the card says so', now ? titleOf(now) : 'nothing', now !== undefined);
};

/** The bot shows a code, to its person alone, and they say it in the portal. */
const link = async (teams: Tenant, browser: Browser, name: Name, teller: Teller): Promise<void> => {
  await teams.does({ do: 'say', as: teamsPerson(name), channel: APPROVALS, text: 'link' });
  const shown = await teams.sees(
    (message) => message.conversation === alone(name) && titleOf(message) === 'Link this account',
  );
  const lines = shown ? linesOf(shown) : [];
  const code = lines[lines.indexOf('Code') + 1] ?? '';
  const page = await (await browser.open('/chat/link')).text();
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page) ?? [];
  const answer = await (await browser.submit('/chat/link', { csrf, code, decision: 'link' })).text();
  teller.step(`${name} says in the portal the code that Teams shows`, code, answer.includes('Linked.'));
};

const ask = async (teams: Tenant, teller: Teller): Promise<Message | undefined> => {
  await teams.does({ do: 'say', as: teamsPerson('engineer'), text: 'ask' });
  const form = await teams.sees(
    (message) => message.conversation === alone('engineer') && buttonOf(message, 'ask') !== undefined,
  );
  const data = { entitlement: 'prod-admin', justification: WHY, duration: '900', ticket: 'OPS-4714' };
  if (form)
    await teams.does({
      ...{ do: 'press', as: teamsPerson('engineer'), conversation: form.conversation, message: form.id },
      ...{ verb: 'ask', data },
    });
  const asked = await teams.sees(
    (message) =>
      message.conversation.startsWith(APPROVALS) &&
      buttonOf(message, 'approve') !== undefined &&
      linesOf(message).includes('OPS-4714'),
  );
  teller.step(
    'the engineer asks by the form, and the approvers see it in their channel',
    asked ? titleOf(asked) : 'nothing',
    asked !== undefined,
  );
  const words = asked ? linesOf(asked).find((line) => line.includes('payment queue')) : undefined;
  teller.step('with the words as they were written, and no markup', words ?? 'nothing', words === WHY);
  return asked;
};
