import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SlackMessage } from '../../local/chat/slack-api.ts';
import { type ChatStory, PEOPLE, chatStory } from '../support/chat-story.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';
import { buttonsOf, textsOf } from '../support/slack-workspace.ts';

let stack: TestStack;
let story: ChatStory;

const APPROVALS = 'C0APPROVALS';
const memberOf = (name: string): string => `U0${name.toUpperCase()}`;
const toldAlone = (name: string): SlackMessage | undefined =>
  stack.slack.messages.findLast(({ only }) => only === memberOf(name));
const titleOf = (message: SlackMessage | undefined): string => (message ? (textsOf(message)[0] ?? '') : '');

const link = async (name: string): Promise<string> => {
  await stack.slack.command(memberOf(name), APPROVALS, 'link');
  await story.settle();
  return story.sayCode(name, textsOf(toldAlone(name) ?? { blocks: [] }));
};

const ask = async (entitlementId: string): Promise<{ readonly id: string; readonly message: SlackMessage }> => {
  const id = await story.ask(entitlementId);
  return { id, message: messageOf(id) };
};

/** The one that stands for the request in the channel. */
const messageOf = (id: string): SlackMessage => {
  const found = stack.slack.messages.filter(
    ({ channel, blocks, thread, only }) =>
      channel === APPROVALS && (thread ?? only) === undefined && JSON.stringify(blocks).includes(`/requests/${id}`),
  );
  expect(found).toHaveLength(1);
  return found[0] as SlackMessage;
};

const press = (name: string, { id, message }: Awaited<ReturnType<typeof ask>>, actionId = 'approve') =>
  stack.slack.press(memberOf(name), { message, actionId, value: `${id}.0`, inputs: { reason: 'Not today.' } });

beforeAll(async () => {
  // Looked at when a test says so.
  stack = await startTestStack({
    ...{ ledgerStreamIntervalMs: 3_600_000, scheduleIntervalMs: 3_600_000 },
    slackTriggerMs: 60_000,
  });
  story = await chatStory(stack);
  for (const name of PEOPLE) expect(await link(name)).toContain('Linked.');
}, 300_000);
afterAll(() => stack.close());
beforeEach(() => {
  stack.slack.forget();
});

