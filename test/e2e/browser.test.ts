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
  }, 60_000);
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
      const engineer = await signIn(browser, 'engineer@example.com');
      const offer = engineer
        .getByRole('listitem')
        .filter({ has: engineer.getByRole('heading', { name: 'Administer production' }) })
        .filter({ hasText: 'Ask for it' });
      await offer.getByText('Ask for it').click();
      await offer.getByLabel('Why do you need it?').fill('The queue is stuck. <img src=x onerror=alert(1)>');
      await offer.getByLabel('Ticket').fill('OPS-7');
      await offer.getByRole('button', { name: 'Ask' }).click();
      const mine = engineer.getByRole('region', { name: 'Your requests' });
      await mine.getByText('pending').waitFor();

      const approver = await signIn(browser, 'approver@example.com', { colorScheme: 'dark' });
      const waiting = approver.getByRole('region', { name: 'For you to decide' });
      await waiting.getByText('The queue is stuck. <img src=x onerror=alert(1)>').waitFor();
      await waiting.getByRole('button', { name: 'Approve' }).click();
      await waiting.getByText('approved').waitFor();

      await mine.getByRole('button', { name: 'Get credentials' }).click({ timeout: 20_000 });
      await expect(mine.getByLabel('Credentials for Shell').textContent()).resolves.toMatch(
        /^export AWS_ACCESS_KEY_ID='ASIA/,
      );
      const [console] = await Promise.all([
        engineer.context().waitForEvent('page'),
        mine.getByRole('button', { name: 'Open the console' }).click(),
      ]);
      await console.getByText('engineer@example.com=').first().waitFor();
      expect(new URL(console.url()).origin).toBe(stack.aws.consoleOrigin);

      await waiting.getByText('Revoke…').click();
      await waiting.getByLabel('Reason').fill('The incident is over.');
      await waiting.getByRole('button', { name: 'Revoke' }).click();
      await mine.getByText('revoked').waitFor({ timeout: 20_000 });
      expect(complaints).toEqual([]);
    },
  );

  testInBrowser('an auditor reads everybody’s requests, and may act on none', async (browser) => {
    const auditor = await signIn(browser, 'auditor@example.com');
    const all = auditor.getByRole('region', { name: 'Everybody’s requests' });
    await all.getByText('The incident is over.').waitFor();
    await expect(all.getByRole('button').count()).resolves.toBe(0);
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
