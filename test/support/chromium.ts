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
  test(name, async () => ((await survives(body, 'once more')) ? undefined : survives(body)), 120_000);
};

/** @returns false where the browser died, and there is to be one more; throws what else went wrong */
const survives = async (body: (browser: Browser) => Promise<void>, then?: 'once more'): Promise<boolean> => {
  const browser = await launchChromium();
  try {
    await body(browser);
    return true;
  } catch (error) {
    if (browser.isConnected() || then === undefined) throw error;
    process.stderr.write(`Chromium died, ${then}: ${String(error)}\n`);
    return false;
  } finally {
    await close(browser);
  }
};

/** What the page asks for at that moment is answered by nobody any more: no fault of the test. */
const close = async (browser: Browser): Promise<void> => {
  const pages = browser.contexts().flatMap((context) => context.pages());
  await Promise.allSettled(pages.map((page) => page.unrouteAll({ behavior: 'ignoreErrors' })));
  await browser.close();
};
