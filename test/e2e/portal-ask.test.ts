import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { NARROW, WIDE, keptIn, openPage, openPortal, sidewaysOverflow } from '../support/portal.ts';
import { keepScreenshot } from '../support/screenshots.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const ENGINEER = 'engineer@example.com';

describeInBrowser('asking in the portal', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack.close());

  const reason = (): string => `The queue is stuck, ${randomUUID()}.`;
  const heading = (page: Page) => page.getByRole('heading', { level: 1 });

  testInBrowser('what there is to ask for is found by typing, and says first what it needs', async (browser) => {
    const { page, complaints } = await openPortal(browser, stack, { account: ENGINEER, ...WIDE });
    await page.getByRole('heading', { name: 'What you may borrow' }).waitFor();
    await keepScreenshot(page, 'home-light-1280');
    await page.keyboard.press('/');
    await page.keyboard.type('paym');
    const offers = page.getByRole('listitem').filter({ has: page.getByRole('link') });
    await eventually(async () => {
      await expect(offers.allTextContents()).resolves.toEqual([expect.stringContaining('Administer payments')]);
    });
    await expect(offers.textContent()).resolves.toContain('A yes of one of sre-leads, then of one of security');
    await page.getByLabel('Search').fill('no such thing');
    await page.getByText('None is called that.').waitFor();
    expect(complaints).toStrictEqual([]);
  });

  testInBrowser('among five hundred the one is found as quickly, and the list stays short', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/account' });
    await page.route('**/v1/entitlements', async (route) => {
      const { entitlements } = (await (await route.fetch()).json()) as { entitlements: readonly { title: string }[] };
      const many = Array.from({ length: 500 }, (_, n) => ({
        ...entitlements[n % entitlements.length],
        id: `role-${n}`,
        title: `Repair service ${n}`,
      }));
      await route.fulfill({ json: { entitlements: many } });
    });
    await page.getByRole('link', { name: 'Ask', exact: true }).click();
    await page.getByText('500, the first 25 shown').waitFor();
    await page.getByLabel('Search').fill('repair 417');
    await page.getByText('1 of 500').waitFor();
    await page.getByRole('link', { name: 'Repair service 417' }).waitFor();
  });

  testInBrowser('“would this be approved?” says which rule is against it, and asks for nothing', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/ask/prod-admin', ...NARROW });
    await page.getByLabel('Why do you need it?').fill(reason());
    await page.getByLabel('Ticket').fill('incident 7');
    await page.getByRole('button', { name: 'Would this be approved?' }).click();
    await page.getByText('Not like this.').waitFor();
    await keepScreenshot(page, 'ask-dry-run-light-320');
    await expect(page.locator('.notSatisfied').allTextContents()).resolves.toEqual([
      expect.stringContaining('no: ticket: Required, of the form ^OPS-[0-9]+$.'),
    ]);
    await page.getByLabel('Ticket').fill('OPS-7');
    // It was said of another ticket.
    await page.getByText('Not like this.').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Would this be approved?' }).click();
    await page.getByText('It could be asked for like this.').waitFor();
    expect(await sidewaysOverflow(page)).toBe(0);
    await page.goto(`${stack.origin}/history`);
    await page.getByText('You asked for nothing yet.').waitFor();
  });

  testInBrowser('a part of a role, later, is asked for as it was written', async (browser) => {
    const { page } = await openPortal(browser, stack, {
      ...{ account: ENGINEER, path: '/ask/prod-admin', colorScheme: 'dark' },
      ...WIDE,
    });
    await page.getByLabel('Why do you need it?').fill(reason());
    await page.getByLabel('Ticket').fill('OPS-8');
    await page.getByLabel('15 min').check();
    await page.getByLabel('Later').check();
    await page.getByText('Only a part of the role').click();
    await page.getByLabel('Actions').fill('s3:GetObject\ns3');
    await page.getByText('s3 is no action of one service').waitFor();
    await page.getByLabel('Actions').fill('s3:GetObject');
    await page.getByLabel('Resources').fill('arn:aws:s3:::reports/*');
    await keepScreenshot(page, 'ask-part-dark-1280');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await heading(page).getByText('pending').waitFor();
    await page.getByText('Not before').waitFor();
    await page.getByText('s3: GetObject').first().waitFor();
    await page.getByText('15 min').first().waitFor();
    await keepScreenshot(page, 'request-pending-dark-1280');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await heading(page).getByText('cancelled').waitFor();
  });

  testInBrowser('what they had last is asked for again by one key', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/ask/prod-read', ...NARROW });
    const why = reason();
    await page.getByLabel('Why do you need it?').fill(why);
    await page.getByLabel('30 min').check();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await heading(page).getByText('active').waitFor();
    await page.getByRole('button', { name: 'End it now' }).click();
    await heading(page).getByText('ended').waitFor();
    const first = page.url();

    await page.getByRole('link', { name: 'Ask', exact: true }).click();
    await page.getByRole('button', { name: 'Ask for it again' }).waitFor();
    await keepScreenshot(page, 'home-again-light-320');
    expect(await sidewaysOverflow(page)).toBe(0);
    await page.keyboard.press('a');
    await heading(page).getByText('active').waitFor();
    expect(page.url()).not.toBe(first);
    await page.getByText(why).first().waitFor();
    await page.getByText('30 min').first().waitFor();
    await page.getByRole('button', { name: 'End it now' }).click();
    await heading(page).getByText('ended').waitFor();
  });

  testInBrowser('what begins later is had later, and may be given back before', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/ask/prod-read', ...NARROW });
    await page.getByLabel('Why do you need it?').fill(reason());
    await page.getByLabel('Later').check();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await heading(page).getByText('scheduled').waitFor();
    await page.getByText('Starts in').waitFor();
    await expect(page.getByRole('button', { name: 'Get credentials' }).count()).resolves.toBe(0);
    await keepScreenshot(page, 'request-scheduled-light-320');
    await page.getByRole('button', { name: 'Give it up' }).click();
    await heading(page).getByText('ended').waitFor();
  });

  testInBrowser('single keys are turned off by whoever does not want them', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER });
    await page.getByLabel('Search').waitFor();
    await page.getByLabel('Single keys').uncheck();
    await eventually(async () => {
      expect(JSON.parse(await keptIn(page))).toMatchObject([{ 'hatcheck:keys': 'off' }, {}]);
    });
    await heading(page).click();
    await page.keyboard.press('/');
    await expect(page.getByLabel('Search').evaluate((field) => field === document.activeElement)).resolves.toBe(false);
  });

  testInBrowser('break-glass is asked for without a ticket, and is had at once', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/ask/prod-admin', ...NARROW });
    await page.getByLabel('Why do you need it?').fill(reason());
    await page.getByText('It is an emergency').click();
    await page.getByLabel('Break the glass').check();
    await page.getByLabel('15 min').check();
    await keepScreenshot(page, 'ask-break-glass-light-320');
    await page.getByRole('button', { name: 'Break the glass' }).click();
    await heading(page).getByText('active').waitFor();
    await page.getByText('to be reviewed by security').waitFor();
    await keepScreenshot(page, 'request-break-glass-light-320');
    await page.getByRole('button', { name: 'End it now' }).click();
    await heading(page).getByText('ended').waitFor();
  });

  testInBrowser('a session that ended comes back to the page, with what was being written', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/ask/payments-admin' });
    const why = reason();
    await page.getByLabel('Why do you need it?').fill(why);
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    await keepScreenshot(page, 'session-ended-light-1280');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: /local-oidc/i }).click();
    await page.getByText(ENGINEER).click();
    await heading(page).getByText('Administer payments').waitFor();
    await expect(page.getByLabel('Why do you need it?').inputValue()).resolves.toBe(why);
  });

  testInBrowser('whoever is not signed in is asked to, and comes to the page that they meant', async (browser) => {
    const { page } = await openPage(browser, NARROW);
    await page.goto(`${stack.origin}/history`);
    const signIn = page.getByRole('link', { name: 'Sign in' });
    await expect(signIn.getAttribute('href')).resolves.toBe('/login?returnTo=%2Fhistory');
    await keepScreenshot(page, 'sign-in-light-320');
  });

  testInBrowser('whoever may ask for nothing is told so', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: 'outsider@example.com', ...NARROW });
    await page.getByText('no group of yours makes you eligible').waitFor();
    await keepScreenshot(page, 'home-outsider-light-320');
    await page.goto(`${stack.origin}/ask/prod-admin`);
    await page.getByText('This is not yours to ask for').waitFor();
  });
});
