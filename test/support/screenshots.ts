import { join } from 'node:path';
import type { Page } from 'playwright-core';

const FOLDER = join(import.meta.dirname, '../../reports/screenshots');

/** Keeps what the whole page looks like, for people to look at: `reports/screenshots/<name>.png`. */
export const keepScreenshot = async (page: Page, name: string): Promise<void> => {
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true, animations: 'disabled' });
};
