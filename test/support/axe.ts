import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Outcome {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly unknown[]; readonly html: string }[];
  }[];
}

/** What axe finds wrong with the page as it stands, by every rule that it has; empty where it finds nothing. */
export const accessibilityFaults = async (page: Page): Promise<readonly string[]> => {
  // Put there by the debugger's protocol: the page's own policy lets no such script in.
  await page.evaluate(SOURCE);
  const { violations } = await page.evaluate(
    async () => (await (globalThis as unknown as { axe: { run(): Promise<Outcome> } }).axe.run()) satisfies Outcome,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html }) => `${id}: ${help}: ${String(target)} ${html}`),
  );
};
