import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { NARROW, WIDE, keptIn, openPage, openPortal } from '../support/portal.ts';
import { keepScreenshot } from '../support/screenshots.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const ENGINEER = 'engineer@example.com';

describeInBrowser('the portal around its pages', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack.close());

  const heading = (page: Page) => page.getByRole('heading', { level: 1 });
  const focused = (page: Page): Promise<string> =>
    page.evaluate(() => {
      const { activeElement: at } = document;
      return at instanceof HTMLElement ? (at.getAttribute('aria-label') ?? at.textContent.trim()) : '';
    });

  /** Goes on with Tab until the focus is on what is called so, as somebody without a mouse does. */
  const tabTo = async (page: Page, name: string | RegExp): Promise<void> => {
    for (let tabs = 0; tabs < 60; tabs += 1) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const { activeElement: element } = document;
        if (!(element instanceof HTMLElement)) return '';
        const labels =
          element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null;
        return element.getAttribute('aria-label') ?? labels?.[0]?.textContent.trim() ?? element.textContent.trim();
      });
      const words = at.replaceAll(/\s+/g, ' ');
      if (typeof name === 'string' ? words === name : name.test(words)) return;
    }
    throw new Error(`no Tab leads to ${String(name)}`);
  };

  testInBrowser('the whole way to the console and back is there without a mouse, on a small phone', async (browser) => {
    const { page } = await openPage(browser, NARROW);
    await page.goto(`${stack.origin}/`);
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    await tabTo(page, 'Sign in');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'local-oidc' }).waitFor();
    await tabTo(page, /local-oidc/);
    await page.keyboard.press('Enter');
    await page.getByText(ENGINEER).first().waitFor();
    await tabTo(page, new RegExp(ENGINEER));
    await page.keyboard.press('Enter');
    await page.getByLabel('Search').waitFor();

    await page.keyboard.press('/');
    await page.keyboard.type('read prod');
    await tabTo(page, 'Read production');
    await page.keyboard.press('Enter');
    await heading(page).getByText('Read production').waitFor();
    await tabTo(page, /^Why do you need it/);
    await page.keyboard.type(`The queue is stuck, ${randomUUID()}.`);
    await tabTo(page, '1 h');
    await page.keyboard.press('ArrowLeft');
    await eventually(async () => {
      await expect(page.getByLabel('30 min', { exact: true }).isChecked()).resolves.toBe(true);
    });
    await tabTo(page, 'Would this be approved?');
    await page.keyboard.press('Enter');
    await page.getByText('It could be asked for like this.').waitFor();
    // Enter in a field sends the form, as everywhere.
    await tabTo(page, '30 min');
    await page.keyboard.press('Enter');
    await heading(page).getByText('active').waitFor();
    expect(await focused(page)).toContain('Read production');

    await tabTo(page, 'Get credentials');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copy: Credentials for Shell' }).waitFor();
    await tabTo(page, 'Credentials for Shell');
    await keepScreenshot(page, 'keyboard-credentials-light-320');
    await tabTo(page, 'Hide them');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Shift+Tab');
    await tabTo(page, 'Open the console');
    const [console] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('Enter')]);
    await console.getByText('engineer@example.com=').first().waitFor();
    await console.close();
    await tabTo(page, 'End it now');
    await page.keyboard.press('Enter');
    await heading(page).getByText('ended').waitFor();
  });

  testInBrowser('the heading of the next page takes the focus, and the back button goes back', async (browser) => {
    const { page, complaints } = await openPortal(browser, stack, { account: ENGINEER, ...WIDE });
    await page.getByRole('link', { name: 'Account' }).click();
    await heading(page).getByText('Your account').waitFor();
    expect(await focused(page)).toBe('Your account');
    await expect(page.title()).resolves.toBe('Your account – Hatcheck');
    await page.goBack();
    await heading(page).getByText('Borrow a role').waitFor();
    expect(await focused(page)).toBe('Borrow a role');
    await expect(page.getByRole('link', { name: 'Ask', exact: true }).getAttribute('aria-current')).resolves.toBe(
      'page',
    );
    expect(complaints).toStrictEqual([]);
  });

  testInBrowser('the first thing that Tab leads to skips what is the same on every page', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, ...NARROW });
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the content');
    await keepScreenshot(page, 'skip-link-light-320');
    await page.keyboard.press('Enter');
    await eventually(async () => {
      await expect(page.evaluate(() => document.activeElement?.id)).resolves.toBe('content');
    });
  });

  testInBrowser('light and dark follow the system until somebody chooses, and then them', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, colorScheme: 'dark', ...WIDE });
    const paper = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await paper();
    await page.getByLabel('Theme').selectOption('light');
    const light = await paper();
    expect(light).not.toBe(dark);
    await page.reload();
    await page.getByLabel('Theme').waitFor();
    expect(await paper()).toBe(light);
    await page.getByLabel('Theme').selectOption('system');
    expect(await paper()).toBe(dark);
    await page.emulateMedia({ colorScheme: 'light' });
    await eventually(async () => {
      expect(await paper()).toBe(light);
    });
  });

  testInBrowser('a path that is nothing is a page that says so', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/requests/r_nothing', ...NARROW });
    await heading(page).getByText('No such page').waitFor();
    await page.goto(`${stack.origin}/requests/r_${'A'.repeat(26)}`);
    await page.getByText('There is no such thing, or it is not yours to see.').waitFor();
    await keepScreenshot(page, 'request-not-found-light-320');
  });

  testInBrowser('a part of the page that does not come is offered again', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, ...NARROW });
    await page.route('**/assets/account-*.js', (route) => route.abort());
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByText('This part of the page did not come').waitFor();
    await page.unroute('**/assets/account-*.js');
    await page.getByRole('button', { name: 'Load the page again' }).click();
    await heading(page).getByText('Your account').waitFor();
  });

  testInBrowser('somebody else who signs in in another tab is not shown what was there', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER });
    await page.getByLabel('Search').waitFor();
    const query = 'provider=local-oidc&loginHint=outsider@example.com';
    const other = await page.context().newPage();
    await other.goto(`${stack.origin}/login?${query}`);
    await other.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.bringToFront();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.getByText('no group of yours makes you eligible').waitFor();
    await expect(page.getByText('Read production').count()).resolves.toBe(0);
  });

  /** Words that the tab keeps from then on. */
  const write = async (page: Page): Promise<void> => {
    await page.getByLabel('Why do you need it?').fill('Something between us.');
    await eventually(async () => {
      expect(await keptIn(page)).toContain('Something between us.');
    });
  };

  testInBrowser('signing out leaves nothing of what was being written', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/ask/prod-read' });
    await write(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page).getByText('Sign in').waitFor();
    expect(await keptIn(page)).not.toContain('Something between us.');
  });

  testInBrowser('whoever signs in after a session that ended is shown nothing of it', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/ask/prod-read' });
    await write(page);
    const query = 'provider=local-oidc&loginHint=security@example.com&returnTo=/ask/prod-read';
    await page.goto(`${stack.origin}/login?${query}`);
    await page.getByText('This is not yours to ask for').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    // For somebody else the page is loaded once more, under whoever reads it.
    await eventually(async () => {
      expect(await keptIn(page)).not.toContain('Something between us.');
    });
  });

  testInBrowser('what was being written is shown to nobody before it is known who reads', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER, path: '/ask/prod-read' });
    await write(page);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const known = Promise.withResolvers<undefined>();
    await page.route('**/v1/me', async (route) => {
      await known.promise;
      await route.continue();
    });
    await page.reload();
    while (!asked.includes('/v1/me')) await page.waitForEvent('request');
    // The page of a form asks for what may be asked for before who reads is asked for.
    expect(asked).not.toContain('/v1/entitlements');
    known.resolve(undefined);
    await expect(page.getByLabel('Why do you need it?').inputValue()).resolves.toBe('Something between us.');
  });

  testInBrowser('a hidden tab asks for nothing', async (browser) => {
    const { page } = await openPortal(browser, stack, { account: ENGINEER });
    await page.getByLabel('Search').waitFor();
    await page.clock.install();
    await page.reload();
    await page.getByLabel('Search').waitFor();
    // What is asked for once, at the beginning, is not what it asks for again.
    await page.waitForLoadState('networkidle');
    let calls = 0;
    page.on('request', () => (calls += 1));
    // It asks again so long after its answer, which comes by the machine's own time. One that never asks lets the test run out of time.
    while (calls === 0) await page.clock.runFor(30_000);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    });
    // What was due already asks, and finds that nobody looks.
    await page.clock.runFor(60_000);
    calls = 0;
    await page.clock.runFor(600_000);
    expect(calls).toBe(0);
  });

  testInBrowser('a first visit weighs at most 100 kB over the wire, with everything', async (browser) => {
    const { page } = await openPage(browser);
    const wire = await page.context().newCDPSession(page);
    await wire.send('Network.enable');
    let bytes = 0;
    wire.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    await page.goto(`${stack.origin}/login?provider=local-oidc&loginHint=${ENGINEER}`);
    await page.getByRole('link', { name: 'Read production' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(100_000);
  });
});
