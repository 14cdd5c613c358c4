import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createBrowser } from '../local/idp/browser.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.close());

test('who signs out at a certified provider is signed out here, by its logout token', async () => {
  const { origin } = stack;
  const browser = createBrowser();
  const me = async (): Promise<number> => (await browser.open(`${origin}/v1/me`, 'nowhere')).status;
  const home = `${origin}/login?provider=local-oidc&loginHint=engineer@example.com&returnTo=/healthz`;
  await browser.open(home, 'nowhere');
  await expect(me()).resolves.toBe(200);

  const question = await browser.open(`${stack.oidc.issuer}/session/end`, 'nowhere');
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(question.body)?.[1] ?? '';
  await browser.post(`${stack.oidc.issuer}/session/end/confirm`, { xsrf, logout: 'yes' }, 'nowhere');

  // The provider told us before it answered.
  await expect(me()).resolves.toBe(401);
});
