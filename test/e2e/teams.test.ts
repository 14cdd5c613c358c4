import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser } from '../../local/browser.ts';
import type { TeamsMessage } from '../../local/chat/teams-world.ts';
import { teamsPerson } from '../../local/chat/tenant.ts';
import { textsOf as slackTextsOf } from '../support/slack-workspace.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';
import { textsOf, verbsOf } from '../support/teams-tenant.ts';

let stack: TestStack;
const browsers = new Map<string, Browser>();
/** All that was said in the tests before. */
const said: string[] = [];

const APPROVALS = '19:approvals@thread.tacv2';
const PEOPLE = ['engineer', 'approver', 'security', 'auditor', 'outsider'] as const;
type Name = Parameters<typeof teamsPerson>[0];

const browserOf = (name: string): Browser => {
  const browser = browsers.get(name);
  if (!browser) throw new TypeError(`${name} is not signed in`);
  return browser;
};

/** Until nothing is on its way any more: the ledger's stream, then what it put on the queues, and what came of that. */
const settle = async (): Promise<void> => {
  for (let times = 0; times < 3; times += 1) {
    for (const queue of stack.queues) await queue.poll();
    await stack.ledgerStream.poll();
  }
};

const toldAlone = (name: Name): TeamsMessage | undefined =>
  stack.teams.messages.findLast(({ conversation }) => conversation === `a:${teamsPerson(name)}`);
const titleOf = (message: TeamsMessage | undefined): string => (message ? (textsOf(message)[0] ?? '') : '');

const link = async (name: Name): Promise<string> => {
  await stack.teams.say(teamsPerson(name), APPROVALS, 'link');
  await settle();
  return sayCode(name, textsOf(toldAlone(name) ?? { cards: [] }));
};

/** In the portal. @param texts those of the message that shows it */
const sayCode = async (name: Name, texts: readonly string[]): Promise<string> => {
  const code = texts.find((text) => /^[B-Z]{4}-[B-Z]{4}$/.test(text)) ?? '';
  const page = await (await browserOf(name).open('/chat/link')).text();
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page) ?? [];
  return (await browserOf(name).submit('/chat/link', { csrf, code, decision: 'link' })).text();
};

