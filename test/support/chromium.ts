import { describe, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { CHROMIUM, isChromiumThere, launchChromium } from './chromium-program.ts';

/** Skipped, by name, where there is no Chromium. */
export const describeInBrowser = (what: string, tests: () => void): void => {
  (isChromiumThere ? describe : describe.skip)(
    `${what} (${isChromiumThere ? CHROMIUM : `missing: ${CHROMIUM}`})`,
    tests,
  );
};

/** A test with a Chromium of its own. Where that process itself dies, which says nothing of the broker, the test has one more. */
export const testInBrowser = (name: string, body: (browser: Browser) => Promise<void>): void => {
  test(name, async () => ((await survives(body, 'once more')) ? undefined : survives(body)), 240_000);
};

/** @returns false where the browser died, and there is to be one more; throws what else went wrong */
const survives = async (body: (browser: Browser) => Promise<void>, then?: 'once more'): Promise<boolean> => {
  const browser = await launchChromium();
  try {
    await body(browser);
    return true;
  } catch (error) {
    await tellShown(browser);
    if (browser.isConnected() || then === undefined) throw error;
    process.stderr.write(`Chromium died, ${then}: ${String(error)}\n`);
    return false;
  } finally {
    await close(browser);
  }
};

const TOLD_AT_MOST = 2000;

/** What the pages show of which a test expected something else: a failure that comes once in a hundred runs is told of by this alone. */
const tellShown = async (browser: Browser): Promise<void> => {
  for (const page of browser.contexts().flatMap((context) => context.pages())) {
    const shown = await page.innerText('body', { timeout: 1000 }).catch(String);
    process.stderr.write(`${page.url()} showed:\n${shown.slice(0, TOLD_AT_MOST)}\n`);
  }
};

/** What the page asks for at that moment is answered by nobody any more: no fault of the test. */
const close = async (browser: Browser): Promise<void> => {
  const pages = browser.contexts().flatMap((context) => context.pages());
  await Promise.allSettled(pages.map((page) => page.unrouteAll({ behavior: 'ignoreErrors' })));
  await browser.close();
};
