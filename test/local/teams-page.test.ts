import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { teamsClient } from '../../lib/chatops/teams/client.ts';
import { closeServer, listenOnLoopback } from '../../local/gateway/loopback.ts';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { memoryClock } from '../support/memory.ts';
import { APPROVALS, TENANT, type TestTenant, personIn, startTenant } from '../support/teams-tenant.ts';

const ID = 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA';
const WHY = '<b>bold</b> **bold** [Approve](https://evil.example) \u202eevil';

let teams: TestTenant;
/** In the place of the broker: what Teams sent to it. */
const sent: { readonly path: string; readonly bearer: boolean; readonly activity: unknown }[] = [];
const broker = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const bearer = request.headers.authorization?.startsWith('Bearer ') ?? false;
    sent.push({ path: request.url ?? '', bearer, activity: JSON.parse(Buffer.concat(chunks).toString()) });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});

beforeAll(async () => {
  const port = await listenOnLoopback(broker, 0);
  teams = await startTenant(() => `http://127.0.0.1:${port}`);
  const chat = teamsClient({
    ...{ ...TENANT, origin: 'https://hatcheck.example.com', standIn: teams.origin },
    ...{ password: () => Promise.resolve(teams.password), clock: memoryClock('2026-11-22T12:00:00.000Z') },
  });
  await chat.post(APPROVALS, {
    title: 'Erin asks: Administer production',
    facts: [{ label: 'Why', text: WHY }],
    actions: [
      { type: 'approve', requestId: ID, seq: 0 },
      { type: 'deny', requestId: ID, seq: 0 },
    ],
  });
});
afterAll(async () => {
  await Promise.all([teams.close(), closeServer(broker)]);
});

describeInBrowser('the page of the local Teams', () => {
  testInBrowser('shows words as text, and presses a button by the keyboard as whoever was chosen', async (browser) => {
    const page = await browser.newPage({ colorScheme: 'dark' });
    await page.goto(teams.origin);
    const why = page.locator('dd');
    await why.waitFor();
    expect(await why.textContent()).toBe(WHY.replace('\u202e', '⟨U+202E⟩'));
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe('rgb(255, 255, 255)');
    await page.getByLabel('You are').selectOption(personIn('approver'));
    await page.getByLabel('Why not (needed to deny)').fill('not now');
    await page.getByRole('button', { name: 'Deny' }).focus();
    const answered = page.waitForResponse((response) => response.url().endsWith('/do'));
    await page.keyboard.press('Enter');
    await answered;
    expect(sent.at(-1)).toMatchObject({
      ...{ path: '/chatops/teams/messages', bearer: true },
      activity: {
        ...{ type: 'invoke', name: 'adaptiveCard/action', from: { aadObjectId: personIn('approver') } },
        value: { action: { verb: 'deny', data: { value: `${ID}.0`, reason: 'not now' } } },
      },
    });
  });

  testInBrowser('says something to the bot', async (browser) => {
    const page = await browser.newPage();
    await page.goto(teams.origin);
    await page.locator('dd').waitFor();
    await page.getByLabel('Say to Hatcheck').fill('mine');
    const answered = page.waitForResponse((response) => response.url().endsWith('/do'));
    await page.keyboard.press('Enter');
    await answered;
    expect(sent.at(-1)).toMatchObject({ activity: { type: 'message', text: '<at>Hatcheck</at> mine' } });
  });
});

test('what another origin’s page may send does nothing', async () => {
  const before = sent.length;
  const body = JSON.stringify({ do: 'say', as: personIn('approver'), text: 'mine' });
  const headers = { 'content-type': 'text/plain', origin: 'https://evil.example' };
  expect((await fetch(`${teams.origin}/do`, { method: 'POST', headers, body })).status).toBe(404);
  expect(sent).toHaveLength(before);
});
