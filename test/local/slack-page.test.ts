import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Chat } from '../../lib/chatops/port.ts';
import { slackClient } from '../../lib/chatops/slack/client.ts';
import { closeServer, listenOnLoopback } from '../../local/gateway/loopback.ts';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { APPROVALS, type TestWorkspace, WORKSPACE, startWorkspace } from '../support/slack-workspace.ts';

const ID = 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA';

let slack: TestWorkspace;
let chat: Chat;
/** In the place of the broker: what Slack sent to it. */
const sent: { readonly path: string; readonly payload: string }[] = [];
const broker = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const fields = new URLSearchParams(Buffer.concat(chunks).toString());
    sent.push({ path: request.url ?? '', payload: fields.get('payload') ?? fields.get('text') ?? '' });
    response.writeHead(200).end();
  });
});

beforeAll(async () => {
  const port = await listenOnLoopback(broker, 0);
  slack = await startWorkspace(() => `http://127.0.0.1:${port}`);
  chat = slackClient({
    ...{ origin: 'https://hatcheck.example.com', teamId: WORKSPACE.teamId, endpoint: slack.endpoint },
    token: () => Promise.resolve(slack.botToken),
  });
  await chat.post(APPROVALS, {
    title: 'Erin asks: Administer production',
    facts: [{ label: 'Why', text: '<b>bold</b> <!channel> \u202eevil' }],
    actions: [
      { type: 'approve', requestId: ID, seq: 0 },
      { type: 'deny', requestId: ID, seq: 0 },
    ],
  });
});
afterAll(async () => {
  await Promise.all([slack.close(), closeServer(broker)]);
});

const pressed = (): unknown => JSON.parse(sent.at(-1)?.payload ?? '{}');

describeInBrowser('the page of the local Slack', () => {
  testInBrowser('shows words as text, and presses a button by the keyboard as whoever was chosen', async (browser) => {
    const page = await browser.newPage({ colorScheme: 'dark' });
    await page.goto(slack.origin);
    const why = page.locator('dd');
    await why.waitFor();
    expect(await why.textContent()).toBe('<b>bold</b> <!channel> ⟨U+202E⟩evil');
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe('rgb(255, 255, 255)');
    await page.getByLabel('You are').selectOption('U0APPROVER');
    await page.getByLabel('Why not (needed to deny)').fill('not now');
    await page.getByRole('button', { name: 'Deny' }).focus();
    const answered = page.waitForResponse((response) => response.url().endsWith('/do'));
    await page.keyboard.press('Enter');
    await answered;
    expect(pressed()).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0APPROVER' },
      actions: [{ action_id: 'deny', value: `${ID}.0` }],
      state: { values: { reason: { reason: { value: 'not now' } } } },
    });
  });

  testInBrowser('shows the app’s home, says that it was opened, and presses its button', async (browser) => {
    const card = { title: 'What you hold', facts: [{ label: 'Account', text: '<b>1</b>' }] };
    await chat.home({ platform: 'slack', workspace: WORKSPACE.teamId, user: 'U0ENGINEER' }, [
      { ...card, actions: [{ type: 'form', label: 'Ask for a role' }] },
      { ...card, actions: [{ type: 'open', label: 'Open', path: '/' }] },
    ]);
    const page = await browser.newPage();
    await page.goto(slack.origin);
    const opened = page.waitForResponse((response) => response.url().endsWith('/do'));
    await page.getByLabel('Channel').selectOption('home');
    await opened;
    expect(sent.at(-1)).toMatchObject({ path: '/chatops/slack/events' });
    await eventually(async () => {
      expect(await page.locator('dd').first().textContent()).toBe('<b>1</b>');
    });
    const pressedThere = page.waitForResponse((response) => response.url().endsWith('/do'));
    await page.getByRole('button', { name: 'Ask for a role' }).click();
    await pressedThere;
    expect(pressed()).toMatchObject({ container: { type: 'view' }, actions: [{ action_id: 'form' }] });
  });

  testInBrowser('sends the slash command', async (browser) => {
    const page = await browser.newPage();
    await page.goto(slack.origin);
    await page.locator('dd').waitFor();
    await page.getByLabel('Command').fill('/hatcheck mine');
    const answered = page.waitForResponse((response) => response.url().endsWith('/do'));
    await page.keyboard.press('Enter');
    await answered;
    expect(sent.at(-1)).toEqual({ path: '/chatops/slack/commands', payload: 'mine' });
  });
});

test('what another origin’s page may send does nothing', async () => {
  const before = sent.length;
  const body = JSON.stringify({ do: 'command', as: 'U0APPROVER', channel: APPROVALS, text: 'mine' });
  const headers = { 'content-type': 'text/plain', origin: 'https://evil.example' };
  expect((await fetch(`${slack.origin}/do`, { method: 'POST', headers, body })).status).toBe(404);
  expect(sent).toHaveLength(before);
});
