import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { NARROW, WIDE, keptIn, openPortal, sidewaysOverflow } from '../support/portal.ts';
import { keepScreenshot } from '../support/screenshots.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const ENGINEER = 'engineer@example.com';

describeInBrowser('waiting and having in the portal', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack.close());

  const heading = (page: Page) => page.getByRole('heading', { level: 1 });
  const idOn = (page: Page): string => new URL(page.url()).pathname.split('/')[2] ?? '';

  /** The engineer's page of a request that was just made. */
  const asked = async (
    browser: Browser,
    entitlementId: string,
    options: Omit<Parameters<typeof openPortal>[2], 'account'> = {},
  ) => {
    const opened = await openPortal(browser, stack, { account: ENGINEER, path: `/ask/${entitlementId}`, ...options });
    const { page } = opened;
    await page.getByLabel('Why do you need it?').fill(`The queue is stuck, ${randomUUID()}.`);
    if (entitlementId === 'prod-admin') await page.getByLabel('Ticket').fill('OPS-7');
    await page.getByLabel('30 min').check();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.waitForURL('**/requests/*');
    await heading(page).locator('.status').waitFor();
    return opened;
  };

  const actAs = async (account: string, id: string, action: string, body?: object): Promise<number> =>
    (await (await stack.signedIn(account)).call('POST', `/v1/requests/${id}/${action}`, body)).status;

  const endOn = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'End it now' }).click();
    await heading(page).getByText('ended').waitFor();
  };

  testInBrowser('the yes of somebody else arrives by itself, and is said aloud', async (browser) => {
    const { page, complaints } = await asked(browser, 'prod-admin', NARROW);
    await heading(page).getByText('pending').waitFor();
    await page.getByText('one more yes, now of sre-leads').waitFor();
    await keepScreenshot(page, 'request-pending-light-320');
    expect(await actAs('approver@example.com', idOn(page), 'approve', {})).toBe(200);
    await heading(page).getByText('active').waitFor();
    await page.getByRole('status').getByText('Administer production is now active.').waitFor({ state: 'attached' });
    await expect(page.title()).resolves.toBe('Administer production: active – Hatcheck');
    await page.getByRole('button', { name: 'Get credentials' }).waitFor();
    await keepScreenshot(page, 'request-active-light-320');
    expect(await sidewaysOverflow(page)).toBe(0);
    await endOn(page);
    expect(complaints).toStrictEqual([]);
  });

  testInBrowser(
    'credentials are shown once, in the form that is wanted, and are gone with the grant',
    async (browser) => {
      const { page } = await asked(browser, 'prod-read', {
        ...WIDE,
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      await page.getByRole('button', { name: 'Get credentials' }).click();
      await expect(page.getByLabel('Credentials for Shell', { exact: true }).textContent()).resolves.toMatch(
        /^export AWS_ACCESS_KEY_ID='ASIA/,
      );
      await keepScreenshot(page, 'credentials-light-1280');
      await page.getByLabel('PowerShell').check();
      await page.getByRole('button', { name: 'Copy: Credentials for PowerShell' }).click();
      await page.getByText('Copied.').waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      expect(copied).toMatch(/^\$env:AWS_ACCESS_KEY_ID = 'ASIA/);
      await page.getByLabel('CLI').check();
      const command = await page.getByLabel('Credentials for CLI', { exact: true }).textContent();
      expect(command).toBe(`eval "$(hatcheck credentials ${idOn(page)} --format env)"`);

      await page.emulateMedia({ media: 'print' });
      await page.getByLabel('Credentials', { exact: true }).waitFor({ state: 'hidden' });
      await page.emulateMedia({ media: null });
      await page.getByLabel('Credentials', { exact: true }).waitFor();
      expect(await keptIn(page)).not.toMatch(/ASIA|SessionToken/);
      await endOn(page);
      await page.getByLabel('Credentials', { exact: true }).waitFor({ state: 'detached' });
    },
  );

  testInBrowser('the console is one click away, at the service that is wanted', async (browser) => {
    const { page } = await asked(browser, 'prod-read', { colorScheme: 'dark', ...NARROW });
    await page.getByLabel('at', { exact: true }).selectOption({ label: 'S3' });
    await keepScreenshot(page, 'request-active-dark-320');
    const [console] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('button', { name: 'Open the console' }).click(),
    ]);
    await console.getByText('engineer@example.com=').first().waitFor();
    const { origin, pathname, searchParams } = new URL(console.url());
    expect([origin, pathname, searchParams.get('region')]).toEqual([stack.aws.consoleOrigin, '/s3/home', 'eu-west-1']);
    // The next time it is where they were.
    await page.reload();
    await expect(page.getByLabel('at', { exact: true }).inputValue()).resolves.toBe('s3');
    await endOn(page);
  });

  testInBrowser('more time is asked for, waits while the rest goes on, and may be refused', async (browser) => {
    const { page } = await asked(browser, 'prod-admin', WIDE);
    const id = idOn(page);
    await actAs('approver@example.com', id, 'approve', {});
    await heading(page).getByText('active').waitFor();
    await page.getByText('More time…').click();
    await page.getByText('Needs a yes of sre-leads.').waitFor();
    await page.getByLabel('15 min').check();
    await page.getByLabel('Why more?').fill('It is not over yet.');
    await page.getByRole('button', { name: 'Ask for more time' }).click();
    await page.getByText(/15\smin more were asked for/).waitFor();
    await keepScreenshot(page, 'extension-pending-light-1280');
    await expect(page.getByRole('button', { name: 'Get credentials' }).isEnabled()).resolves.toBe(true);
    expect(await actAs('approver@example.com', id, 'deny', { reason: 'Half an hour has to do.' })).toBe(200);
    await page.getByText(/15\smin more: denied/).waitFor();
    await page.getByText('Half an hour has to do.').first().waitFor();
    await endOn(page);
  });

  testInBrowser('whoever takes back what was decided meanwhile is told how it stands', async (browser) => {
    const { page } = await asked(browser, 'prod-admin', NARROW);
    const id = idOn(page);
    // The page looks away while somebody else decides.
    await page.route(`**/v1/requests/${id}`, (route) => route.abort());
    await page.waitForEvent('requestfailed', (call) => call.url().endsWith(id));
    expect(await actAs('approver@example.com', id, 'deny', { reason: 'Not on a Friday.' })).toBe(200);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('It changed in the meantime').waitFor();
    await keepScreenshot(page, 'decided-meanwhile-light-320');
    await page.unroute(`**/v1/requests/${id}`);
    await heading(page).getByText('denied').waitFor();
    await page.getByText('Not on a Friday.').first().waitFor();
    await page.getByRole('link', { name: 'Ask for it again' }).click();
    await expect(page.getByLabel('Ticket').inputValue()).resolves.toBe('OPS-7');
  });

  testInBrowser('a hold is felt and said, and when it is lifted things go on', async (browser) => {
    const { page } = await asked(browser, 'prod-read', NARROW);
    const security = await stack.signedIn('security@example.com');
    const hold = { on: 'entitlement', entitlementId: 'prod-read', reason: 'A leak is looked into.' };
    const placed = await security.call('POST', '/v1/holds', hold);
    expect(placed.status).toBe(200);
    await page.getByText('Nothing is given out right now').waitFor();
    await page.getByRole('button', { name: 'Try, and see why' }).click();
    await page.getByText('The security team holds this').waitFor();
    await keepScreenshot(page, 'hold-light-320');
    const { id } = placed.json['hold'] as { id: string };
    await security.call('DELETE', `/v1/holds/${id}`);
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.getByLabel('Credentials for Shell', { exact: true }).waitFor();
    await endOn(page);
  });

  testInBrowser('another access policy is said to be the reason', async (browser) => {
    const { page } = await asked(browser, 'prod-read');
    await page.route('**/credentials', (route) =>
      route.fulfill({ status: 403, json: { code: 'policy_changed', detail: 'The entitlement changed.' } }),
    );
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.getByText('The access policy changed since this was approved.').waitFor();
    await endOn(page);
  });

  testInBrowser('without a network it says so, and what is tried twice is done once', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/ask/prod-read', ...NARROW });
    const why = `The queue is stuck, ${randomUUID()}.`;
    await page.getByLabel('Why do you need it?').fill(why);
    const keys: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') keys.push(request.headers()['idempotency-key']);
    });
    await page.context().setOffline(true);
    await page.getByText('You are offline.').waitFor();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('Hatcheck does not answer.').waitFor();
    await keepScreenshot(page, 'offline-light-320');
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await heading(page).getByText('active').waitFor();
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    await endOn(page);
  });

  testInBrowser('an answer that was lost on its way is not asked for again', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/ask/prod-read' });
    const why = `The queue is stuck, ${randomUUID()}.`;
    await page.getByLabel('Why do you need it?').fill(why);
    let isLost = false;
    await page.route('**/v1/requests', async (route) => {
      if (isLost) return route.continue();
      isLost = true;
      await route.fetch();
      return route.abort('connectionreset');
    });
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('Hatcheck does not answer.').waitFor();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await heading(page).getByText('active').waitFor();
    const { json } = await (await stack.signedIn(ENGINEER)).call('GET', '/v1/requests');
    const made = (json['requests'] as readonly { justification: string }[]).filter(
      (each) => each.justification === why,
    );
    expect(made).toHaveLength(1);
    await endOn(page);
  });

  testInBrowser('what is left is counted by the server’s clock, whatever the phone thinks', async (browser) => {
    const { page } = await asked(browser, 'prod-read');
    await page.clock.setFixedTime(new Date(Date.now() + 3 * 3_600_000));
    await page.reload();
    await expect(page.getByRole('timer').first().textContent()).resolves.toMatch(/^(30|29)\smin/);
    await endOn(page);
  });

  testInBrowser('two windows of one person agree', async (browser) => {
    const first = await asked(browser, 'prod-read');
    const second = await first.page.context().newPage();
    await second.goto(first.page.url());
    await heading(second).getByText('active').waitFor();
    await endOn(second);
    await first.page.bringToFront();
    await heading(first.page).getByText('ended').waitFor();
    await expect(first.page.getByRole('button', { name: 'Get credentials' }).count()).resolves.toBe(0);
  });
});
