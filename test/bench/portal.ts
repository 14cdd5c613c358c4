import type { BrowserContext, Page } from 'playwright-core';
import { isChromiumThere, launchChromium } from '../support/chromium-program.ts';
import { startTestStack } from '../support/stack.ts';
import { quantile } from './compare.ts';

/** How much slower than this machine's the CPU is made: a phone's. */
const SLOWED = 4;
const BOUND_MS = 1000;

export interface Visit {
  readonly name: string;
  /** From the start of the navigation until what there is to ask for is on the page, painted, and search takes what is typed. */
  readonly ms: readonly number[];
  /** What it takes of the page's main thread at full speed: also on a machine that does other things meanwhile. */
  readonly cpuMs: readonly number[];
  /** Over the wire: everything, headers too. */
  readonly bytes: number;
  readonly boundMs: number;
}

/**
 * The first page for somebody who is signed in, with the CPU slowed: a first visit, and one by a browser that kept the scripts. Undefined
 * where there is no Chromium.
 */
export const measurePortal = async (rounds: number): Promise<readonly Visit[] | undefined> => {
  if (!isChromiumThere) return undefined;
  const stack = await startTestStack();
  const browser = await launchChromium();
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${stack.origin}/login?provider=local-oidc&loginHint=engineer@example.com`);
    await page.getByRole('link', { name: 'Read production' }).waitFor();
    await page.close();
    return [
      await visits(context, stack.origin, { name: 'first visit', rounds, cached: false }),
      await visits(context, stack.origin, { name: 'with what the browser kept', rounds, cached: true }),
    ];
  } finally {
    await browser.close();
    await stack.close();
  }
};

interface Manner {
  readonly name: string;
  readonly rounds: number;
  readonly cached: boolean;
}

const visits = async (context: BrowserContext, origin: string, { name, rounds, cached }: Manner): Promise<Visit> => {
  const slowed: Measured[] = [];
  const full: Measured[] = [];
  // The functions are warm after the first, as they are for whoever is not the first of the day.
  for (let round = 0; round <= rounds; round += 1) {
    full.push(await visit(await context.newPage(), origin, { cached, rate: 1 }));
    slowed.push(await visit(await context.newPage(), origin, { cached, rate: SLOWED }));
  }
  const [, ...warm] = slowed;
  const bytes = quantile(
    warm.map((each) => each.bytes),
    0.5,
  );
  const cpuMs = full.slice(1).map((each) => each.cpuMs);
  return { name, ms: warm.map(({ ms }) => ms), cpuMs, bytes, boundMs: BOUND_MS };
};

interface Measured {
  readonly ms: number;
  readonly cpuMs: number;
  readonly bytes: number;
}

const visit = async (
  page: Page,
  origin: string,
  { cached, rate }: { readonly cached: boolean; readonly rate: number },
): Promise<Measured> => {
  const wire = await page.context().newCDPSession(page);
  let bytes = 0;
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await wire.send('Network.enable');
  await wire.send('Network.setCacheDisabled', { cacheDisabled: !cached });
  await wire.send('Performance.enable', { timeDomain: 'threadTicks' });
  await wire.send('Emulation.setCPUThrottlingRate', { rate });
  await page.goto(`${origin}/`, { waitUntil: 'commit' });
  const usable = await page.waitForFunction(usableAt, undefined, { polling: 'raf' });
  const ms = await usable.jsonValue();
  const { metrics } = await wire.send('Performance.getMetrics');
  const cpuMs = 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  await page.waitForLoadState('networkidle');
  await page.close();
  return { ms, cpuMs, bytes };
};

/** In the page, before each frame: types into the search once the list is there, and sees that it is narrowed. */
const usableAt = (): number => {
  const field = document.querySelector<HTMLInputElement>('input[type="search"]');
  const offers = document.querySelectorAll('a[href^="/ask/"]');
  if (!field || offers.length === 0) return 0;
  if (field.value === '') {
    field.value = 'read production';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  return offers.length === 1 ? performance.now() : 0;
};
