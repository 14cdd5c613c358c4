import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser } from '../../local/browser.ts';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

describeInBrowser('in a browser', () => {
  let stack: TestStack;
  /** Whatever a page complains of: a blocked script, a failed request, an exception. */
  const complaints: string[] = [];

  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack.close());

  const signIn = async (browser: Browser, account: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const page = await (await browser.newContext(options)).newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${stack.origin}/login?provider=local-oidc&loginHint=${encodeURIComponent(account)}`);
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    return page;
  };

  testInBrowser(
    'the engineer asks, the approver approves, the engineer gets credentials and the console, and it is revoked',
    async (browser) => {
      const justification = `The queue is stuck, ${randomUUID()}. <img src=x onerror=alert(1)>`;
      const engineer = await signIn(browser, 'engineer@example.com');
      await engineer.getByLabel('Search').fill('admin prod');
      await engineer.getByRole('link', { name: 'Administer production' }).click();
      await engineer.getByLabel('Why do you need it?').fill(justification);
      await engineer.getByLabel('Ticket').fill('OPS-7');
      await engineer.getByRole('button', { name: 'Ask' }).click();
      await engineer.getByRole('heading', { level: 1 }).getByText('pending').waitFor();

      const approver = await signIn(browser, 'approver@example.com', { colorScheme: 'dark' });
      await approver.getByRole('link', { name: 'Decide' }).click();
      const waiting = approver.getByRole('listitem').filter({ hasText: justification });
      await waiting.getByRole('link', { name: 'Administer production' }).click();
      await approver.getByRole('button', { name: 'Approve' }).click();
      await approver.getByRole('heading', { level: 1 }).getByText('active').waitFor();

      await engineer.getByRole('button', { name: 'Get credentials' }).click({ timeout: 20_000 });
      await expect(engineer.getByLabel('Credentials for Shell', { exact: true }).textContent()).resolves.toMatch(
        /^export AWS_ACCESS_KEY_ID='ASIA/,
      );
      const [console] = await Promise.all([
        engineer.context().waitForEvent('page'),
        engineer.getByRole('button', { name: 'Open the console' }).click(),
      ]);
      await console.getByText('engineer@example.com=').first().waitFor();
      expect(new URL(console.url()).origin).toBe(stack.aws.consoleOrigin);

      await approver.getByText('Revoke…').click();
      await approver.getByLabel('Reason').fill('The incident is over.');
      await approver.getByRole('button', { name: 'Revoke' }).click();
      await engineer.getByRole('heading', { level: 1 }).getByText('revoked').waitFor({ timeout: 30_000 });
      expect(complaints).toStrictEqual([]);
    },
  );

  testInBrowser('an auditor reads everybody’s requests, and may act on none', async (browser) => {
    const auditor = await signIn(browser, 'auditor@example.com');
    await auditor.getByRole('link', { name: 'Audit' }).click();
    await auditor.getByRole('link', { name: 'Administer production' }).first().click();
    await auditor.getByText('The incident is over.').first().waitFor();
    await expect(auditor.getByRole('main').getByRole('button').count()).resolves.toBe(0);
  });

  testInBrowser('signing out ends the session, and the page says how to come back', async (browser) => {
    const page = await signIn(browser, 'auditor@example.com', { viewport: { width: 320, height: 700 } });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    expect((await page.request.get(`${stack.origin}/v1/me`)).status()).toBe(401);
  });

  testInBrowser('login CSRF: a callback that another browser began is refused', async (browser) => {
    const callback = `${stack.origin}/oidc/callback`;
    const kept = await openBrowser(stack.origin).visit(
      `${stack.origin}/login?provider=local-oidc&loginHint=engineer@example.com`,
      callback,
    );
    const location = kept.headers.get('location') ?? '';
    expect(location).toContain('code=');
    const victim = await (await browser.newContext()).newPage();
    const answer = await victim.goto(location);
    expect(answer?.status()).toBe(401);
    expect((await victim.request.get(`${stack.origin}/v1/me`)).status()).toBe(401);
  });

  testInBrowser('cross-site: another origin can neither read nor act with the cookie', async (browser) => {
    const engineer = await signIn(browser, 'engineer@example.com');
    // The same machine under another name is another site.
    await engineer.goto(stack.oidc.issuer.replace('127.0.0.1', 'localhost'));
    const outcome = await engineer.evaluate(async (origin) => {
      const tries = [
        fetch(`${origin}/v1/me`, { credentials: 'include' }),
        fetch(`${origin}/v1/requests`, {
          method: 'POST',
          credentials: 'include',
          headers: { 'hatcheck-csrf': '1' },
          body: '{}',
        }),
      ];
      return (await Promise.allSettled(tries)).map(({ status }) => status);
    }, stack.origin);
    expect(outcome).toEqual(['rejected', 'rejected']);
  });
});
