import { existsSync } from 'node:fs';
import { describe } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = process.env['HATCHECK_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

const isThere = existsSync(CHROMIUM);

/** Skipped, by name, where there is no Chromium. */
export const describeInBrowser = (what: string, tests: () => void): void => {
  (isThere ? describe : describe.skip)(`${what} (${isThere ? CHROMIUM : `missing: ${CHROMIUM}`})`, tests);
};

export const launchChromium = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
