import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, openBrowser } from '../../local/browser.ts';
import type { StackOptions } from '../../local/stack-options.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { compileOnce } from './compiled.ts';
import { laptopPolicy } from './laptop.ts';

export interface TestStack extends Stack {
  /** What the functions wrote to their logs. */
  readonly logged: readonly string[];
  readonly folder: string;
  /** A browser in which this account is signed in. */
  signedIn(account: string): Promise<Browser>;
}

/** The laptop's whole stack on free ports, in a folder of its own. */
export const startTestStack = async (options: Partial<StackOptions> = {}): Promise<TestStack> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'hatcheck-test-')));
  const logged: string[] = [];
  const stack = await startStack({
    ports: { gateway: 0, aws: 0, dynamodb: 0, slack: 0, teams: 0, ...(await providerPorts()) },
    folder,
    access: laptopPolicy,
    compile: compileOnce,
    log: (functionId, line) => logged.push(`${functionId} ${line}`),
    ...options,
  });
  return {
    ...stack,
    ...{ logged, folder },
    signedIn: async (account) => {
      const browser = openBrowser(stack.origin);
      await browser.visit(`${stack.origin}/login?provider=local-oidc&loginHint=${encodeURIComponent(account)}`);
      return browser;
    },
    close: async () => {
      await stack.close();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
};

/** Below those that systems give out by themselves. */
const PROVIDER_PORTS = 21_000;

/**
 * Where identity providers listen stands in the access policy, and so in what is compiled: those of one process of the tests listen where the ones
 * before them did, unless somebody else does.
 */
const providerPorts = async (): Promise<{ readonly oidc: number; readonly saml: number }> => {
  const first = PROVIDER_PORTS + 2 * Number(process.env['JEST_WORKER_ID'] ?? 0);
  const [oidc, saml] = await Promise.all([first, first + 1].map(async (port) => ((await isFree(port)) ? port : 0)));
  return { oidc: oidc ?? 0, saml: saml ?? 0 };
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => {
        resolve(false);
      })
      .listen(port, '127.0.0.1', () =>
        probe.close(() => {
          resolve(true);
        }),
      );
  });
