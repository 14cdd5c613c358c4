import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TeamsMessage } from '../../local/chat/teams-world.ts';
import { teamsPerson } from '../../local/chat/tenant.ts';
import { textsOf as slackTextsOf } from '../support/slack-workspace.ts';
import { type ChatStory, PEOPLE, chatStory } from '../support/chat-story.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';
import { textsOf, verbsOf } from '../support/teams-tenant.ts';

let stack: TestStack;
let story: ChatStory;
/** All that was said in the tests before. */
const said: string[] = [];

const APPROVALS = '19:approvals@thread.tacv2';
type Name = Parameters<typeof teamsPerson>[0];

const toldAlone = (name: Name): TeamsMessage | undefined =>
  stack.teams.messages.findLast(({ conversation }) => conversation === `a:${teamsPerson(name)}`);
const titleOf = (message: TeamsMessage | undefined): string => (message ? (textsOf(message)[0] ?? '') : '');

const link = async (name: Name): Promise<string> => {
  await stack.teams.say(teamsPerson(name), APPROVALS, 'link');
  await story.settle();
  return story.sayCode(name, textsOf(toldAlone(name) ?? { cards: [] }));
};

const ask = async (entitlementId: string): Promise<{ readonly id: string; readonly message: TeamsMessage }> => {
  const id = await story.ask(entitlementId);
  return { id, message: messageOf(id) };
};

/** The one that stands for the request in the channel. */
const messageOf = (id: string): TeamsMessage => {
  const found = stack.teams.messages.filter(
    (message) =>
      message.conversation === `${APPROVALS};messageid=${message.id}` &&
      JSON.stringify(message.cards).includes(`/requests/${id}`),
  );
  expect(found).toHaveLength(1);
  return found[0] as TeamsMessage;
};

const press = (name: Name, { id, message }: Awaited<ReturnType<typeof ask>>, verb = 'approve') =>
  stack.teams.press(teamsPerson(name), {
    ...{ conversation: message.conversation, message: message.id, verb },
    data: { value: `${id}.0`, reason: 'Not today.' },
  });

beforeAll(async () => {
  // Looked at when a test says so.
  stack = await startTestStack({ ledgerStreamIntervalMs: 3_600_000, scheduleIntervalMs: 3_600_000 });
  story = await chatStory(stack);
  for (const name of PEOPLE) expect(await link(name)).toContain('Linked.');
}, 300_000);
afterAll(() => stack.close());
beforeEach(() => {
  said.push(...stack.teams.messages.map((message) => JSON.stringify(message)));
  stack.teams.forget();
});

