import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, openBrowser } from '../../local/browser.ts';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';
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
    ports: { gateway: 0, oidc: 0, aws: 0, dynamodb: 0, saml: 0, slack: 0, teams: 0 },
    folder,
    access: laptopPolicy,
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