const ask = async (entitlementId: string): Promise<{ readonly id: string; readonly message: TeamsMessage }> => {
  const body = { entitlementId, justification: 'The queue is stuck.', durationSeconds: 900 };
  const ticket = entitlementId === 'prod-admin' ? { ticket: 'OPS-1' } : {};
  const { json } = await browserOf('engineer').call('POST', '/v1/requests', { ...body, ...ticket });
  const { id } = json['request'] as { id: string };
  await settle();
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

const eventsOf = async (id: string) => {
  const { json } = await browserOf('auditor').call('GET', `/v1/requests/${id}`);
  return (json['events'] as { type: string; actor: { handle: string } }[]).slice(1);
};

beforeAll(async () => {
  // Looked at when a test says so.
  stack = await startTestStack({ ledgerStreamIntervalMs: 3_600_000, scheduleIntervalMs: 3_600_000 });
  for (const name of PEOPLE) browsers.set(name, await stack.signedIn(`${name}@example.com`));
  for (const name of PEOPLE) expect(await link(name)).toContain('Linked.');
}, 300_000);
afterAll(() => stack.close(), 60_000);
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
    await settle();
    const events = await eventsOf(asked.id);
    expect(events.map(({ type }) => type)).toEqual(['request.approved', 'request.approved']);
    expect(new Set(events.map(({ actor }) => actor.handle)).size).toBe(2);
    expect(titleOf(messageOf(asked.id))).toMatch(/^Approved: /);
    const refused = (['auditor', 'outsider'] as const).map((name) => titleOf(toldAlone(name)));
    expect(refused).toEqual(['Not an approver', 'Not found']);
    expect(stack.teams.messages.map(titleOf)).toContain('Own request');
  }, 180_000);

  test('from the press to the changed message there are two calls of ours, and none before the answer', async () => {
    const asked = await ask('prod-admin');
    expect(verbsOf(asked.message)).toEqual(expect.arrayContaining(['approve', 'deny']));
    const before = stack.teams.calls.length;
    expect((await press('approver', asked)).status).toBe(200);
    expect(stack.teams.calls).toHaveLength(before);
    await settle();
    expect(titleOf(messageOf(asked.id))).toMatch(/^Approved: /);
    const calls = stack.teams.calls.slice(before);
    expect(calls.slice(0, calls.indexOf('PUT activities') + 1)).toEqual(['GET members', 'PUT activities']);
    // Entra and the Bot Framework were asked before: once an hour, and once a quarter of an hour.
    expect(stack.teams.others).toEqual([]);
  }, 120_000);

  test('what was decided in the portal first is what the card says, and a late press changes nothing', async () => {
    const asked = await ask('prod-admin');
    await browserOf('approver').call('POST', `/v1/requests/${asked.id}/deny`, { reason: 'Not today.' });
    await press('approver', asked);
    await settle();
    expect((await eventsOf(asked.id)).map(({ type }) => type)).toEqual(['request.denied']);
    expect(titleOf(messageOf(asked.id))).toMatch(/^Denied: /);
    expect(titleOf(toldAlone('approver'))).toBe('Wrong status');
  }, 120_000);

  test('what is decided in Slack first is what the card in Teams says', async () => {
    await stack.slack.command('U0APPROVER', 'C0APPROVALS', 'link');
    await settle();
    const told = stack.slack.messages.findLast(({ only }) => only === 'U0APPROVER');
    await sayCode('approver', slackTextsOf(told ?? { blocks: [] }));
    const asked = await ask('prod-admin');
    const message = stack.slack.messages.find(({ blocks }) => JSON.stringify(blocks).includes(`${asked.id}.0`));
    if (!message) throw new TypeError('Slack was not told');
    await stack.slack.press('U0APPROVER', { message, actionId: 'approve', value: `${asked.id}.0` });
    await settle();
    expect((await eventsOf(asked.id)).map(({ type }) => type)).toEqual(['request.approved']);
    expect(titleOf(messageOf(asked.id))).toMatch(/^Approved: /);
  }, 120_000);

  test('it is asked by a form, which goes away, and denied with a reason', async () => {
    await stack.teams.say(teamsPerson('engineer'), undefined, 'ask');
    await settle();
    const form = toldAlone('engineer');
    if (!form) throw new TypeError('there is no form');
    const reply = await stack.teams.press(teamsPerson('engineer'), {
      ...{ conversation: form.conversation, message: form.id, verb: 'ask' },
      data: { entitlement: 'prod-admin', justification: '[x](y) **why**', duration: '900', ticket: 'OPS-2' },
    });
    expect(JSON.parse(reply.text)).toMatchObject({ type: 'application/vnd.microsoft.card.adaptive' });
    await settle();
    const { json } = await browserOf('engineer').call('GET', '/v1/requests?limit=1');
    const [{ id = '' } = {}] = json['requests'] as { id?: string }[];
    expect(textsOf(messageOf(id))).toContain('[x](y) **why**');
    await press('approver', { id, message: messageOf(id) }, 'deny');
    await settle();
    expect(await eventsOf(id)).toMatchObject([{ type: 'request.denied' }]);
    expect(textsOf(messageOf(id)).join(' ')).toContain('Not today.');
    expect(titleOf(toldAlone('engineer'))).toMatch(/^Denied: /);
  }, 120_000);

  test('whoever holds a role sees it when they ask, and security takes it away by the button', async () => {
    const asked = await ask('prod-admin');
    await press('approver', asked);
    await settle();
    await stack.teams.say(teamsPerson('engineer'), undefined, 'home');
    await settle();
    const shown = toldAlone('engineer');
    expect(shown ? textsOf(shown).join(' ') : '').toContain('Yours until');
    const live = { id: asked.id, message: messageOf(asked.id) };
    expect(verbsOf(live.message)).toContain('revoke');
    await press('outsider', live, 'revoke');
    await press('security', live, 'revoke');
    await settle();
    expect((await eventsOf(asked.id)).map(({ type }) => type)).toEqual(['request.approved', 'request.revoked']);
    expect(titleOf(messageOf(asked.id))).toMatch(/^Revoked: /);
    expect(textsOf(messageOf(asked.id)).join(' ')).toContain('Not today.');
    expect(verbsOf(messageOf(asked.id))).toEqual([expect.stringContaining('/requests/')]);
  }, 120_000);

  test('a broken glass is told in the channel that access.yml names', async () => {
    const body = { entitlementId: 'prod-admin', justification: 'Everything is down and on fire.', ticket: 'OPS-3' };
    await browserOf('engineer').call('POST', '/v1/requests', { ...body, breakGlass: true, durationSeconds: 900 });
    await settle();
    const told = stack.teams.messages.filter(({ conversation }) => conversation.startsWith('19:security@'));
    expect(told.map(titleOf)).toEqual([expect.stringMatching(/^BREAK-GLASS: /)]);
  }, 120_000);

  test('attack: a guest, and somebody of another tenant, decide nothing and get no code', async () => {
    const asked = await ask('prod-admin');
    expect((await press('stranger', asked)).status).toBe(403);
    expect((await press('guest', asked)).status).toBe(200);
    await stack.teams.say(teamsPerson('guest'), APPROVALS, 'link');
    await settle();
    expect(await eventsOf(asked.id)).toEqual([]);
    expect(titleOf(toldAlone('guest'))).toBe('Not for guests');
  }, 120_000);

  test('no credential and no console URL is ever said', () => {
    expect(said.length).toBeGreaterThan(20);
    expect(said.filter((message) => /AKIA|ASIA|SigninToken|federation|console\./.test(message))).toEqual([]);
  });

  test('nobody is refused anything by their own role', () => {
    expect(stack.logged.filter((line) => /AccessDenied|not authorized/.test(line))).toEqual([]);
  });
});
