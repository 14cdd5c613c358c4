import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Locator, Page, Request, Response } from 'playwright-core';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { openPortal } from '../support/portal.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const QUARTER_MS = 15 * 60_000;

describeInBrowser('the console in a browser', () => {
  let stack: TestStack;
  let awsAheadMs = 0;
  beforeAll(async () => {
    stack = await startTestStack({ awsClock: () => new Date(Date.now() + awsAheadMs) });
  });
  afterAll(() => stack.close());

  /** What a person who has just been given `prod-read` sees of it. */
  const engineer = async (browser: Browser): Promise<Locator> => {
    const { page } = await openPortal(browser, stack, { account: 'engineer@example.com', path: '/ask/prod-read' });
    await page.getByLabel('Why do you need it?').fill(`Looking at a report, ${randomUUID()}.`);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('button', { name: 'Open the console' }).waitFor({ timeout: 20_000 });
    return page.getByRole('main');
  };

  /** The form that was posted, the 303, and the page that it led to. */
  const opened = async (given: Locator): Promise<{ post: Request; answer: Response | null; console: Page }> => {
    const context = given.page().context();
    const once = given.locator('input[name="once"]');
    const before = await once.inputValue();
    const posts = context.waitForEvent('request', (request) => request.method() === 'POST');
    const [post, console] = await Promise.all([
      posts,
      context.waitForEvent('page'),
      given.getByRole('button', { name: 'Open the console' }).click(),
    ]);
    await console.waitForLoadState();
    // The next form is another.
    await eventually(async () => {
      await expect(once.inputValue()).resolves.not.toBe(before);
    });
    return { post, answer: await post.response(), console };
  };

  testInBrowser(
    'shows whose session it is; the same form again gets nothing, and the URL is over after 15 minutes',
    async (browser) => {
      const given = await engineer(browser);
      const page = given.page();
      const { post, answer, console } = await opened(given);
      expect(answer?.status()).toBe(303);
      expect((await answer?.allHeaders())?.['cache-control']).toBe('no-store');
      expect(await console.locator('#session-name').textContent()).toMatch(/^engineer@example\.com=[\w-]{8}$/);
      expect(await console.locator('#source-identity').textContent()).toMatch(/^p_[\w-]{43}$/);
      expect(await console.locator('#role').textContent()).toBe('arn:aws:iam::111122223333:role/hatcheck/ReadOnly');

      // As somebody would who has the page's form, and its session.
      const again = page.waitForResponse((response) => response.url() === post.url());
      await page.evaluate(
        ([action, encoded]) => {
          const form = document.createElement('form');
          Object.assign(form, { method: 'post', action });
          for (const [name, value] of new URLSearchParams(encoded))
            form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
          document.body.append(form);
          form.submit();
        },
        [post.url(), post.postData() ?? ''] as const,
      );
      const second = await again;
      expect([second.status(), (await second.allHeaders())['location']]).toEqual([409, undefined]);
      await page.getByRole('link', { name: 'Back to the request' }).click();
      await page.getByRole('heading', { level: 1, name: 'Read production' }).waitFor();

      const location = (await answer?.allHeaders())?.['location'] ?? '';
      const stranger = await (await browser.newContext()).newPage();
      awsAheadMs = QUARTER_MS;
      try {
        expect((await stranger.goto(location))?.status()).toBe(400);
        expect(await stranger.locator('#session-name').count()).toBe(0);
      } finally {
        awsAheadMs = 0;
      }
    },
  );

  testInBrowser('a second session takes the place of the first, where log-out is asked for', async (browser) => {
    const given = await engineer(browser);
    await opened(given);
    await given.getByLabel('sign out of the console first').check();
    const { answer, console } = await opened(given);
    const location = new URL((await answer?.allHeaders())?.['location'] ?? '');
    expect([location.origin, location.pathname]).toEqual([stack.aws.consoleOrigin, '/oauth']);
    expect(await console.locator('#session-name').textContent()).toMatch(/^engineer@example\.com=/);
  });
});