describe('in Slack', () => {
  test('twenty presses by five people at once give one decision a person who may, and the right outcome', async () => {
    const asked = await ask('payments-admin');
    for (let round = 0; round < 4; round += 1) {
      const answers = await Promise.all(PEOPLE.map((name) => press(name, asked)));
      expect(answers).toEqual(PEOPLE.map(() => ({ status: 200, text: '' })));
    }
    await story.settle();
    const events = await story.eventsOf(asked.id);
    expect(events.map(({ type }) => type)).toEqual(['request.approved', 'request.approved']);
    expect(new Set(events.map(({ actor }) => actor.handle)).size).toBe(2);
    expect(titleOf(messageOf(asked.id))).toMatch(/^Approved: /);
    expect(['engineer', 'auditor', 'outsider'].map((name) => titleOf(toldAlone(name)))).toEqual([
      ...['Own request', 'Not an approver', 'Not found'],
    ]);
  });

  test('from the press to the changed message there are two calls of ours, and none before the answer', async () => {
    const asked = await ask('prod-admin');
    expect(buttonsOf(asked.message)).toEqual(expect.arrayContaining(['approve', 'deny']));
    const before = stack.slack.calls.length;
    expect((await press('approver', asked)).status).toBe(200);
    expect(stack.slack.calls).toHaveLength(before);
    await story.settle();
    expect(titleOf(messageOf(asked.id))).toMatch(/^Approved: /);
    const calls = stack.slack.calls.slice(before);
    expect(calls.slice(0, calls.indexOf('chat.update') + 1)).toEqual(['users.info', 'chat.update']);
  });

  test('security takes a role away by the button of the message', async () => {
    const asked = await ask('prod-admin');
    await press('approver', asked);
    await story.settle();
    expect(buttonsOf(messageOf(asked.id))).toContain('revoke');
    await press('outsider', asked, 'revoke');
    await press('security', asked, 'revoke');
    await story.settle();
    expect((await story.eventsOf(asked.id)).map(({ type }) => type)).toEqual(['request.approved', 'request.revoked']);
    expect(titleOf(messageOf(asked.id))).toMatch(/^Revoked: /);
    expect(textsOf(messageOf(asked.id)).join(' ')).toContain('Not today.');
    expect(buttonsOf(messageOf(asked.id))).toEqual(['open']);
  });

  test('what was decided in the portal first is what the message says, and a late press changes nothing', async () => {
    const asked = await ask('prod-admin');
    await story.browserOf('approver').call('POST', `/v1/requests/${asked.id}/deny`, { reason: 'Not today.' });
    await press('approver', asked);
    await story.settle();
    expect((await story.eventsOf(asked.id)).map(({ type }) => type)).toEqual(['request.denied']);
    expect(titleOf(messageOf(asked.id))).toMatch(/^Denied: /);
    expect(titleOf(toldAlone('approver'))).toBe('Wrong status');
  });

  test('it is asked by a window, and denied with a reason', async () => {
    await stack.slack.command(memberOf('engineer'), APPROVALS, '');
    await story.settle();
    const values = {
      entitlement: 'prod-admin',
      justification: 'The queue is stuck.',
      duration: '900',
      ticket: 'OPS-2',
    };
    expect((await stack.slack.submit(memberOf('engineer'), values)).status).toBe(200);
    await story.settle();
    const { json } = await story.browserOf('engineer').call('GET', '/v1/requests?limit=1');
    const [{ id = '' } = {}] = json['requests'] as { id?: string }[];
    await press('approver', { id, message: messageOf(id) }, 'deny');
    await story.settle();
    expect(await story.eventsOf(id)).toMatchObject([{ type: 'request.denied' }]);
    expect(textsOf(messageOf(id)).join(' ')).toContain('Not today.');
  });

  test('a linked account is told so, and so is its person by mail; unlinking too', async () => {
    const about = () => [
      ...stack.slack.messages.filter(({ channel }) => channel === 'D0AUDITOR').map(titleOf),
      ...stack.aws.mails.filter(({ to }) => to[0] === 'auditor@example.com').map(({ subject }) => subject),
    ];
    await link('auditor');
    await story.settle();
    expect(about().filter((title) => / speaks for .* now$/.test(title)).length).toBeGreaterThanOrEqual(2);
    const page = await (await story.browserOf('auditor').open('/chat/link')).text();
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page) ?? [];
    await story.browserOf('auditor').submit('/chat/link', { csrf, remove: 'slack T0EXAMPLE U0AUDITOR' });
    await story.settle();
    expect(about().filter((title) => title.endsWith('no longer')).length).toBe(2);
  });

  test('the home of the app shows what one holds and waits for, and asks from there', async () => {
    const { id } = await ask('prod-admin');
    expect(await stack.slack.openHome(memberOf('engineer'))).toEqual({ status: 200, text: '' });
    await story.settle();
    const home = JSON.stringify(stack.slack.homes.get(memberOf('engineer'))?.blocks);
    expect(home).toContain(`/requests/${id}`);
    await stack.slack.press(memberOf('engineer'), { actionId: 'form' });
    await story.settle();
    expect(stack.slack.calls).toContain('views.open');
  });

  test('attack: a guest, and somebody of another workspace, decide nothing and get no code', async () => {
    const asked = await ask('prod-admin');
    expect((await press('stranger', asked)).status).toBe(403);
    expect((await press('guest', asked)).status).toBe(200);
    await stack.slack.command(memberOf('guest'), APPROVALS, 'link');
    await story.settle();
    expect(await story.eventsOf(asked.id)).toStrictEqual([]);
    expect(titleOf(toldAlone('guest'))).toBe('Not for guests');
  });

  test('nobody is refused anything by their own role', () => {
    expect(stack.logged.filter((line) => /AccessDenied|not authorized/.test(line))).toStrictEqual([]);
  });
});
