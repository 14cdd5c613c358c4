import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { formIn, openBrowser } from '../../local/browser.ts';
import { describeInBrowser, testInBrowser } from '../support/chromium.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

describeInBrowser('a SAML identity provider of another site', () => {
  let stack: TestStack;

  beforeAll(async () => {
    // Ports of one host are one site; another name of the machine is another.
    stack = await startTestStack({ samlHost: 'localhost' });
  });
  afterAll(() => stack.close());

  /** The Cookie header of the next call to this path of the broker, empty where there is none. */
  const cookieSentTo = async (page: Page, path: string): Promise<string> => {
    const request = await page.waitForRequest((call) => call.url().split('?')[0] === `${stack.origin}${path}`);
    return (await request.allHeaders())['cookie'] ?? '';
  };

  const meIn = async (page: Page) => {
    const answer = await page.request.get(`${stack.origin}/v1/me`);
    const { principal = {} } = (await answer.json()) as { principal?: Record<string, unknown> };
    return { status: answer.status(), ...principal };
  };

  testInBrowser(
    'signs in the person who chose it: the post brings no cookie, and the step after it does',
    async (browser) => {
      const page = await browser.newPage();
      await page.goto(`${stack.origin}/login?returnTo=/`);
      await page.getByRole('link', { name: 'local-saml' }).click();
      await page.waitForURL((url) => url.hostname === 'localhost');
      const [posted, finished] = await Promise.all([
        cookieSentTo(page, '/saml/acs'),
        cookieSentTo(page, '/saml/finish'),
        page.getByRole('button', { name: 'engineer@example.com' }).click(),
      ]);
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      await expect(meIn(page)).resolves.toMatchObject({
        ...{ status: 200, issuer: stack.saml.entityId, email: 'engineer@example.com' },
        ...{ groups: ['local-saml:engineering', 'local-saml:sre'], methods: ['pwd'] },
      });
      expect(posted).toBe('');
      expect(finished).toMatch(/^__Host-hatcheck-login=/);
    },
  );

  testInBrowser('signs in without scripts too', async (browser) => {
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(`${stack.origin}/login?provider=local-saml&loginHint=approver@example.com`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${stack.origin}/`);
    await expect(meIn(page)).resolves.toMatchObject({ status: 200, email: 'approver@example.com' });
  });

  testInBrowser('a step-up asks for more factors, and comes back to where the person was', async (browser) => {
    const page = await browser.newPage();
    const query = 'provider=local-saml&loginHint=engineer@example.com';
    await page.goto(`${stack.origin}/login?${query}&stepUp=mfa&returnTo=/requests`);
    await page.waitForURL(`${stack.origin}/requests`);
    await expect(meIn(page)).resolves.toMatchObject({ methods: ['mfa'] });
  });

  for (const hasBegun of [false, true])
    testInBrowser(
      `login CSRF: a response that another browser began signs nobody in (with an attempt of one’s own: ${String(hasBegun)})`,
      async (browser) => {
        const begun = await openBrowser(stack.origin).visit(
          `${stack.origin}/login?provider=local-saml&loginHint=outsider@example.com`,
          `${stack.origin}/saml/acs`,
        );
        const form = formIn(await begun.text());
        const victim = await browser.newPage();
        if (hasBegun) await victim.goto(`${stack.origin}/login?provider=local-saml`);
        else await victim.goto(stack.saml.ssoUrl.replace('/sso', '/logout'));
        const [answer] = await Promise.all([
          victim.waitForResponse((response) => new URL(response.url()).pathname === '/saml/finish'),
          victim.evaluate(({ action, fields }) => {
            const element = document.createElement('form');
            Object.assign(element, { method: 'post', action });
            for (const [name, value] of Object.entries(fields)) {
              element.append(Object.assign(document.createElement('input'), { name, value }));
            }
            document.body.append(element);
            element.submit();
          }, form!),
        ]);
        expect(answer.status()).toBe(401);
        await expect(meIn(victim)).resolves.toMatchObject({ status: 401 });
      },
    );
});