describe('in Teams', () => {
  test('twenty presses by five people at once give one decision a person who may, and the right outcome', async () => {
    const asked = await ask('payments-admin');
    for (let round = 0; round < 4; round += 1) {
      const answers = await Promise.all(PEOPLE.map((name) => press(name, asked)));
      expect(answers.map(({ status }) => status)).toEqual(PEOPLE.map(() => 200));
    }
    await story.settle();
    const events = await story.eventsOf(asked.id);
    expect(events.map(({ type }) => type)).toEqual(['request.approved', 'request.approved']);
    expect(new Set(events.map(({ actor }) => actor.handle)).size).toBe(2);
    expect(titleOf(messageOf(asked.id))).toMatch(/^Approved: /);
    const refused = (['auditor', 'outsider'] as const).map((name) => titleOf(toldAlone(name)));
    expect(refused).toEqual(['Not an approver', 'Not found']);
    expect(stack.teams.messages.map(titleOf)).toContain('Own request');
  });

  test('from the press to the changed message there are two calls of ours, and none before the answer', async () => {
    const asked = await ask('prod-admin');
    expect(verbsOf(asked.message)).toEqual(expect.arrayContaining(['approve', 'deny']));
    const before = stack.teams.calls.length;
    expect((await press('approver', asked)).status).toBe(200);
    expect(stack.teams.calls).toHaveLength(before);
    await story.settle();
    expect(titleOf(messageOf(asked.id))).toMatch(/^Approved: /);
    const calls = stack.teams.calls.slice(before);
    expect(calls.slice(0, calls.indexOf('PUT activities') + 1)).toEqual(['GET members', 'PUT activities']);
    // Entra and the Bot Framework were asked before: once an hour, and once a quarter of an hour.
    expect(stack.teams.others).toStrictEqual([]);
  });

  test('what was decided in the portal first is what the card says, and a late press changes nothing', async () => {
    const asked = await ask('prod-admin');
    await story.browserOf('approver').call('POST', `/v1/requests/${asked.id}/deny`, { reason: 'Not today.' });
    await press('approver', asked);
    await story.settle();
    expect((await story.eventsOf(asked.id)).map(({ type }) => type)).toEqual(['request.denied']);
    expect(titleOf(messageOf(asked.id))).toMatch(/^Denied: /);
    expect(titleOf(toldAlone('approver'))).toBe('Wrong status');
  });

  test('what is decided in Slack first is what the card in Teams says', async () => {
    await stack.slack.command('U0APPROVER', 'C0APPROVALS', 'link');
    await story.settle();
    const told = stack.slack.messages.findLast(({ only }) => only === 'U0APPROVER');
    await story.sayCode('approver', slackTextsOf(told ?? { blocks: [] }));
    const asked = await ask('prod-admin');
    const message = stack.slack.messages.find(({ blocks }) => JSON.stringify(blocks).includes(`${asked.id}.0`));
    if (!message) throw new TypeError('Slack was not told');
    await stack.slack.press('U0APPROVER', { message, actionId: 'approve', value: `${asked.id}.0` });
    await story.settle();
    expect((await story.eventsOf(asked.id)).map(({ type }) => type)).toEqual(['request.approved']);
    expect(titleOf(messageOf(asked.id))).toMatch(/^Approved: /);
  });

  test('it is asked by a form, which goes away, and denied with a reason', async () => {
    await stack.teams.say(teamsPerson('engineer'), undefined, 'ask');
    await story.settle();
    const form = toldAlone('engineer');
    if (!form) throw new TypeError('there is no form');
    const reply = await stack.teams.press(teamsPerson('engineer'), {
      ...{ conversation: form.conversation, message: form.id, verb: 'ask' },
      data: { entitlement: 'prod-admin', justification: '[x](y) **why**', duration: '900', ticket: 'OPS-2' },
    });
    expect(JSON.parse(reply.text)).toMatchObject({ type: 'application/vnd.microsoft.card.adaptive' });
    await story.settle();
    const { json } = await story.browserOf('engineer').call('GET', '/v1/requests?limit=1');
    const [{ id = '' } = {}] = json['requests'] as { id?: string }[];
    expect(textsOf(messageOf(id))).toContain('[x](y) **why**');
    await press('approver', { id, message: messageOf(id) }, 'deny');
    await story.settle();
    expect(await story.eventsOf(id)).toMatchObject([{ type: 'request.denied' }]);
    expect(textsOf(messageOf(id)).join(' ')).toContain('Not today.');
    expect(titleOf(toldAlone('engineer'))).toMatch(/^Denied: /);
  });

  test('whoever holds a role sees it when they ask, and security takes it away by the button', async () => {
    const asked = await ask('prod-admin');
    await press('approver', asked);
    await story.settle();
    await stack.teams.say(teamsPerson('engineer'), undefined, 'home');
    await story.settle();
    const shown = toldAlone('engineer');
    expect(shown ? textsOf(shown).join(' ') : '').toContain('Yours until');
    const live = { id: asked.id, message: messageOf(asked.id) };
    expect(verbsOf(live.message)).toContain('revoke');
    await press('outsider', live, 'revoke');
    await press('security', live, 'revoke');
    await story.settle();
    expect((await story.eventsOf(asked.id)).map(({ type }) => type)).toEqual(['request.approved', 'request.revoked']);
    expect(titleOf(messageOf(asked.id))).toMatch(/^Revoked: /);
    expect(textsOf(messageOf(asked.id)).join(' ')).toContain('Not today.');
    expect(verbsOf(messageOf(asked.id))).toEqual([expect.stringContaining('/requests/')]);
  });

  test('a broken glass is told in the channel that access.yml names', async () => {
    const body = { entitlementId: 'prod-admin', justification: 'Everything is down and on fire.', ticket: 'OPS-3' };
    await story.browserOf('engineer').call('POST', '/v1/requests', { ...body, breakGlass: true, durationSeconds: 900 });
    await story.settle();
    const told = stack.teams.messages.filter(({ conversation }) => conversation.startsWith('19:security@'));
    expect(told.map(titleOf)).toEqual([expect.stringMatching(/^BREAK-GLASS: /)]);
  });

  test('attack: a guest, and somebody of another tenant, decide nothing and get no code', async () => {
    const asked = await ask('prod-admin');
    expect((await press('stranger', asked)).status).toBe(403);
    expect((await press('guest', asked)).status).toBe(200);
    await stack.teams.say(teamsPerson('guest'), APPROVALS, 'link');
    await story.settle();
    expect(await story.eventsOf(asked.id)).toStrictEqual([]);
    expect(titleOf(toldAlone('guest'))).toBe('Not for guests');
  });

  test('no credential and no console URL is ever said', () => {
    expect(said.length).toBeGreaterThan(20);
    expect(said.filter((message) => /AKIA|ASIA|SigninToken|federation|console\./.test(message))).toStrictEqual([]);
  });

  test('nobody is refused anything by their own role', () => {
    expect(stack.logged.filter((line) => /AccessDenied|not authorized/.test(line))).toStrictEqual([]);
  });
});
