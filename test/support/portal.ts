import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { TestStack } from './stack.ts';

export interface Opened {
  readonly page: Page;
  /** Whatever the page complains of: a blocked script, an exception, an answer that is an error. */
  readonly complaints: string[];
}

/** A page of a browser of its own, in which nobody is signed in yet. */
export const openPage = async (browser: Browser, options: BrowserContextOptions = {}): Promise<Opened> => {
  const page = await (await browser.newContext({ timezoneId: 'Europe/Berlin', locale: 'en-GB', ...options })).newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, complaints };
};

/** The portal, at a path of its own, after this account of the local OpenID provider signed in. */
export const openPortal = async (
  browser: Browser,
  { origin }: Pick<TestStack, 'origin'>,
  { account, path = '/', ...options }: BrowserContextOptions & { readonly account: string; readonly path?: string },
): Promise<Opened> => {
  const opened = await openPage(browser, options);
  const query = new URLSearchParams({ provider: 'local-oidc', loginHint: account, returnTo: path });
  await opened.page.goto(`${origin}/login?${query.toString()}`);
  await opened.page.getByRole('button', { name: 'Sign out' }).waitFor();
  return opened;
};

/** A phone that was small ten years ago: what WCAG 2.2 (1.4.10) has everything to fit on without scrolling sideways. */
export const NARROW = { viewport: { width: 320, height: 640 } } as const;
export const WIDE = { viewport: { width: 1280, height: 900 } } as const;

/** How far the page is wider than what is seen of it, in CSS pixels. */
export const sidewaysOverflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Once nothing is on its way to the page any more, and no part of it waits for something: what is not there then does not come. */
export const settled = async (page: Page): Promise<void> => {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() =>
    [...document.querySelectorAll('p.faint[role="status"]')].every(
      ({ textContent }) => !['', 'Loading…'].includes(textContent),
    ),
  );
};

/** What the browser keeps for the page, for good or as long as the tab. */
export const keptIn = (page: Page): Promise<string> =>
  page.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
